"""Collars, ties and ruffs as free geometry around the neck of the average body, in rest pose and decimetres."""

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from .assets import Assets
from .geometry import grid_triangles, tube


_FRONT = np.arange(-13, 14)  # columns of a ring that face forward
# Height, half width and half depth of the hips; height, side, depth, half width and half depth of a thigh.
HIPS = ((1.6, 1.45, 0.85), (1.2, 1.62, 1.02), (0.7, 1.72, 1.08), (0.2, 1.74, 1.02), (-0.2, 1.6, 0.86), (-0.6, 1.2, 0.6))
THIGHS = (
    (0.7, 0.86, 0.27, 0.84, 1.0),
    (0.2, 0.88, 0.27, 0.88, 1.07),
    (-0.4, 0.88, 0.28, 0.9, 1.06),
    (-1.2, 0.9, 0.28, 0.86, 0.98),
    (-2.2, 0.94, 0.26, 0.78, 0.87),
    (-3.4, 0.96, 0.24, 0.67, 0.74),
    (-4.6, 0.97, 0.2, 0.6, 0.66),
)
SKIRT = ((1.5, 1.92, 1.32), (1.0, 2.08, 1.44), (0.2, 2.2, 1.5), (-0.9, 2.3, 1.55), (-2.0, 2.42, 1.62), (-2.9, 2.5, 1.68))


# Corners of a trench lapel from collar to button, x and height: the edge at the opening, the outer edge.
LAPEL = (
    ((0.50, 0.42, 0.30, 0.16, 0.03), (5.85, 5.4, 4.8, 4.2, 3.5)),
    ((0.95, 1.42, 1.20, 0.78, 0.10), (5.7, 5.3, 4.75, 4.15, 3.45)),
)


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
    """Front of a crew-neck t-shirt: a sheet just above the skin, from a rolled neckline down into the jacket."""
    skin = assets.vertices[np.unique(assets.base_quads)]
    skin = skin[(skin[:, 2] > 0.2) & (skin[:, 1] < 6.3) & (np.abs(skin[:, 0]) < 1.9)]
    tree = cKDTree(skin[:, :2])
    rings = [_grown(assets, y, r, 0.45)[_FRONT] for y, r in ((5.70, 0.10), (5.78, 0.13), (5.77, 0.19), (5.68, 0.21))]
    rows = [np.concatenate(rings)]
    for y in (5.4, 5.1, 4.7, 4.2):
        row = rings[-1].copy()
        row[:, 0] *= 0.62
        row[:, 1] = y - 0.12 * (1 - np.abs(np.linspace(-1, 1, len(row))))
        row[:, 2] = skin[tree.query(row[:, :2], k=5)[1], 2].max(1) + 0.05
        rows.append(row)
    return np.concatenate(rows), grid_triangles(len(rings) + 4, len(rings[0]), False)


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
    """Two broad trench lapels lying on the jacket: notched outline, padded in the middle so that they stand off."""
    points, triangles = [], []
    worn = assets.proxies["cloth_male_casualsuit05"].rest
    worn = worn[(worn[:, 2] > 0.2) & (worn[:, 1] > 2.5) & (worn[:, 1] < 6.2) & (np.abs(worn[:, 0]) < 1.9)]
    tree, across = cKDTree(worn[:, :2]), np.linspace(0, 1, 7)
    line = np.linspace(0, 1, 9)
    for side in (-1, 1):
        corner = np.linspace(0, 1, 5)
        inner, outer = (np.stack([np.interp(line, corner, k) for k in edge], 1) for edge in LAPEL)
        grid = (inner[:, None] * (1 - across)[None, :, None] + outer[:, None] * across[None, :, None]).reshape(-1, 2)
        z = worn[tree.query(grid, k=10)[1], 2].max(1)
        z = uniform_filter(z.reshape(9, 7), 3, mode="nearest") + 0.12 + 0.05 * np.sin(across * np.pi)[None]
        triangles.append(grid_triangles(9, 7, False) + 63 * len(points))
        points.append(np.c_[grid * (side, 1), z.ravel()])
    return np.concatenate(points), np.concatenate(triangles)


def trousers(assets):
    """Hips and thighs below the meshes, which end at the waist: one tube over the hips and one along each leg."""
    angle = np.arange(32) * 2 * np.pi / 32
    oval = lambda x, y, z, rx, rz: np.stack(  # noqa: E731
        [x + np.sin(angle) * rx, np.full(32, y), z + np.cos(angle) * rz], 1
    )
    parts = [[oval(0, y, 0.25, rx, rz) for y, rx, rz in HIPS]]
    for side in (-1, 1):
        parts.append([oval(side * x, y, z, rx, rz) for y, x, z, rx, rz in THIGHS])
    points, triangles, start = [], [], 0
    for rings in parts:
        points += rings
        triangles.append(grid_triangles(len(rings), 32, True) + start)
        start += 32 * len(rings)
    return np.concatenate(points), np.concatenate(triangles)


def skirt(assets):
    """Skirt of a trench coat below the jacket, open a hand's breadth at the front, with deep hanging folds."""
    angle = np.linspace(0.06, 2 * np.pi - 0.02, 72)
    rows = []
    for y, rx, rz in SKIRT:
        wave = 1 + 0.035 * np.sin(angle * 9 + 1) * np.clip((1.2 - y) / 2, 0, 1)
        rows.append(np.stack([np.sin(angle) * rx * wave, np.full(72, y), 0.3 + np.cos(angle) * rz * wave], 1))
    return np.concatenate(rows), grid_triangles(len(rows), 72, False)


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


_ALL = (roll_neck, knit_collar, tee, stand_collar, wide_collar, lapels, bow_tie, ruff, trousers, skirt)
EXTRAS = {f.__name__: f for f in _ALL}
