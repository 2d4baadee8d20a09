"""Bound hair: ponytail, bun, top knot, twin braids and cornrows."""

import numpy as np

from .geometry import normalise
from .hair_growth import STRANDS, WIDTH, Grown, finish, roots
from .hair_scalp import CENTRE, Hairline, HeadSpace, smoothstep
from .hair_styles import Cut

TIES = {  # where hair is gathered, on the average head
    "ponytail": np.array([0.0, 8.3, -0.42]),
    "bun": np.array([0.0, 8.22, -0.62]),
    "topknot": np.array([0.0, 8.68, 0.3]),
}


def gathered(space: HeadSpace, root: np.ndarray, tie: np.ndarray, points: int, layer: np.ndarray) -> np.ndarray:
    """Strands [S,P,3] from roots [S,3] over the head to ties [S,3]."""
    a, b = root - CENTRE, tie - CENTRE
    ra, rb = np.linalg.norm(a, axis=1, keepdims=True), np.linalg.norm(b, axis=1, keepdims=True)
    a, b = a / ra, b / rb
    angle = np.arccos(np.clip((a * b).sum(1, keepdims=True), -1, 1))
    out = []
    for t in np.linspace(0, 1, points):
        w = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.maximum(np.sin(angle), 1e-3)
        q = CENTRE + normalise(w) * (ra * (1 - t) + rb * t)
        gap, n = space.distance(q)  # down to the scalp, up from inside it, and free near the tie
        want = 0.008 + layer * min(1, t * 4)
        q = q + n * np.where(gap < want, want - gap, (want - gap) * (1 - t) ** 0.5 * (gap < 0.4))[:, None]
        out.append(q)
    x = np.stack(out, 1)
    x[:, 1:-1] = 0.25 * x[:, :-2] + 0.5 * x[:, 1:-1] + 0.25 * x[:, 2:]
    return x


def plait(path: np.ndarray, radius: np.ndarray, count: int, pitch: float, rng) -> np.ndarray:
    """`count` strands [S,P,3] of a three-strand braid along path [P,3] with radius [P]; `pitch` crossings per dm."""
    tangent = normalise(np.gradient(path, axis=0))
    side = normalise(np.cross(tangent, path - CENTRE + [0, 0, 1e-3]))
    up = np.cross(side, tangent)
    arc = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    lobe = rng.integers(0, 3, count)[:, None] * 2.0944
    angle = 6.283 * pitch * arc[None] + lobe
    spread = rng.normal(0, 0.33, (count, 2, 1))
    u = np.sin(angle) + spread[:, 0]
    v = 0.55 * np.sin(2 * angle) + spread[:, 1]
    return path[None] + radius[None, :, None] * (u[..., None] * side + v[..., None] * up)


def hang(space: HeadSpace, start: np.ndarray, push: np.ndarray, length: float, points: int, height: float) -> np.ndarray:
    """A path [P,3] that leaves `start` along `push` and falls over the body."""
    p, d, out, step = start[None].astype(float), push[None], [start], length / (points - 1)
    for _ in range(points - 1):
        d = normalise(d * 0.72 + np.array([0, -0.5, 0.0]))
        p = space.lift(p + d * step, np.array([height]))
        out.append(p[0])
    x = np.stack(out)
    x[1:-1] = 0.25 * x[:-2] + 0.5 * x[1:-1] + 0.25 * x[2:]
    return x


def _taper(points: int) -> np.ndarray:
    t = np.linspace(0, 1, points)
    return np.minimum(1, t * 5 + 0.45) * np.clip((1 - t) * 4 + 0.35, 0, 1)


