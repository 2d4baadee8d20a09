"""Hair and head coverings: every style shows, styles differ, tables are whole, the same seed grows the same hair."""

from dataclasses import replace

import numpy as np
import pytest

from forge.render.hair_styles import CUTS
from forge.render.people_tables import COVERED, COVERINGS, FEMALE_STYLES, HAIR_STYLES, MALE_STYLES, hair_table
from test_render import PLAIN, open_renderer


@pytest.fixture(scope="module")
def portraits():
    """float [36,h,w,4] of one person in every style, and the renderer and person."""
    renderer = open_renderer(96, 120, 1.0)
    from forge.render.identity import make_identity
    from forge.render.portrait import draw_portrait

    person = replace(make_identity(renderer.assets, 5), glasses=False)
    drawn = {s: draw_portrait(renderer, replace(person, hair=s), PLAIN, 3).fg.astype(float) for s in HAIR_STYLES}
    return drawn, renderer, person


def test_every_style_but_bald_shows_hair_or_cloth(portraits):
    drawn = portraits[0]
    for style in HAIR_STYLES:
        changed = np.abs(drawn[style] - drawn["bald"]).max(2) > 12
        assert changed.sum() > 60 or style == "bald", f"{style} shows {changed.sum()} pixels"


def test_styles_differ_from_each_other(portraits):
    drawn = portraits[0]
    for k, a in enumerate(HAIR_STYLES):
        for b in HAIR_STYLES[:k]:
            differ = (np.abs(drawn[a] - drawn[b]).max(2) > 25).sum()
            assert differ > 40, f"{a} and {b} differ in {differ} pixels of {96 * 120}"


def test_the_hair_seed_repeats_and_varies(portraits):
    from forge.render.hair_system import hair

    _, renderer, person = portraits
    a, again, other = (
        hair(renderer.assets, replace(person, hair="lob", hair_seed=s), person.vertices, 0.1)[0].points for s in (1, 1, 2)
    )
    assert np.array_equal(a, again)
    assert a.shape != other.shape or np.abs(a - other).mean() > 0.01
    assert np.isfinite(a).all()


def test_the_forehead_and_face_are_never_painted(portraits):
    from forge.render.hair_system import scalp_paint

    _, renderer, person = portraits
    rest = renderer.assets.body_rest
    face = (rest[:, 2] > 1.2) & (np.abs(rest[:, 0]) < 0.45) & (rest[:, 1] < 7.65) & (rest[:, 1] > 6.2)
    for style in HAIR_STYLES:
        paint = scalp_paint(renderer.assets, replace(person, hair=style))
        assert paint[face].max() < 0.02, style
        assert 0 <= paint.min() and paint.max() <= 1


@pytest.mark.parametrize("female", [True, False])
def test_tables_reach_every_style_and_share_out_coverings(female):
    assert set(FEMALE_STYLES) | set(MALE_STYLES) | set(COVERINGS[True]) | set(COVERINGS[False]) == set(HAIR_STYLES) == set(CUTS)
    assert len(HAIR_STYLES) >= 24 and "hijab" not in COVERINGS[False]
    for tone in (0.1, 0.9):
        table = hair_table(female, tone, tone, 0.5)
        assert sum(table.values()) == pytest.approx(1) and min(table.values()) > 0
        assert sum(v for k, v in table.items() if CUTS[k].cover) == pytest.approx(COVERED)


def test_one_attribute_per_style(portraits):
    from forge.render.identity import ATTRIBUTE_NAMES

    person = portraits[2]
    for style in HAIR_STYLES:
        values = replace(person, hair=style).attributes()
        assert len(values) == len(ATTRIBUTE_NAMES)
        hot = [n for n, v in zip(ATTRIBUTE_NAMES, values) if n.startswith("style_") and v]
        assert hot == ["style_" + style]
