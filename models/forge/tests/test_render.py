"""The renderer: reproducible, every option changes the picture, points on the face. Needs the mesh assets, no GPU."""

import os
from pathlib import Path

import numpy as np
import pytest

from forge.render.assets import ENVIRONMENT, Assets
from forge.render.compose import compose
from forge.render.directions import AXES, OPTIONS, draw_directions, make_shot
from forge.render.garments import styling

FALLBACK = Path(__file__).resolve().parents[3] / "shared" / "pocket-prototype" / "synth_assets.npz"
BESIDE = Path(__file__).resolve().parents[4] / "shared" / "pocket-prototype" / "synth_assets.npz"
PLAIN = [0, 0, 0, 1, 0, 0]
SEED = 4242


def assets_path() -> Path | None:
    """The assets of this machine: the environment variable, else the folder `shared` in or beside the repository."""
    named = os.environ.get(ENVIRONMENT)
    candidates = [Path(named)] if named else [FALLBACK, BESIDE]
    return next((p for p in candidates if p.is_file()), None)


def open_renderer(width: int, height: int, scale: float):
    """A renderer of that size; the test is skipped where there are no mesh assets or no EGL."""
    path = assets_path()
    if path is None:
        pytest.skip(f"no mesh assets: set {ENVIRONMENT}")
    pytest.importorskip("moderngl")
    from forge.render.renderer import Renderer

    assets = Assets(path)
    try:
        return Renderer(assets, width, height, scale)
    except Exception as error:  # noqa: BLE001  moderngl raises plain Exception when EGL is missing
        pytest.skip(f"no EGL: {error}")


@pytest.fixture(scope="module")
def studio():
    """A renderer at a quarter of the size and two people."""
    renderer = open_renderer(128, 160, 1.0)
    from forge.render.identity import make_identity

    return renderer, make_identity(renderer.assets, 5), make_identity(renderer.assets, 12)


def portrait(studio, direction, seed=SEED, person=0):
    """Record of a direction."""
    from forge.render.portrait import draw_portrait

    return draw_portrait(studio[0], studio[1 + person], direction, seed)


def finished(record) -> np.ndarray:
    """The composed picture as float."""
    return compose(record.fg, record.bg, record.direction, int(record.direction[5]), record.seed).astype(float)


def test_directions_cover_every_option_evenly_and_independently():
    drawn = draw_directions(OPTIONS * 40, np.random.default_rng(1))
    assert drawn.shape == (OPTIONS * 40, len(AXES)) and drawn.dtype == np.uint8
    for axis in range(len(AXES)):
        assert np.bincount(drawn[:, axis], minlength=OPTIONS).tolist() == [40] * OPTIONS
    for a in range(len(AXES)):
        for b in range(a):
            assert abs(np.corrcoef(drawn[:, a], drawn[:, b])[0, 1]) < 0.2


def test_the_dataset_covers_options_over_neighbouring_identities():
    from forge.render.dataset import DIRECTION_BLOCK, directions_of

    drawn = np.concatenate([directions_of(seed, 4) for seed in range(DIRECTION_BLOCK)])
    for axis in range(len(AXES)):
        counts = np.bincount(drawn[:, axis], minlength=OPTIONS)
        assert counts.min() == counts.max()


@pytest.mark.parametrize("direction", [(0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 9), (-1, 0, 0, 0, 0, 0)])
def test_a_shot_refuses_what_is_not_a_direction(direction):
    with pytest.raises(ValueError, match="six option indices"):
        make_shot(direction, 1)


def test_a_shot_varies_inside_its_option_and_repeats_with_its_seed():
    a, b, again = make_shot((4, 2, 3, 1, 3, 0), 1), make_shot((4, 2, 3, 1, 3, 0), 2), make_shot((4, 2, 3, 1, 3, 0), 1)
    assert a.camera == again.camera and a.pose == again.pose
    assert a.camera != b.camera and a.pose != b.pose


def test_stylings_differ_in_mesh_colour_or_extras():
    worn = [styling(k, np.random.default_rng(3)) for k in range(OPTIONS)]
    assert len({(g.mesh, g.colours, g.pattern, g.extras) for g in worn}) == OPTIONS