def bound_hair(space: HeadSpace, cut: Cut, line: Hairline, rng, density: float) -> list[Grown]:
    """The systems of a bound style."""
    half, t = WIDTH / max(density, 0.02) ** 0.6, np.linspace(0, 1, cut.points)
    if cut.special == "cornrows":
        return [_cornrows(space, cut, line, rng, density, half)]
    at = roots(space, line, cut, rng, int(STRANDS * density * 0.75))
    root = space.roots[at].astype(float)
    deep = rng.random(len(root))
    low, far = rng.uniform(-0.12, 0.12), rng.uniform(0.8, 1.2)
    if cut.special == "twin":
        side = np.where(root[:, 0] + rng.normal(0, 0.012, len(root)) > 0, 1.0, -1.0)[:, None]
        ties = side * np.array([0.74, 0, 0]) + np.array([0, 6.78 + low, -0.02])
    else:
        side = float(rng.choice([-1.0, 1.0]))
        tie = TIES[cut.special] * [side, 1, 1] + [0, low, 0]
        ties = np.tile(tie, (len(root), 1))
    spread = rng.normal(0, 0.035, ties.shape)
    x = gathered(space, root, ties + spread, cut.points, cut.layer * (1 - deep))
    baby = smoothstep(0, 0.16, line.inside(root))[:, None]
    width = half * (0.6 + 0.7 * rng.random((len(x), 1))) * (0.3 + 0.7 * baby) * np.minimum(1, t * 5 + 0.4)
    out = [finish(space, x, width, rng, deep)]
    count = int(STRANDS * density * 0.35)
    if cut.special == "twin":
        for s in (1.0, -1.0):
            path = hang(space, np.array([0.74 * s, 6.8 + low, 0.0]), normalise(np.array([0.3 * s, -0.6, 0.55])), 2.1 * far, cut.points, 0.16)
            radius = 0.105 * np.clip(1.15 - t * 0.55, 0, 1) * np.where(t > 0.92, 0.7, 1)
            out.append(_rope(space, plait(path, radius, count // 2, 1.7, rng), half, rng))
        return out
    if cut.special == "ponytail":
        path = hang(space, tie, normalise(np.array([side * 1.3, 0.45, -0.5])), 2.9 * far, cut.points, 0.2)
        offset = rng.normal(0, 1, (count, 1, 3)) * (0.05 + 0.13 * np.sin(np.pi * np.minimum(1, t * 0.9)))[None, :, None]
        wave = 0.05 * np.sin(6 * t + 3)[None, :, None] * rng.normal(1, 0.3, (count, 1, 1)) * np.array([1, 0, 0.5])
        out.append(_rope(space, path[None] + offset + wave, half, rng))
    else:
        out.append(_rope(space, _ball(tie, 0.48 * far ** 0.5 if cut.special == "bun" else 0.27 * far, count, cut.points, rng), half, rng))
    return out


def _ball(tie: np.ndarray, radius: float, count: int, points: int, rng) -> np.ndarray:
    """Hair wound around a knot: arcs of great circles whose axes lean around the knot's own axis."""
    axis = normalise(tie - CENTRE)
    u = normalise(np.cross(axis, [1.0, 0.1, 0.0]))
    w = np.cross(axis, u)
    lean, phi = np.abs(rng.normal(0.45, 0.28, count)), rng.random(count) * 6.283
    pole = normalise(axis + np.tan(np.clip(lean, 0, 1.2))[:, None] * (np.cos(phi)[:, None] * u + np.sin(phi)[:, None] * w))
    a = normalise(np.cross(pole, axis + 0.01))
    b = np.cross(pole, a)
    angle = rng.random(count)[:, None] * 6.283 + np.linspace(0, 2.6, points)[None]
    h = rng.uniform(-0.75, 0.75, count)[:, None, None]
    ring = np.cos(angle)[..., None] * a[:, None] + np.sin(angle)[..., None] * b[:, None]
    body = pole[:, None] * h + ring * np.sqrt(1 - h * h)
    shell = radius * (0.82 + 0.2 * rng.random((count, 1, 1)))
    body = body * shell
    flat = (body @ axis)[..., None] * axis
    return tie + axis * radius * 0.55 + body - 0.25 * flat


def _rope(space: HeadSpace, x: np.ndarray, half: float, rng) -> Grown:
    width = half * (0.6 + 0.7 * rng.random((len(x), 1))) * _taper(x.shape[1])
    own = finish(space, x, width, rng, rng.random(len(x)) * 0.6)
    round_ = x - x.mean(0, keepdims=True)  # lit as a round rope rather than as part of the head
    own.normals = normalise(own.normals * 0.5 + normalise(round_)).astype(np.float32)
    return own


def _cornrows(space: HeadSpace, cut: Cut, line: Hairline, rng, density: float, half: float) -> Grown:
    """Rows braided close to the scalp from the forehead to the nape, with short free ends."""
    rows = int(rng.integers(9, 13))
    out, per = [], max(6, int(STRANDS * density * 0.8 / rows))
    for k in range(rows):
        yaw = np.radians(-78 + 156 * k / (rows - 1))
        # a row is where a plane through a horizontal axis at the back of the head cuts the scalp
        elevation = np.radians(np.linspace(200, 0, 80))
        ring = np.stack([0 * elevation, np.sin(elevation), np.cos(elevation)], 1)
        tilt = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        q = np.array([0, 7.5, 0.45]) + (ring @ tilt.T) * 1.3
        for _ in range(6):
            gap, n = space.distance(q)
            q = q + n * (0.045 - gap)[:, None] * 0.9
        grown = line.inside(q) > 0.02
        first = len(q) - 1 - int(np.argmax(grown[::-1]))
        last = int(np.argmax(grown))
        path = q[first:last:-1] if first - last > 8 else q[::-1]
        tail = hang(space, path[-1], normalise(np.array([0.0, -1.0, -0.25])), rng.uniform(0.9, 1.1) * 1.1, 24, 0.09)
        path = np.concatenate([path, tail[1:]])
        arc = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
        path = np.stack([np.interp(np.linspace(0, arc[-1], cut.points), arc, path[:, c]) for c in range(3)], 1)
        out.append(plait(path, np.full(cut.points, 0.055), per, 2.0, rng))
    x = np.concatenate(out)
    width = half * 0.85 * (0.6 + 0.7 * rng.random((len(x), 1))) * _taper(cut.points)
    return finish(space, x, width, rng, rng.random(len(x)) * 0.8)
