"""Light, cloth and lens of the portraits: every pattern lies on the face, stylings differ, the eyes stay sharp."""

from dataclasses import replace

import numpy as np
import pytest

from forge.render.garments import STYLINGS, styling
from forge.render.lens import confusion, defocus
from forge.render.moods import MOODS, Rig
from forge.render.places import EYES, HALF, window
from forge.render.studio import Camera
from test_render import finished, portrait, studio  # noqa: F401  the fixture is used by name


def luminance(record) -> np.ndarray:
    """Linear-ish grey [h,w] of the sitter."""
    return (record.fg[..., :3].astype(float) / 255) ** 2.2 @ (0.25, 0.6, 0.15)


def shaved(studio):  # noqa: F811
    """The same studio with a first person whose hair throws no shadow; another seed, as baked occlusion goes by it."""
    renderer, person, other = studio
    return renderer, replace(person, hair="buzz", glasses=False, seed=person.seed + 10**6), other


def cheeks(studio, mood: int) -> tuple[float, float, np.ndarray]:  # noqa: F811
    """Mean light of the image-left and image-right half of the lower face, and the grey picture; buzzed head, square-on."""
    record = portrait(shaved(studio), [1, 0, 2, mood, 0, 0], seed=3)
    grey, (right, left, nose, m_right, m_left) = luminance(record), record.points
    top, bottom = int(nose[1] - (nose[1] - right[1]) * 0.5), int((m_right[1] + nose[1]) / 2)
    reach = (left[0] - right[0]) * 0.62
    a = grey[top:bottom, int(nose[0] - reach) : int(nose[0] - reach * 0.35)]
    b = grey[top:bottom, int(nose[0] + reach * 0.35) : int(nose[0] + reach)]
    return float(a.mean()), float(b.mean()), grey


def ratio(studio, mood: int) -> float:  # noqa: F811
    """Brighter cheek over darker cheek."""
    a, b, _ = cheeks(studio, mood)
    return max(a, b) / min(a, b)


def test_clamshell_and_butterfly_light_both_cheeks_alike(studio):  # noqa: F811
    assert ratio(studio, 0) < 1.25
    assert ratio(studio, 3) < 1.35


def test_contrast_rises_from_clamshell_over_loop_and_rembrandt_to_split(studio):  # noqa: F811
    clamshell, loop, rembrandt, split = (ratio(studio, k) for k in (0, 1, 2, 4))
    assert clamshell < loop < rembrandt < split
    assert split > 4.0


def test_rembrandt_leaves_a_lit_patch_on_the_dark_cheek_and_split_none(studio):  # noqa: F811
    def patch(mood: int) -> float:
        record = portrait(shaved(studio), [1, 0, 2, mood, 0, 0], seed=3)
        grey, (right, left, nose, m_right, m_left) = luminance(record), record.points
        a, b, _ = cheeks(studio, mood)
        side = left if a > b else right
        out = (side[0] - nose[0]) * np.array([0.5, 1.1])
        x0, x1 = sorted(int(nose[0] + o) for o in out)
        box = grey[int(side[1] + (nose[1] - side[1]) * 0.35) : int(nose[1]), x0:x1]
        return float(np.percentile(box, 90) / max(a, b))

    assert patch(2) > 0.35
    assert patch(4) < 0.25


def test_a_lamp_goes_round_with_the_face_but_never_behind_it():
    for turn in (-90, -40, 0, 40, 90):
        for side in (-1.0, 1.0):
            for mood in MOODS:
                light = mood(Rig(np.random.default_rng(1), side, turn)).light
                assert abs(light.key[0]) <= 112 + 1e-6
    straight, turned = (MOODS[1](Rig(np.random.default_rng(1), 1.0, t)).light.key[0] for t in (0, 30))
    assert 24 < turned - straight < 30


def test_the_window_falls_on_the_eyes():
    from forge.render.geometry import look_at, towards

    for seed in range(30):
        rng = np.random.default_rng(seed)
        key = (rng.uniform(-100, 100), rng.uniform(4, 55))
        x, y, scale, angle = window(key, rng)
        at = (look_at(towards(*key), np.zeros(3))[:3, :3] @ EYES)[:2] / HALF
        g = (at + (x, y)) * scale
        c, s = np.cos(angle), np.sin(angle)
        g = np.array([c * g[0] - s * g[1], s * g[0] + c * g[1]])  # as the shader: columns (c, s) and (-s, c)
        assert np.abs(np.mod(g, 1) - 0.5).max() < 0.36


def test_stylings_differ_in_the_torso_and_vary_inside(studio):  # noqa: F811
    torsos = []
    for option in range(len(STYLINGS)):
        record = portrait(studio, [3, 0, option, 0, 0, 2])
        torsos.append(finished(record)[110:, 30:98].mean(2))
    for a in range(9):
        for b in range(a):
            assert np.abs(torsos[a] - torsos[b]).mean() > 5, f"stylings {a + 1} and {b + 1} look alike in black and white"
    for option in (0, 1, 3, 4, 6, 8):
        worn = {styling(option, np.random.default_rng(seed)).colours[0] for seed in range(8)}
        assert len(worn) == 8, f"styling {option + 1} has few colours"


def test_defocus_softens_what_is_far_and_leaves_what_is_sharp():
    image = np.zeros((64, 96, 4), np.float32)
    image[:, :, :3] = (np.indices((64, 96)).sum(0) % 2)[..., None]
    image[:, 8:, 3] = 1
    image[:, :8] = 0
    radius = np.zeros((32, 48), np.float32)
    radius[:, 4:20] = 1.4
    out = defocus(image, radius)
    assert np.array_equal(out[:, 56:], image[:, 56:])
    assert out[:, 16:32, :3].std() < 0.3 * image[:, 16:32, :3].std()
    assert (out[..., :3] <= out[..., 3:] + 1e-4).all(), "colours must stay premultiplied"
    assert 0.02 < out[32, 7, 3] < 0.98, "a soft edge spreads outwards"


def test_the_face_is_in_focus_and_the_shoulder_is_not():
    camera = Camera(5.9, (0.5, 0.3), aperture=0.45)
    z = np.array([camera.focus - 0.6, camera.focus, camera.focus + 0.3, camera.focus + 2.5])
    blur = confusion(z, camera.focus, camera.aperture, 640 / camera.extent)
    assert (blur[:3] == 0).all() and blur[3] > 1.5
    near, far = camera.clip
    depth = (far + near - 2 * near * far / z) / (far - near) * 0.5 + 0.5
    assert np.allclose(camera.along(depth), z)


def test_the_whole_figure_is_dressed_below_the_hands(studio):  # noqa: F811
    for framing in (5, 6):
        record = portrait(studio, [framing, 0, 2, 0, 0, 0])
        assert record.fg[-1, :, 3].max() > 200, "the figure must reach the bottom of the picture"
