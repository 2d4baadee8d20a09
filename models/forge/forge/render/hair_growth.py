"""Grows free hair on the average head: combed near the scalp, then falling, gathered in locks, waved and curled."""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from .geometry import F32, normalise
from .hair_scalp import CENTRE, Hairline, HeadSpace, smoothstep
from .hair_styles import Cut

STRANDS = 8500  # at density 1
WIDTH = 0.0085  # half width at density 1
CROWN = np.array([0.06, 8.40, 0.15])
# Half width of the face that parted hair leaves free, over the height: chin, mouth, eyes, brows, hairline.
FACE_EDGE = (6.0, 6.3, 7.2, 7.55, 7.82), (0.0, 0.55, 0.68, 0.6, 0.0)
BROW_CLEAR = 7.56  # hair over the forehead ends above this height: the face must stay readable


@dataclass
class Grown:
    """A system of S free strands with P points on the average head."""

    points: np.ndarray  # [S,P,3] average head, later the person's
    normals: np.ndarray  # [S,P,3] for lighting
    width: np.ndarray  # [S,P]
    openness: np.ndarray  # [S,P] 0..1
    random: np.ndarray  # [S]
    t: np.ndarray  # [P] 0 at the root, 1 at the tip
    joints: np.ndarray = field(default=None)  # [S*P,J]
    kind: str = "hair"
    proxy: str = ""
    first: int = 0
    count: int = 0

    @property
    def corners(self) -> np.ndarray:
        """The points: what buffers ask every kind of strands for its [S,P]."""
        return self.points


def roots(space: HeadSpace, line: Hairline, cut: Cut, rng, count: int) -> np.ndarray:
    """Indices of up to `count` roots: sparse over the last millimetres of the hairline and on a thin crown."""
    chance = smoothstep(-0.03, 0.13, line.inside(space.roots)) ** 1.2
    chance = chance * (1 - cut.thin_crown * bare_crown(space.roots))
    order = rng.permutation(len(chance))
    kept = order[rng.random(len(order)) < chance[order]]
    return kept[:count]


def bare_crown(p: np.ndarray) -> np.ndarray:
    """[N] 0..1 how much of a balding crown's bare patch a point lies in."""
    return smoothstep(0.95, 0.62, np.linalg.norm((p - np.array([0, 8.45, 0.35])) * [1.1, 0.8, 0.85], axis=1))


def lengths(cut: Cut, p: np.ndarray) -> np.ndarray:
    """Hair length [S] at roots p by region."""
    top, back = smoothstep(7.88, 8.2, p[:, 1]), smoothstep(0.55, 0.1, p[:, 2])
    front = smoothstep(0.85, 1.15, p[:, 2]) * top
    on_top = cut.top * (1 - front) + (cut.top if cut.front is None else cut.front) * front
    return top * on_top + (1 - top) * (cut.back * back + cut.side * (1 - back))


def comb(cut: Cut, p: np.ndarray, n: np.ndarray, root: np.ndarray, parting: float, flip: float) -> np.ndarray:
    """Combing direction [S,3] at points p with normals n."""
    away = normalise(p - CROWN)
    if cut.comb == "out":
        return n + 0.25 * away
    if cut.comb == "back":
        return np.stack([0.25 * p[:, 0], -0.25 - 0.6 * smoothstep(0.5, -0.2, p[:, 2]), -np.ones(len(p))], 1)
    if cut.comb == "forward":
        top = smoothstep(7.7, 8.1, root[:, 1])[:, None]
        return top * np.array([0.25 * flip, -0.2, 1.0]) + (1 - top) * (away + [0, -0.6, 0])
    if cut.comb == "side":
        top = smoothstep(7.8, 8.1, root[:, 1])[:, None]
        return top * np.array([0.9 * flip, -0.1, 0.75]) + (1 - top) * (away + [0, -0.5, 0.1])
    if cut.comb == "quiff":
        top = smoothstep(7.85, 8.05, root[:, 1])[:, None]
        rise = smoothstep(0.3, 1.3, root[:, 2])[:, None]
        risen = np.clip((p[:, 1:2] - root[:, 1:2]) / 0.28, 0, 1)
        up = np.array([0.15 * flip, 1.0, 0.3]) * (1 - risen) + np.array([0.35 * flip, -0.1, -1.0]) * risen
        return top * (rise * up + (1 - rise) * np.array([0.2 * flip, 0.25, -0.9])) + (1 - top) * (away + [0, -0.6, -0.3])
    if cut.comb in ("part", "fringe"):
        x = root[:, 0:1] - parting
        side = np.where(x >= 0, 1.0, -1.0)
        behind = smoothstep(0.45, 0.0, root[:, 2])[:, None]
        low = smoothstep(8.25, 7.6, p[:, 1:2])
        parted = np.concatenate([side * (1.1 - 0.75 * low), -0.15 - 1.1 * low, -0.28 + 0 * low], 1)
        out = parted * (1 - behind) + (away + [0, -0.7, 0]) * behind
        if cut.comb == "fringe":
            front = (smoothstep(0.85, 1.0, root[:, 2]) * smoothstep(0.62, 0.5, np.abs(root[:, 0])))[:, None]
            out = out * (1 - front) + front * np.concatenate([0.25 * p[:, 0:1], -0.5 + 0 * x, 0.8 + 0 * x], 1)
        return out
    return away + [0, -0.15, 0]


