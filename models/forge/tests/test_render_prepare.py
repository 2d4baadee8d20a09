"""The pure parts of `forge prepare`: parsers, subdivision and strand tracing."""

import numpy as np
import pytest

from forge.render.mesh_formats import GitData, parse_binding, parse_obj, parse_target
from forge.render.strand_tracing import trace
from forge.render.subdivision import catmull_clark

CUBE = np.array([(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])


def test_obj_keeps_groups_and_texture_corners():
    obj = parse_obj("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 1\ng body\nf 1/1 2/2 3/1 4/2\ng other\nf 1 2 3\n")
    assert obj.faces == [[0, 1, 2, 3], [0, 1, 2]] and obj.texture_faces[0] == [0, 1, 0, 1]
    assert obj.group("other").tolist() == [0, 1, 2]


def test_binding_reads_rows_scales_and_hidden_ranges():
    text = "name x\nx_scale 1 2 3.5\nverts 0\n7\n1 2 3 0.2 0.3 0.5 0.1 0.0 -0.1\ndelete_verts\n3 - 5 9\n"
    binding = parse_binding(text)
    assert binding.rows[0].tolist() == [7, 7, 7, 1, 0, 0, 0, 0, 0] and binding.rows[1, 5] == 0.5
    assert binding.scale[0].tolist() == [1, 2, 3.5] and not binding.scale[1].any()
    assert binding.hidden.tolist() == [3, 4, 5, 9]


def test_target_skips_comments():
    ids, moves = parse_target("# licence\n4 0.1 0 -0.5\n")
    assert ids.tolist() == [4] and moves.tolist() == [[0.1, 0, -0.5]]


def test_a_missing_clone_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        GitData(str(tmp_path / "absent")).text("a")


def test_subdividing_a_cube_follows_catmull_and_clark():
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    stencil, fine, source = catmull_clark(CUBE, 8)
    points = stencil @ corners
    assert points.shape == (8 + 6 + 12, 3) and fine.shape == (24, 4) and np.bincount(source).tolist() == [4] * 6
    assert np.allclose(np.asarray(stencil.sum(1)), 1, atol=1e-6)
    assert np.allclose(np.abs(points[:8]), 5 / 9, atol=1e-6)  # (F + 2R + (n - 3)P) / n of a cube's corner
    assert np.allclose(np.sort(np.abs(points[8:14]).max(1)), 1)


def test_a_border_stays_on_its_line():
    stencil, _, _ = catmull_clark(np.array([[0, 1, 2, 3]]), 4)
    points = stencil @ np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
    middles = {tuple(p) for p in np.round(points[5:], 6)}
    assert middles == {(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)}


def test_strands_follow_the_field_and_stop_at_the_edge():
    side = 12
    x, y = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1)
    a = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    triangles = np.concatenate([np.stack([a, a + 1, a + side], 1), np.stack([a + 1, a + side + 1, a + side], 1)])
    ids, weights = trace(points, triangles, lambda p, n: np.tile([0.0, -1.0, 0.0], (len(p), 1)), 200, 5, 0.5, 3)
    path = (points[triangles[ids]] * weights[..., None].astype(float)).sum(2)
    assert (np.diff(path[:, :, 1], axis=1) < 0.03).all() and path[:, -1, 1].mean() < path[:, 0, 1].mean() - 0.2
    assert path.min() > -1e-3 and np.allclose(weights.astype(float).sum(2), 1, atol=2e-3)
