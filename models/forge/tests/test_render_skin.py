"""Skin, age, beards and smiles measured on small close headshots under one neutral light. Needs the mesh assets, no GPU."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from test_render import assets_path, open_renderer

from forge.render.assets import ENVIRONMENT, Assets
from forge.render.pose import Pose
from forge.render.studio import Light

LIGHT = Light((25, 30), (2.4,) * 3, (-50, 0), (0.5,) * 3, softness=0.02, wrap=0.15, sky=(0.36,) * 3, ground=(0.22,) * 3)
SEED, LUMINANCE = 3011, np.array([0.2126, 0.7152, 0.0722])
FULL_CUT = np.array([100.2 / 613, 0.06, 0.07])  # a lip colour whose digits choose a beard that is not trimmed


@pytest.fixture(scope="module")
def draw():
    """draw(expression, changes, fine, tone=, age=, female=) -> picture as float [H,W,3] and its five points; fine is twice the size."""
    renderer = open_renderer(192, 240, 1.25)
    from forge.render.identity import make_identity
    from forge.render.portrait import draw_reference
    from forge.render.renderer import Renderer

    assets = renderer.assets

    large = Renderer(assets, 384, 480, 1.25, renderer)

    def picture(expression="neutral", changes=None, fine=False, **given):
        person = replace(make_identity(assets, SEED, **given), glasses=False, hair="bald", **(changes or {}))
        image, points = draw_reference(large if fine else renderer, person, 5, None, 0.3, Pose(), expression, LIGHT)
        return image.astype(float), points

    return picture


def patch(image: np.ndarray, centre: np.ndarray, half: int) -> np.ndarray:
    """Square of pixels around a point."""
    x, y = np.round(centre).astype(int)
    return image[y - half : y + half + 1, x - half : x + half + 1]


def cheeks(image: np.ndarray, points: np.ndarray, half: int = 5) -> np.ndarray:
    """Both cheeks [2,h,w,3]: a little outside the middle between an eye and its corner of the mouth."""
    right, left, _, mouth_right, mouth_left = points
    outwards = (left - right) * 0.08
    return np.stack(
        [
            patch(image, (right + mouth_right) / 2 - outwards, half),
            patch(image, (left + mouth_left) / 2 + outwards, half),
        ]
    )


def test_tones_are_ordered_evenly_spread_and_never_clipped(draw):
    level = []
    for tone in np.linspace(0, 1, 5):
        skin = cheeks(*draw(tone=tone, age=0.3, female=True))
        assert 8 < skin.min() and skin.max() < 250, f"tone {tone} is clipped"
        level.append(float((skin @ LUMINANCE).mean()))
    assert all(a > b + 10 for a, b in zip(level, level[1:])), level


def test_skin_is_neither_grey_nor_orange(draw):
    for tone in (0.0, 0.5, 1.0):
        r, g, b = cheeks(*draw(tone=tone, age=0.3, female=True)).mean((0, 1, 2))
        assert r > g > b and (r - b) / r < 0.62, f"tone {tone}: {r:.0f} {g:.0f} {b:.0f}"


def test_older_skin_has_more_lines(draw):
    contrast = []
    for age in (0.0, 0.5, 1.0):
        image, points = draw(tone=0.3, age=age, female=True, changes={"freckles": 0.0})
        light = image @ LUMINANCE
        detail = light - gaussian_filter(light, 4)
        forehead = patch(detail, (points[0] + points[1]) / 2 - [0, np.linalg.norm(points[1] - points[0]) * 0.75], 12)
        contrast.append(float(forehead.std()))
    assert contrast[0] < contrast[1] < contrast[2] and contrast[2] > 1.3 * contrast[0], contrast


def test_longer_beards_are_darker_and_show_strands(draw):
    means, strands = [], []
    for beard in (0.0, 0.3, 0.55, 0.95):
        changes = {"beard": beard, "hair_colour": np.array((0.042, 0.026, 0.018)), "lip": FULL_CUT}
        image, points = draw(changes=changes, fine=True, tone=0.3, age=0.3, female=False)
        mouth, light = (points[3] + points[4]) / 2, image @ LUMINANCE
        chin = mouth + [0, np.linalg.norm(mouth - points[2]) * 0.95]
        means.append(float(patch(light, chin, 12).mean()))
        strands.append(float(patch(light - gaussian_filter(light, 3), chin, 12).std() / means[-1]))
    assert all(a > b + 3 for a, b in zip(means, means[1:])), means
    assert min(strands[1:]) > 1.5 * strands[0], f"the beard is a slab: {strands}"


def test_a_smile_widens_the_mouth_and_leaves_the_forehead(draw):
    (plain, p), (smiling, q) = (draw(e, tone=0.3, age=0.3, female=True) for e in ("neutral", "smile"))
    assert np.linalg.norm(q[4] - q[3]) > 1.06 * np.linalg.norm(p[4] - p[3])
    assert q[3:, 1].mean() < p[3:, 1].mean()  # corners go up
    difference = np.abs(smiling - plain)
    forehead = (p[0] + p[1]) / 2 - [0, np.linalg.norm(p[1] - p[0]) * 0.75]
    assert patch(difference, (p[3] + p[4]) / 2, 10).mean() > 3 * patch(difference, forehead, 8).mean()


def test_the_same_seed_is_the_same_picture(draw):
    first, _ = draw(tone=0.4)
    draw("smile", tone=0.9, age=0.9)
    assert np.array_equal(first, draw(tone=0.4)[0])


def test_nobody_is_drawn_far_out_and_ages_are_even():
    path = assets_path()
    if path is None:
        pytest.skip(f"no mesh assets: set {ENVIRONMENT}")
    from forge.render.face_shape import coefficients
    from forge.render.identity import make_identity
    from forge.render.people_tables import REGION_LIMIT, SHAPE_SIGMA

    assets = Assets(path)
    regions = np.array([positive.split("/")[0] for _, positive in assets.shape_axes])
    both = np.array([negative is not None for negative, _ in assets.shape_axes])
    drawn = np.stack([coefficients(assets, np.random.default_rng(k)) for k in range(100)])
    for name in SHAPE_SIGMA:
        z = drawn[:, (regions == name) & both]
        assert np.sqrt((z**2).mean(1)).max() <= REGION_LIMIT + 1e-9, name
        assert z.std() > 0.6, name
    people = [make_identity(assets, k) for k in range(60)]
    for values in ([p.age for p in people], [p.tone for p in people]):
        assert np.histogram(values, 4, (0, 1))[0].min() >= 9