def grow(space: HeadSpace, cut: Cut, root: np.ndarray, normal: np.ndarray, length, height, parting, flip, rng) -> np.ndarray:
    """Polylines [S,P,3] from roots [S,3]; `length` and `height` [S] are each strand's length and layer."""
    p, steps = root.astype(float), cut.points - 1
    noise = rng.normal(0, cut.messy, p.shape)
    out, step = [p], (length / steps)[:, None]
    d = normalise(normal * cut.lift + normalise(comb(cut, p, normal, root, parting, flip)) * (1 - cut.lift) + noise)
    for k in range(1, cut.points):
        s = length * k / steps
        gap, n = space.distance(p)
        c = comb(cut, p, n, root, parting, flip) + noise
        close = np.clip(1.2 - gap / 0.35, 0, 1)[:, None]
        if cut.comb not in ("out", "quiff"):
            c = c - n * np.minimum((c * n).sum(1, keepdims=True), 0) * close
        fall = np.clip(s / cut.stiff - 0.3, 0, 1)[:, None] if cut.stiff < 5 else 0.0
        want = normalise(c) * (1 - fall) + np.array([0, -1.0, 0]) * fall + n * (cut.lift * np.exp(-s / 0.35))[:, None]
        if cut.comb != "fringe" or k > 3:  # hair beside a face goes around it
            face = smoothstep(0.7, 1.1, p[:, 2]) * smoothstep(8.2, 7.8, p[:, 1]) * smoothstep(5.9, 6.3, p[:, 1])
            face = (face * smoothstep(0.88, 0.7, np.abs(p[:, 0])))[:, None]
            want = want + face * np.stack([np.sign(p[:, 0]) * 1.1, 0 * gap, -0.9 + 0 * gap], 1) * (cut.comb != "fringe")
        d = normalise(d * 0.45 + normalise(want) * 0.55)
        q = space.lift(p + d * step, np.minimum(height, 0.02 + s * 0.8))
        clear = (q[:, 2] > 0.95) & (q[:, 1] < BROW_CLEAR + noise[:, 1]) & (np.abs(q[:, 0]) < 0.62) & (q[:, 1] > 6.2)
        p = np.where(clear[:, None], p, q)
        out.append(p)
    x = np.stack(out, 1)
    for _ in range(2):
        x[:, 1:-1] = 0.25 * x[:, :-2] + 0.5 * x[:, 1:-1] + 0.25 * x[:, 2:]
    return x


