"""Head coverings: shells at a distance from head and shoulders, with folds; colours from the person's hair seed."""

import numpy as np
from scipy.ndimage import gaussian_filter

from .assets import Assets
from .geometry import F32, grid_triangles, normalise, sphere
from .hair_scalp import HeadSpace, head_space, smoothstep
from .hair_styles import CUTS
from .identity import Identity, linear

SKULL, FACE = np.array([0.0, 7.75, 0.42]), np.array([0.0, 7.5, 0.45])
CHIN = 6.12  # nothing of a hood hangs lower; the drape does
COLOURS = (  # sRGB
    (0.09, 0.09, 0.10), (0.93, 0.91, 0.87), (0.16, 0.21, 0.36), (0.45, 0.13, 0.16), (0.55, 0.49, 0.42),
    (0.20, 0.36, 0.33), (0.72, 0.55, 0.56), (0.62, 0.64, 0.68), (0.76, 0.62, 0.30), (0.36, 0.24, 0.40),
    (0.78, 0.42, 0.20), (0.40, 0.52, 0.66), (0.83, 0.76, 0.66), (0.24, 0.26, 0.28),
)  # fmt: skip
Shell = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _rng(identity: Identity) -> np.random.Generator:
    return np.random.default_rng([identity.hair_seed, 31])


def wrap_colours(identity: Identity) -> tuple[np.ndarray, np.ndarray]:
    """Linear main and second colour [3] of a head covering."""
    rng = _rng(identity)
    a, b = rng.choice(len(COLOURS), 2, replace=False)
    shift = rng.normal(0, 0.03, 3)
    return tuple(linear(np.clip(np.array(COLOURS[k]) + shift, 0.03, 0.95)) for k in (a, b))


