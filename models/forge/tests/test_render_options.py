"""The pictures of the call sheet's options: one thing changes along a row. Drawing needs the mesh assets, no GPU."""

import argparse
from dataclasses import fields

import numpy as np
import pytest
from PIL import Image

from forge.render.directions import AXES, OPTIONS
from test_render import open_renderer

pytest.importorskip("moderngl")
from forge.render import options  # noqa: E402


def test_every_axis_has_a_row_and_no_sitter_two():
    assert tuple(row.axis for row in options.ROWS) == AXES
    assert len({row.sitter for row in options.ROWS}) == len(AXES)
    for row in options.ROWS:
        assert options.find_sitter(row.sitter).id == row.sitter
        assert len(row.direction) == len(AXES) and set(row.direction) <= set("123456789")


@pytest.mark.parametrize("row", options.ROWS, ids=lambda row: row.axis)
def test_only_what_the_axis_directs_changes_along_its_row(row):
    shots = [options.option_shot(row, option) for option in range(OPTIONS)]
    axis = AXES.index(row.axis)
    assert [shot.direction[axis] for shot in shots] == list(range(OPTIONS))
    for field in fields(shots[0]):
        if field.name in ("direction", *options.DIRECTED[row.axis]):
            continue
        assert all(getattr(shot, field.name) == getattr(shots[0], field.name) for shot in shots), field.name
    for name in options.DIRECTED[row.axis]:
        assert any(getattr(shot, name) != getattr(shots[0], name) for shot in shots), f"{name} never changes"


def test_framing_and_pose_are_black_and_white_on_grey_paper():
    for row in options.ROWS:
        plain = row.axis in ("framing", "pose")
        assert (row.direction[AXES.index("look")] == "3") == plain, row.axis
        if plain:
            assert row.direction[AXES.index("setting")] == "1"


def test_an_unknown_axis_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="not X"):
        options.run(argparse.Namespace(assets=None, out=str(tmp_path), axes="FX"))


def test_a_picture_repeats_whatever_was_drawn_before():
    renderer = open_renderer(64, 80, 1.0)
    row = options.ROWS[AXES.index("mood")]
    first, other, again = (options.draw_option(renderer, row, option) for option in (2, 3, 2))
    assert first.dtype == np.uint8 and first.shape == (80, 64, 3)
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_the_step_writes_54_pictures_of_the_call_sheets_size(tmp_path, monkeypatch):
    shape = (options.HEIGHT, options.WIDTH, 3)
    monkeypatch.setattr(options, "Assets", lambda _: None)
    monkeypatch.setattr(options, "Renderer", lambda *_: None)
    monkeypatch.setattr(options, "draw_option", lambda _renderer, row, option: np.full(shape, option * 20, np.uint8))
    options.run(argparse.Namespace(assets=None, out=str(tmp_path), axes=options.LETTERS))
    written = sorted(tmp_path.iterdir())
    assert [p.name for p in written] == sorted(f"{x}{k}.webp" for x in options.LETTERS for k in range(1, OPTIONS + 1))
    for path in written:
        with Image.open(path) as picture:
            assert picture.size == (256, 320)
