"""The average head as hair sees it: a signed distance field, places for roots, the hairline and the way to another head.

Hair is designed once on the average head and carried to a person by a smooth displacement field, so that a style is a
style on everybody. Units are decimetres, y up, z towards the face.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from .assets import Assets, mesh_normals
from .geometry import F32, normalise

LOW, HIGH, CELL = np.array([-1.8, 3.6, -1.7]), np.array([1.8, 9.3, 2.5]), 0.1
CENTRE = np.array([0.0, 7.4, 0.45])  # of the skull, level with the eyes
POOL = 30_000  # possible roots
CLOTH = 0.14  # room for garments below the neck
# Hairline: elevation in degrees seen from CENTRE over the azimuth from the face (0) to the nape (180).
AZIMUTH = np.array([0, 15, 27, 36, 45, 54, 62, 69, 76, 82, 97, 108, 118, 135, 155, 180.0])
FEMALE_LINE = np.array([23, 23, 23, 22, 16, 5, -4, -11, -12, 2, 9, -2, -26, -42, -48, -50.0])
MALE_LINE = np.array([23.5, 24.5, 27, 27, 18, 6, -4, -15, -17, 2, 9, -2, -26, -42, -47, -49.0])
RECESSION = np.array([13, 17, 25, 27, 20, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0.0])  # added at full recession


def smoothstep(a: float, b: float, x: np.ndarray) -> np.ndarray:
    """Hermite step from 0 at `a` to 1 at `b`."""
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


@dataclass
class Hairline:
    """Where hair begins. `recession` 0..1 lifts forehead and temples, `peak` lowers the middle (degrees)."""

    female: bool
    recession: float = 0.0
    peak: float = 0.0
    wobble: tuple = (0.0, 0.0)

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Signed distance [N] in dm from the hairline of points [N,3] on the average head; positive where hair grows."""
        d = points - CENTRE
        azimuth = np.degrees(np.arctan2(np.abs(d[:, 0]), d[:, 2]))
        elevation = np.degrees(np.arctan2(d[:, 1], np.hypot(d[:, 0], d[:, 2])))
        line = np.interp(azimuth, AZIMUTH, (FEMALE_LINE if self.female else MALE_LINE) + self.recession * RECESSION)
        line = line - self.peak * np.exp(-((azimuth / 9) ** 2))
        a, b = self.wobble  # a hairline is never a ruled line
        line = line + 0.9 * np.sin(d[:, 0] * 17 + a) + 0.6 * np.sin(d[:, 0] * 41 + d[:, 2] * 29 + b)
        return np.radians(elevation - line) * 0.95


class HeadSpace:
    """Fields around the average body on a regular grid, and POOL roots with normals spread evenly over the skull."""

    def __init__(self, assets: Assets):
        rest = assets.body_rest
        used = np.unique(assets.triangles)
        near_hair = used[(rest[used] > LOW - 0.3).all(1) & (rest[used] < HIGH + 0.3).all(1)]
        surface = rest[near_hair]
        normals = mesh_normals(assets.body_normals, rest)
        self.shape = tuple(np.round((HIGH - LOW) / CELL).astype(int) + 1)
        axes = [np.linspace(LOW[k], HIGH[k], self.shape[k]) for k in range(3)]
        nodes = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
        distance, at = cKDTree(surface).query(nodes, k=4)
        self._near = near_hair[at]
        weight = 1 / (distance + 0.05) ** 2
        self._weight = (weight / weight.sum(1, keepdims=True)).astype(F32)
        out = (nodes[:, None] - surface[at]) * normals[self._near]
        field = (np.sign((out.sum(2) * weight).sum(1)) * distance[:, 0]).reshape(self.shape)
        field -= CLOTH * smoothstep(6.15, 5.8, nodes[:, 1]).reshape(self.shape)
        field = gaussian_filter(field, 0.6)
        self._field = np.stack([field, *np.gradient(field, CELL)], -1).reshape(-1, 4).astype(F32)
        self.joints = (assets.body_skin[self._near] * self._weight[..., None]).sum(1).astype(F32)
        self._pool(assets, normals)

    def _pool(self, assets: Assets, normals: np.ndarray) -> None:
        rest, rng = assets.body_rest, np.random.default_rng(11)
        t = assets.triangles
        c = rest[t].mean(1)
        generous = Hairline(True).inside(c) > -0.16
        ear = assets.masks["ear"][t].max(1) > 0.25
        t = t[generous & ~ear & (c[:, 1] > 6.5)]
        area = np.linalg.norm(np.cross(rest[t[:, 1]] - rest[t[:, 0]], rest[t[:, 2]] - rest[t[:, 0]]), axis=1)
        pick = t[rng.choice(len(t), POOL, p=area / area.sum())]
        u = rng.random((POOL, 2))
        u[u.sum(1) > 1] = 1 - u[u.sum(1) > 1]
        b = np.c_[1 - u.sum(1), u][:, :, None]
        self.roots = (rest[pick] * b).sum(1).astype(F32)
        self.root_normals = normalise((normals[pick] * b).sum(1)).astype(F32)

    def _corners(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        q = np.clip((points - LOW) / CELL, 0, np.array(self.shape) - 1.001)
        i = q.astype(np.int64)
        f = (q - i).astype(F32)
        base = (i[:, 0] * self.shape[1] + i[:, 1]) * self.shape[2] + i[:, 2]
        sx, sy = self.shape[1] * self.shape[2], self.shape[2]
        offsets = np.array([x * sx + y * sy + z for x in (0, 1) for y in (0, 1) for z in (0, 1)])
        weight = [
            (f[:, 0] if x else 1 - f[:, 0]) * (f[:, 1] if y else 1 - f[:, 1]) * (f[:, 2] if z else 1 - f[:, 2])
            for x in (0, 1)
            for y in (0, 1)
            for z in (0, 1)
        ]
        return base[:, None] + offsets, np.stack(weight, 1)

    def sample(self, grid: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Trilinear values [N,C] of a grid [nodes,C] at points [N,3]."""
        at, weight = self._corners(points)
        return np.einsum("nk,nkc->nc", weight, grid[at])

    def distance(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Signed distance [N] (positive outside) and outward unit normals [N,3]."""
        v = self.sample(self._field, points)
        return v[:, 0], normalise(v[:, 1:])

    def lift(self, points: np.ndarray, height: np.ndarray | float) -> np.ndarray:
        """Moves points [N,3] that lie lower than `height` above the skin out to it."""
        d, n = self.distance(points)
        return points + n * np.maximum(height - d, 0)[:, None]

    def displacement(self, moved: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Grid [nodes,3] that carries the average body's surroundings to a body with vertices `moved` [V,3]."""
        delta = (moved - rest).astype(F32)
        return np.einsum("nk,nkc->nc", self._weight, delta[self._near])


@lru_cache(maxsize=2)
def head_space(assets: Assets) -> HeadSpace:
    """The HeadSpace of these assets, computed once."""
    return HeadSpace(assets)