def _reach(space: HeadSpace, centre: np.ndarray, ways: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Distance [N] along unit `ways` from the centre to the outer surface at `height` above the skin."""
    far = np.full(len(ways), 2.0)
    floor = np.where(ways[:, 1] < -0.05, (centre[1] - CHIN) / np.maximum(-ways[:, 1], 0.05), 9)
    far = np.minimum(far, floor)
    for _ in range(10):
        far -= (space.distance(centre + ways * far[:, None])[0] - height) * 0.9
        far = np.clip(far, 0.2, floor)
    return far


def _hood(space: HeadSpace, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Around the face opening: points, triangles and mask (see WRAP)."""
    rows, columns = 34, 84
    theta = np.arange(columns) * 2 * np.pi / columns
    from_top = np.degrees(np.arccos(np.clip(np.sin(theta), -1, 1)))
    edge = np.interp(from_top, [0, 25, 50, 75, 95, 130, 160, 180], [27, 32, 42, 51, 55, 60.5, 62.5, 62.5])
    edge = np.radians(edge + rng.uniform(-2, 2))
    s = np.linspace(0, 1, rows)[:, None] ** 1.25
    a = edge[None] * (1 - s) + np.pi * 0.995 * s
    ways = np.stack([np.sin(a) * np.cos(theta), np.sin(a) * np.sin(theta), np.cos(a)], -1)
    phase, tilt = rng.random(4) * 6.28, rng.uniform(-0.25, 0.25)
    low = smoothstep(90, 160, from_top)[None]
    # folds run around the face and fan out towards the back
    fold = np.sin(a * 17 + phase[0] + 1.2 * np.sin(theta * 2 + phase[1]) + tilt * 9 * np.cos(theta)) * (0.3 + 0.7 * low)
    fold = fold * smoothstep(0.0, 0.25, s) + 0.5 * np.sin(theta * 9 + a * 5 + phase[2]) * smoothstep(0.15, 0.5, s)
    band = smoothstep(0.06, 0.0, s)
    far = _reach(space, FACE, ways.reshape(-1, 3), 0.075).reshape(a.shape)
    far = gaussian_filter(far, (1.0, 1.5), mode=("nearest", "wrap"))
    far = far + 0.022 * fold + 0.05 * np.sin(np.pi * np.clip(s / 0.9, 0, 1)) + 0.035 * smoothstep(0.02, 0.08, s) - 0.03 * smoothstep(0.02, 0, s)
    far[0] -= 0.05
    mask = np.zeros((rows, columns, 4))
    mask[..., 0] = (band > 0.35) * (rng.random() < 0.5)
    mask[..., 1] = smoothstep(0.1, -0.9, fold) * 0.8 * smoothstep(0.03, 0.2, s)
    points = FACE + ways * far[..., None]
    return points.reshape(-1, 3), grid_triangles(rows, columns, True), mask.reshape(-1, 4)


def _drape(space: HeadSpace, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From under the chin over shoulders and chest."""
    rows, columns = 22, 96
    phi = np.arange(columns) * 2 * np.pi / columns  # 0 is the front
    out = np.stack([np.sin(phi), 0 * phi, np.cos(phi)], 1)
    # beside and behind the chin it starts higher, inside the hood, so that no collar stands between the two
    top = np.array([0, 6.24, 0.3]) + np.array([0, 0.22, 0]) * smoothstep(0.95, 0.5, out[:, 2:])
    far = np.where(out[:, 2] > 0, 0.85, 0.8)  # from inside the hood in to the neck
    for _ in range(8):
        far = np.clip(far - (space.distance(top + out * far[:, None])[0] - 0.1) * 0.8, 0.35, 1.0)
    p = top + out * gaussian_filter(far, 3, mode="wrap")[:, None]
    phase = rng.random(3) * 6.28
    fold = np.sin(phi * 7 + phase[0] + 1.5 * np.sin(phi + phase[1])) + 0.6 * np.sin(phi * 13 + phase[2])
    front = np.maximum(np.cos(phi), 0)
    total = 1.4 + 0.5 * np.cos(phi) ** 2 + 0.3 * np.cos(phi) + 0.15 * np.sin(phi * 2 + phase[1])
    d, lines, shade = normalise(out * 0.35 + [0, -1.0, 0]), [p], [0 * fold]
    for k in range(1, rows):
        t = k / (rows - 1)
        d = normalise(d * 0.6 + np.array([0, -0.45, 0]) + out * 0.12 * (t < 0.5))
        gap, n = space.distance(p)  # cloth that lies on the shoulder slides down along it
        d = normalise(d - n * (np.minimum((d * n).sum(1), 0) * smoothstep(0.6, 0.4, gap))[:, None])
        across = np.sin(t * 14 + phase[0] + 2.0 * np.abs(np.sin(phi / 2 + 0.4))) * smoothstep(0.3, 0.8, np.cos(phi))
        # off the chest the hem lies close, so that it does not stand out when the arms are lowered under it
        height = 0.1 + 0.34 * smoothstep(0.0, 0.3, t) - 0.3 * smoothstep(0.5, 1.0, t) * (1 - front)
        height = height + 0.04 * fold * smoothstep(0.1, 0.9, t) + 0.045 * across
        p = space.lift(p + d * (total / rows)[:, None], height)
        lines.append(p)
        shade.append(0.5 * fold * t + across)
    points = gaussian_filter(np.stack(lines), (1.3, 2.0, 0), mode=("nearest", "wrap", "nearest"))
    mask = np.zeros((rows, columns, 4))
    mask[..., 1] = smoothstep(0.0, -1.0, np.stack(shade)) * 0.8
    return points.reshape(-1, 3), grid_triangles(rows, columns, True), mask.reshape(-1, 4)


# Lower edge in degrees of elevation from SKULL over the azimuth 0, 40, 70, 100, 140, 180, thickness and number of wraps.
WOUND = {
    "turban": ([8, 3, -12, -24, -36, -42], 0.29, 6.5),
    "wrap": ([14, 10, -4, -24, -42, -50], 0.22, 4.5),
    "scarf": ([18, 14, -6, -27, -46, -58], 0.085, 0.0),
}


def _wound(space: HeadSpace, kind: str, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A turban, head wrap or kerchief over the skull."""
    rows, columns = 44, 96
    edge, thick, wraps = WOUND[kind]
    thick = thick * rng.uniform(0.8, 1.15)
    phi = np.arange(columns) * 2 * np.pi / columns
    around = np.abs((np.degrees(phi) + 180) % 360 - 180)
    base = np.radians(np.interp(around, [0, 40, 70, 100, 140, 180], edge) + rng.uniform(-2, 2))
    base = gaussian_filter(base, 2, mode="wrap")
    s = np.linspace(0, 1, rows)[:, None]
    e = base[None] * (1 - s) + np.pi / 2 * 0.998 * s
    ways = np.stack([np.cos(e) * np.sin(phi), np.sin(e), np.cos(e) * np.cos(phi)], -1)
    mask = np.zeros((rows, columns, 4))
    far = _reach(space, SKULL, ways.reshape(-1, 3), 0.02).reshape(e.shape)
    far = gaussian_filter(far, (1.5, 2), mode=("nearest", "wrap"))
    bulge = np.sin(np.pi * np.clip(s * 0.78 + 0.06, 0, 1)) ** 0.7
    if wraps:
        lean = rng.choice([-1.0, 1.0])
        front = np.cos(phi)[None]
        left = s * wraps + 1.5 * np.sin(phi)[None] * lean * (1 - s)  # bands of one side pass over the other's
        right = s * wraps - 1.5 * np.sin(phi)[None] * lean * (1 - s)
        u = np.where(np.sin(phi)[None] * lean > 0, left, right) if kind == "turban" else left
        u = u + 0.12 * np.sin(phi * 3 + rng.random() * 6)[None]
        saw = u - np.floor(u)
        ridge = np.sin(np.pi * np.clip(saw, 0, 1) ** 0.7) ** 0.6
        far = far + thick * bulge * (0.82 + 0.12 * front) + 0.055 * ridge * (1 - 0.7 * s)
        mask[..., 1] = smoothstep(0.75, 0.1, ridge) * (1 - 0.5 * s)
        striped = rng.random() < (0.7 if kind == "wrap" else 0.15)
        mask[..., 0] = (np.floor(u * 2).astype(int) % 2 == 0) * float(striped)
    else:
        fold = np.sin(phi[None] * 11 + 3 * s + rng.random() * 6) * smoothstep(60, 150, around)[None]
        fold = fold + 0.7 * np.sin(e * 16 + rng.random() * 6 + np.cos(phi)[None] * 2)
        far = far + thick * (0.6 + 0.5 * bulge) + 0.012 * fold
        mask[..., 1] = smoothstep(0.0, -1.4, fold) * 0.6
        dots = (np.sin(e * 34) * np.sin(phi * 17)[None] * (1 + 0 * s) > 0.55) if rng.random() < 0.6 else s < 0.06
        mask[..., 0] = dots
    mask[..., 2] = 0.5 * (rng.random() < 0.4)
    far[0] -= np.minimum(0.06, thick * 0.8)  # the edge turns in and shows a thickness
    points = SKULL + ways * far[..., None]
    return points.reshape(-1, 3), grid_triangles(rows, columns, True), mask.reshape(-1, 4)


def _knot(at: np.ndarray, size: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A knotted lobe with pleats around `at`, half axes `size`."""
    unit, triangles = sphere(22, 40)
    pleat = np.sin(np.arctan2(unit[:, 1], unit[:, 0]) * 7 + unit[:, 2] * 3 + rng.random() * 6)
    points = at + unit * size * (1 + 0.08 * pleat)[:, None]
    mask = np.zeros((len(unit), 4))
    mask[:, 1] = smoothstep(0.2, -1, pleat) * 0.9
    return points, triangles, mask


def headwear(assets: Assets, identity: Identity, vertices: np.ndarray) -> list[Shell]:
    """Parts of the person's head covering: points [N,3] on base mesh `vertices` [V,3], joint weights, rest, triangles, mask."""
    kind, rng, space = CUTS[identity.hair].cover, _rng(identity), head_space(assets)
    rng.random(8)  # the colours' share of the stream
    if not kind:
        return []
    if kind == "hijab":
        shells = [_hood(space, rng), _drape(space, rng)]
    else:
        shells = [_wound(space, kind, rng)]
    if kind == "wrap":
        x = rng.choice([-1, 1]) * rng.uniform(0.0, 0.35)
        shells.append(_knot(np.array([x - 0.17, 8.62, 0.95]), np.array([0.3, 0.24, 0.25]), rng))
        shells.append(_knot(np.array([x + 0.17, 8.62, 0.95]), np.array([0.3, 0.22, 0.24]), rng))
        shells.append(_knot(np.array([x, 8.5, 1.12]), np.array([0.15, 0.17, 0.15]), rng))
    grid = space.displacement(assets.subdivision @ vertices, assets.body_rest)
    head = np.zeros((1, len(assets.joint_names)), F32)
    head[0, assets.joint_names.index("head")] = 1
    out = []
    for rest, triangles, mask in shells:
        high = smoothstep(6.0, 6.7, rest[:, 1])[:, None]
        skin = head * high + space.sample(space.joints, rest) * (1 - high)
        points = rest + space.sample(grid, rest)
        out.append((points.astype(F32), skin.astype(F32), rest.astype(F32), triangles, mask.astype(F32)))
    return out
