"""Collars, ties and ruffs as free geometry around the neck of the average body, in rest pose and decimetres."""

import numpy as np
from scipy.spatial import cKDTree

from .assets import Assets
from .geometry import grid_triangles, tube


def neck_ring(assets: Assets, y: float, count: int = 48) -> np.ndarray:
    """Rest-pose ellipse [count,3] around the neck at height y; angle 0 is the front, then towards +x."""
    used = np.unique(assets.base_quads)
    v = assets.vertices[used]
    near = v[(np.abs(v[:, 1] - min(y, 6.35)) < 0.12) & (np.abs(v[:, 0]) < 0.75) & (v[:, 2] < 0.95)]
    cz, rz = (near[:, 2].max() + near[:, 2].min()) / 2, (near[:, 2].max() - near[:, 2].min()) / 2
    rx = min(np.abs(near[:, 0]).max(), 0.62)
    a = np.arange(count) * 2 * np.pi / count
    return np.stack([np.sin(a) * rx, np.full(count, y), cz + np.cos(a) * rz], 1)


def _sheet(rings: list, closed: bool = True, keep: slice | None = None):
    rings = [r[keep] if keep else r for r in rings]
    return np.concatenate(rings), grid_triangles(len(rings), len(rings[0]), closed and keep is None)


def _grown(assets: Assets, y: float, by: float, tilt: float = 0.0, count: int = 48) -> np.ndarray:
    ring = neck_ring(assets, y, count)
    centre = ring.mean(0)
    flat = ring - centre
    ring = centre + flat * (1 + by / np.linalg.norm(flat[:, [0, 2]], axis=1, keepdims=True))
    ring[:, 1] -= tilt * (ring[:, 2] - centre[2])
    return ring


def roll_neck(assets):
    """Folded tube of a turtleneck."""
    return _sheet(
        [
            _grown(assets, y, r, 0.32)
            for y, r in (
                (5.6, 0.34),
                (5.78, 0.17),
                (6.0, 0.11),
                (6.28, 0.10),
                (6.36, 0.13),
                (6.30, 0.17),
                (6.0, 0.20),
                (5.9, 0.19),
            )
        ]
    )


def knit_collar(assets):
    """Thick ribbed crew collar."""
    points, triangles = tube(_grown(assets, 5.86, 0.2, 0.35), 0.15, True, 8)
    return points, triangles


def tee(assets):
    """Round neckline of a plain t-shirt inside a jacket."""
    return tube(_grown(assets, 5.72, 0.17, 0.45), 0.07, True, 6)


def stand_collar(assets):
    """Short stand-up collar, open at the front."""
    return _sheet([_grown(assets, y, r, 0.3) for y, r in ((5.7, 0.3), (6.0, 0.24), (6.25, 0.27))], keep=slice(6, 43))


def wide_collar(assets):
    """Raised, flared trench collar, open at the front."""
    return _sheet(
        [_grown(assets, y, r, 0.25) for y, r in ((5.75, 0.22), (6.1, 0.22), (6.38, 0.34), (6.2, 0.62), (5.85, 0.92))],
        keep=slice(5, 44),
    )


def lapels(assets):
    """Two broad lapels over the chest."""
    points, triangles = [], []
    chest = assets.vertices[np.unique(assets.base_quads)]
    chest = chest[(chest[:, 2] > 0) & (chest[:, 1] > 2.5) & (chest[:, 1] < 6.1) & (np.abs(chest[:, 0]) < 1.7)]
    tree = cKDTree(chest[:, :2])
    for side in (-1, 1):
        inner = np.array([(0.42, 5.95), (0.34, 5.4), (0.24, 4.8), (0.12, 4.2), (0.03, 3.5)])
        outer = np.array([(0.95, 5.85), (1.5, 5.35), (1.25, 4.8), (0.8, 4.2), (0.12, 3.45)])
        grid = np.stack([inner * (1 - t) + outer * t for t in (0, 0.33, 0.66, 1)], 1).reshape(-1, 2) * (side, 1)
        z = chest[tree.query(grid, k=4)[1], 2].max(1) + 0.30
        triangles.append(grid_triangles(5, 4, False) + 20 * len(points))
        points.append(np.c_[grid, z])
    return np.concatenate(points), np.concatenate(triangles)


def bow_tie(assets):
    """Bow tie just under the chin."""
    y, front = 5.72, neck_ring(assets, 5.9)[0, 2] + 0.42
    points, triangles = [], []
    for side in (-1, 1):
        for x0, h0, x1, h1, bulge in ((0.05, 0.07, 0.44, 0.21, 0.05),):
            q = np.array(
                [
                    (side * x, y + s * h, front + b)
                    for x, h, b in ((x0, h0, 0.05), ((x0 + x1) / 2, (h0 + h1) / 2, bulge + 0.05), (x1, h1, -0.1))
                    for s in (-1, 0, 1)
                ]
            )
            triangles.append(grid_triangles(3, 3, False) + 9 * len(points))
            points.append(q)
    knot, knot_triangles = tube(
        np.array([(0, y - 0.1, front + 0.06), (0, y, front + 0.12), (0, y + 0.1, front + 0.06)]), 0.085, False, 8
    )
    return np.concatenate([*points, knot]), np.concatenate([*triangles, knot_triangles + 18])


def ruff(assets):
    """Sculptural pleated collar, taller on one side."""
    count, rings = 96, []
    a = np.arange(count) * 2 * np.pi / count
    for t in np.linspace(0, 1, 5):
        ring = _grown(assets, 5.82, 0.14 + 1.25 * t, 0.3, count)
        ring[:, 1] += (
            0.10 + 0.34 * (1 - np.cos(a)) / 2 + 0.28 * np.clip(np.sin(a), 0, 1)
        ) * t * 1.4 + 0.13 * t * np.sin(a * 14)
        rings.append(ring)
    return _sheet(rings)


EXTRAS = {f.__name__: f for f in (roll_neck, knit_collar, tee, stand_collar, wide_collar, lapels, bow_tie, ruff)}