def bend(cut: Cut, x: np.ndarray, root: np.ndarray, length: np.ndarray, rng, vary: float, parting: float) -> np.ndarray:
    """Draws strands [S,P,3] together in locks, then waves and curls each lock as one."""
    t = np.linspace(0, 1, x.shape[1])
    phase = rng.random(len(x)) * 6.28
    if cut.clumps and len(x) > 4:
        m = min(cut.clumps, len(x) // 3)
        place = root + 0.0
        if cut.comb in ("part", "fringe"):  # no lock joins the two sides of a parting
            place[:, 0] += 3 * np.sign(root[:, 0] - parting)
        _, lock = cKDTree(place[:m]).query(place)
        pull = (cut.clump * np.minimum(1, t * 2.2) ** 0.8 * (0.75 + 0.25 * t))[None, :, None]
        pull = pull * (0.6 + 0.4 * rng.random((len(x), 1, 1))) if cut.clump < 1 else pull
        if cut.special == "locs":  # whole from a little above the scalp on, which the roots between them cover
            pull = np.minimum(1, t * 5)[None, :, None]
        x = x + (x[:m][lock] - x) * pull
        phase = phase[:m][lock] + rng.normal(0, 0.5, len(x)) * (cut.special != "locs")
        if cut.special == "locs":
            phase = rng.random(len(x)) * 6.28
    if cut.wave or cut.curl:
        tangent = normalise(np.gradient(x, axis=1))
        side = normalise(np.cross(tangent, x - CENTRE))
        up = np.cross(side, tangent)
        angle = phase[:, None] + 6.283 * cut.turns * vary * (length[:, None] * t[None])
        grow_in = np.minimum(1, t * (3 if cut.special != "locs" else 12))[None, :, None]
        if cut.wave:
            x = x + cut.wave * grow_in * (np.sin(angle)[..., None] * side + 0.5 * np.cos(angle)[..., None] * up)
        if cut.curl:
            x = x + cut.curl * grow_in * (np.sin(angle)[..., None] * side + np.cos(angle)[..., None] * up)
    return x


def beside_face(space: HeadSpace, x: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parted hair, strands [S,P,3], out of the face to their `side` [S] (-1 or 1) and how far the farthest point went [S] in dm.

    Locks and waves carry strands over the line along which each was combed, so this comes after them.
    """
    edge = np.interp(x[..., 1], *FACE_EDGE) * smoothstep(0.6, 0.85, x[..., 2])
    over = np.maximum(edge - x[..., 0] * side[:, None], 0) * (edge > 0)
    far = over.max(1)
    moved = far > 0.01
    if not moved.any():
        return x, far
    y, o, s = x[moved], over[moved], side[moved, None]
    y = y + np.stack([o * s, 0 * o, -0.4 * o], -1)
    for _ in range(2):
        y[:, 1:-1] = 0.25 * y[:, :-2] + 0.5 * y[:, 1:-1] + 0.25 * y[:, 2:]
    y[:, 2:] = space.lift(y[:, 2:].reshape(-1, 3), 0.03).reshape(len(y), -1, 3)
    x = x.copy()
    x[moved] = y
    return x, far


def finish(space: HeadSpace, x: np.ndarray, width: np.ndarray, rng, inner: np.ndarray) -> Grown:
    """Strands [S,P,3] with lighting normals and openness; `inner` [S] 0..1 is how deep in the hair a strand lies."""
    s, p = x.shape[:2]
    t = np.linspace(0, 1, p)
    flat = x.reshape(-1, 3)
    # round about the skull above, about a vertical axis below
    axis = np.stack([0 * flat[:, 1], np.minimum(flat[:, 1], CENTRE[1] + 0.1), 0.4 + 0 * flat[:, 1]], 1)
    n = normalise(flat - axis).reshape(s, p, 3)
    own = np.gradient(np.gradient(x, axis=1), axis=1)  # bends face outwards from their curvature
    n = normalise(n - own / (np.linalg.norm(own, axis=2, keepdims=True) + 0.02) * 0.35)
    openness = np.clip(0.95 - 0.5 * inner[:, None] * np.ones(p) - 0.25 * smoothstep(7.2, 6.2, x[..., 1]), 0.25, 1)
    return Grown(x.astype(F32), n.astype(F32), width.astype(F32), openness.astype(F32), rng.random(s), t)


def free_hair(space: HeadSpace, cut: Cut, line: Hairline, rng, density: float) -> Grown | None:
    """The loose hair of a cut; None when there is none."""
    count = int(STRANDS * density * cut.strands)
    if not count:
        return None
    at = roots(space, line, cut, rng, count)
    root, normal = space.roots[at], space.root_normals[at]
    flip = float(rng.choice([-1.0, 1.0]))
    parting = flip * cut.parting * rng.uniform(0.75, 1.2)
    vary, turn = rng.uniform(0.82, 1.18), rng.uniform(0.8, 1.25)
    inside = line.inside(root)
    baby = smoothstep(0.0, 0.16, inside)
    length = lengths(cut, root) * vary * rng.uniform(0.82, 1.05, len(root)) * (0.25 + 0.75 * baby)
    if cut.fade:
        length *= 0.35 + 0.65 * smoothstep(*cut.fade, root[:, 1])
    deep = rng.random(len(root))
    height = cut.layer * (1 - deep) * (0.35 + 0.65 * baby) + 0.012
    x = grow(space, cut, root, normal, length, height, parting, flip, rng)
    x = bend(cut, x, root, length, rng, turn, parting)
    t = np.linspace(0, 1, cut.points)
    body = WIDTH / max(density, 0.02) ** 0.6 * cut.width * (0.6 + 0.8 * rng.random((len(x), 1)))
    body = body * (0.3 + 0.7 * baby[:, None]) * np.clip((1 - t) * 1.8 + 0.08, 0, 1) * np.minimum(1, t * 5 + 0.45)
    if cut.fade:
        body = body * (0.25 + 0.75 * smoothstep(cut.fade[0] - 0.1, cut.fade[1], root[:, 1]))[:, None]
    if cut.comb == "part":  # hair that met the face too early is tucked away
        straight = np.linalg.norm(np.diff(x, axis=1), axis=2).sum(1)
        body *= ((straight > 0.7 * length) | (length < 0.4))[:, None]
        x, far = beside_face(space, x, np.where(root[:, 0] >= parting, 1.0, -1.0))
        body *= smoothstep(0.5, 0.3, far)[:, None]  # what would have to bend sharply is left out
    return finish(space, x, body, rng, deep)
