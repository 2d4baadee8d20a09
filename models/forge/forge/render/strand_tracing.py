"""Grows hair, brow and lash strands over a proxy mesh: polylines stored as (triangle, barycentric) so they follow every morph."""

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

SAMPLES = 60_000
DirectionField = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _vertex_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    face = np.cross(
        points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]
    )
    out = np.zeros_like(points)
    for k in range(3):
        np.add.at(out, triangles[:, k], face)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def trace(
    points, triangles, field: DirectionField, count: int, steps: int, length: float, seed: int, density=None
) -> tuple[np.ndarray, np.ndarray]:
    """Follows `field(positions, normals)` along the surface; returns triangle ids [count,steps] and barycentrics [count,steps,3].

    `density(centres)` weights where strands start. A strand that would leave the surface stays where it is.
    """
    rng = np.random.default_rng(seed)
    area = np.linalg.norm(
        np.cross(points[triangles[:, 1]] - points[triangles[:, 0]], points[triangles[:, 2]] - points[triangles[:, 0]]),
        axis=1,
    )
    if density is not None:
        area = area * density(points[triangles].mean(1))
    triangle = rng.choice(len(triangles), SAMPLES, p=area / area.sum())
    u = rng.random((SAMPLES, 2))
    over = u.sum(1) > 1
    u[over] = 1 - u[over]
    barycentric = np.c_[1 - u.sum(1), u]
    surface = (points[triangles[triangle]] * barycentric[:, :, None]).sum(1)
    normals = (_vertex_normals(points, triangles)[triangles[triangle]] * barycentric[:, :, None]).sum(1)
    tree = cKDTree(surface)
    at = rng.choice(SAMPLES, count, replace=False)
    step = length * rng.uniform(0.55, 1.0, count) / (steps - 1)
    out_triangle, out_barycentric = np.zeros((count, steps), np.int32), np.zeros((count, steps, 3), np.float16)
    for k in range(steps):
        out_triangle[:, k], out_barycentric[:, k] = triangle[at], barycentric[at]
        n = normals[at]
        d = field(surface[at], n)
        d = d - (d * n).sum(1, keepdims=True) * n
        d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-9)
        distance, near = tree.query(surface[at] + d * step[:, None])
        at = np.where(distance > step * 0.6, at, near)
    return out_triangle, out_barycentric


def hair_field(style: str, crown_y: float) -> DirectionField:
    """Combing direction of a hairstyle."""
    crown = np.array([0.0, crown_y + 0.05, -0.05])

    def field(p, n):
        out = p - crown
        out = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        if style == "ponytail01":
            return np.where(p[:, 2:3] < -0.75, np.array([0, -1.0, -0.1]), np.array([0, 7.2, -1.0]) - p)
        if style == "braid01":
            return np.where(p[:, 1:2] < 6.7, np.array([0, -1.0, 0.0]), np.array([0, 6.6, -0.7]) - p)
        if style in ("long01", "bob01", "bob02"):
            x = p[:, 0:1] - (0.04 if style == "long01" else 0.38)  # the parting
            away = np.clip(np.abs(x) / 0.75, 0, 1)
            return np.concatenate(
                [
                    np.where(x >= 0, 1.0, -1.0) * (1.15 - 0.9 * away),
                    -(0.05 + 1.6 * np.clip(np.abs(x) / 0.6, 0, 1)),
                    -0.15 + 0 * x,
                ],
                1,
            )
        if style in ("short01", "short03", "short04"):
            return out * 0.8 + np.array([0.25, -0.1, 0.35]) * ((p[:, 2:3] > 0.2) & (p[:, 1:2] > 7.3))
        return out

    return field


def brow_field(p: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Brow hairs rise near the nose and lie flat towards the temple."""
    side, x = np.sign(p[:, 0:1]), np.clip((np.abs(p[:, 0:1]) - 0.12) / 0.45, 0, 1)
    return np.concatenate([side * (0.35 + 1.2 * x), 0.9 - 1.1 * x, 0 * x], 1)


def lash_field(left: np.ndarray, right: np.ndarray) -> DirectionField:
    """Lashes point away from the centre of their eye."""

    def field(p, n):
        return (p - np.where(p[:, 0:1] > 0, left, right)) * np.array([0.8, 1.0, 0.3])

    return field