def test_missing_assets_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="forge prepare"):
        Assets(tmp_path / "absent.npz")


def test_the_same_seed_draws_the_same_pixels_whatever_was_drawn_before(studio):
    first = portrait(studio, [0, 3, 2, 1, 3, 0])
    portrait(studio, [4, 5, 8, 4, 5, 3], seed=7, person=1)
    second = portrait(studio, [0, 3, 2, 1, 3, 0])
    for key in ("fg", "bg", "points"):
        assert np.array_equal(getattr(first, key), getattr(second, key)), key


@pytest.mark.parametrize("axis", range(len(AXES)))
def test_every_option_of_an_axis_changes_the_picture(studio, axis):
    pictures = []
    for option in range(OPTIONS):
        direction = [3, *PLAIN[1:]]
        direction[axis] = option
        pictures.append(finished(portrait(studio, direction)))
    for a in range(OPTIONS):
        for b in range(a):
            assert np.abs(pictures[a] - pictures[b]).mean() > 2.0, f"{AXES[axis]} {a + 1} and {b + 1} look alike"


def test_two_people_look_different(studio):
    assert np.abs(finished(portrait(studio, PLAIN)) - finished(portrait(studio, PLAIN, person=1))).mean() > 4.0


@pytest.mark.parametrize("pose", [0, 2, 3, 7, 8])
def test_points_lie_on_the_face(studio, pose):
    record = portrait(studio, [0, 0, 2, 0, pose, 0])
    right, left, nose, mouth_right, mouth_left = record.points
    assert right[0] < nose[0] < left[0] or pose == 3
    assert max(right[1], left[1]) < nose[1] < (mouth_right[1] + mouth_left[1]) / 2
    assert mouth_right[0] < mouth_left[0]
    for x, y in record.points:
        assert record.fg[round(float(y)), round(float(x)), 3] > 200
    assert record.visible == 1


def test_framings_order_the_size_of_the_face(studio):
    distance = []
    for framing in (2, 1, 0, 3, 4, 5, 6):
        points = portrait(studio, [framing, *PLAIN[1:]]).points
        distance.append(np.linalg.norm(points[0] - points[1]))
    assert all(a > b * 1.1 for a, b in zip(distance, distance[1:]))


def test_compose_repeats_keeps_its_inputs_and_rains_only_at_the_window():
    rng = np.random.default_rng(0)
    fg, bg = rng.integers(0, 256, (320, 256, 4), dtype=np.uint8), rng.integers(0, 256, (320, 256, 3), dtype=np.uint8)
    kept = fg.copy(), bg.copy()
    for look in range(OPTIONS):
        a, b = (compose(fg, bg, PLAIN, look, 3) for _ in range(2))
        assert a.dtype == np.uint8 and a.shape == (320, 256, 3) and np.array_equal(a, b)
    assert np.array_equal(fg, kept[0]) and np.array_equal(bg, kept[1])
    rain = [0, 5, 0, 0, 0, 0]
    assert not np.array_equal(compose(fg, bg, rain, 0, 3), compose(fg, bg, PLAIN, 0, 3))
    assert not np.array_equal(compose(fg, bg, rain, 0, 3), compose(fg, bg, rain, 0, 4))


def test_black_and_white_is_grey_and_flash_darkens_the_place():
    fg, bg = np.zeros((320, 256, 4), np.uint8), np.full((320, 256, 3), (200, 120, 60), np.uint8)
    grey = compose(fg, bg, PLAIN, 2, 1).astype(int)
    assert np.abs(grey.max(2) - grey.min(2)).max() <= 1
    assert compose(fg, bg, PLAIN, 8, 1).mean() < 0.4 * compose(fg, bg, PLAIN, 0, 1).mean()


def test_a_reference_is_a_photograph_with_points(studio):
    from forge.render.portrait import draw_reference
    from forge.render.renderer import Renderer

    small = Renderer(studio[0].assets, 96, 96, 1.0, studio[0])
    image, points = draw_reference(small, studio[1], 9)
    again, _ = draw_reference(small, studio[1], 9)
    assert image.shape == (96, 96, 3) and image.dtype == np.uint8 and np.array_equal(image, again)
    assert ((points > 0) & (points < 96)).all()
