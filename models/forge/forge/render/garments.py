"""The nine stylings: which mesh, which regions in which colours, which texture, and the extra collars, ties and ruffs."""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from .assets import Assets, Proxy
from .geometry import F32, grid_triangles, tube

MAIN, INNER, TRIM, TROUSERS = 0, 1, 2, 3
PLAIN, KNIT, WOOL, LEATHER, RIB, SATIN, TRENCH, BLOCKS = range(8)
SUIT, JACKET, SHIRT, JUMPER = "male_elegantsuit01", "male_casualsuit05", "male_casualsuit01", "male_casualsuit02"


@dataclass
class Garment:
    """One outfit. Colours are sRGB tuples; pattern is the shader's cloth id; extras are named functions below."""

    mesh: str
    colours: tuple  # main, inner, trim, trousers
    pattern: int = PLAIN
    tie: tuple | None = None  # colour of the painted necktie
    extras: tuple = ()
    extra_colour: tuple = (0.1, 0.1, 0.1)
    inflate: float = 0.0
    zip: bool = False
    drop: tuple = field(default=())  # regions not drawn


def _hex(text: str) -> tuple:
    return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))


def _pick(rng, *texts: str) -> tuple:
    return _hex(texts[rng.integers(len(texts))])


def styling(option: int, rng: np.random.Generator) -> Garment:
    """The garment of styling option 0..8 with its small variation."""
    h = _hex
    if option == 0:
        return Garment(SUIT, (_pick(rng, "16203a", "1a2645", "131c36"), h("f4f4f2"), h("1a2645"), h("16203a")), WOOL, _pick(rng, "8a1f2b", "7a1c2c", "9c2b2b"))
    if option == 1:
        return Garment(JACKET, (_pick(rng, "6f7f8c", "7c8a90", "66788a"), _pick(rng, "fafafa", "f1f0ec"), h("5b6a77"), h("3a4150")), WOOL, extras=("tee",), extra_colour=h("f6f5f2"))
    if option == 2:
        return Garment(JUMPER, (h("101012"), h("101012"), h("101012"), h("1b1b1e")), RIB, extras=("roll_neck",), extra_colour=h("131315"))
    if option == 3:
        c = _pick(rng, "e3cf9f", "dcc796", "e6d4a9")
        return Garment(SHIRT, (c, c, c, c), PLAIN)
    if option == 4:
        c = _pick(rng, "c98a2a", "a8452a", "7c2f35", "4d6b3c", "b86f35")
        return Garment(JUMPER, (c, c, c, h("32363f")), KNIT, extras=("knit_collar",), extra_colour=c, inflate=0.09)
    if option == 5:
        return Garment(JACKET, (h("0b0b0c"), _pick(rng, "8d9096", "9a9a9a"), h("0e0e10"), h("191b20")), LEATHER, extras=("stand_collar",), extra_colour=h("0c0c0d"), zip=True)
    if option == 6:
        c = _pick(rng, "c2a06c", "b99561", "cbaa78")
        return Garment(JACKET, (c, h("2a2d33"), c, c), TRENCH, extras=("wide_collar", "lapels"), extra_colour=c, inflate=0.05)
    if option == 7:
        return Garment(SUIT, (h("0a0a0c"), h("ffffff"), h("08080a"), h("0a0a0c")), SATIN, extras=("bow_tie",), extra_colour=h("060607"))
    main, accent = [("e0218a", "19c3d6"), ("2b3bff", "ff8a00"), ("ff4b1f", "f7e21b"), ("12b76a", "ff3fa4")][rng.integers(4)]
    return Garment(JUMPER, (h(main), h(accent), h(main), h("16161a")), BLOCKS, extras=("ruff",), extra_colour=h(main), inflate=0.04)


def regions(proxy: Proxy) -> np.ndarray:
    """[N] region of each garment vertex, from the extents of its texture islands in rest pose."""
    import scipy.sparse as sp

    t, n = proxy.triangles, len(proxy.rest)
    graph = sp.coo_matrix((np.ones(len(t) * 2), (np.r_[t[:, 0], t[:, 1]], np.r_[t[:, 1], t[:, 2]])), (n, n))
    _, label = sp.csgraph.connected_components(graph, False)
    region = np.zeros(n, F32)
    mesh = proxy.name[6:]
    for i in np.unique(label):
        m = label == i
        low, high = proxy.rest[m].min(0), proxy.rest[m].max(0)
        if high[1] < 1.95 and m.sum() > 100:
            region[m] = TROUSERS
        elif mesh == SUIT and np.abs(proxy.rest[m][:, 0]).max() < 0.68 and low[1] > 3.0:
            region[m] = INNER
        elif mesh == JACKET and high[1] > 5.7 and high[2] < 1.87 and low[1] < 1.0 and low[2] > -0.2:
            region[m] = INNER
        elif mesh == JACKET and high[1] > 6.0 and high[2] > 1.5:
            region[m] = TRIM
        elif mesh == JACKET and low[1] > 5.4 and np.abs(low[0]) < 1.1:
            region[m] = INNER
        elif mesh == JACKET and m.sum() < 90 and high[1] < 4.4 and low[1] > -0.3 and np.abs(low[0]) < 2.3:
            region[m] = TRIM
    return region


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
    return _sheet([_grown(assets, y, r, 0.32) for y, r in ((5.6, 0.34), (5.78, 0.17), (6.0, 0.11), (6.28, 0.10), (6.36, 0.13), (6.30, 0.17), (6.0, 0.20), (5.9, 0.19))])


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
    return _sheet([_grown(assets, y, r, 0.25) for y, r in ((5.75, 0.22), (6.1, 0.22), (6.38, 0.34), (6.2, 0.62), (5.85, 0.92))], keep=slice(5, 44))


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
            q = np.array([(side * x, y + s * h, front + b) for x, h, b in ((x0, h0, 0.05), ((x0 + x1) / 2, (h0 + h1) / 2, bulge + 0.05), (x1, h1, -0.1)) for s in (-1, 0, 1)])
            triangles.append(grid_triangles(3, 3, False) + 9 * len(points))
            points.append(q)
    knot, knot_triangles = tube(np.array([(0, y - 0.1, front + 0.06), (0, y, front + 0.12), (0, y + 0.1, front + 0.06)]), 0.085, False, 8)
    return np.concatenate([*points, knot]), np.concatenate([*triangles, knot_triangles + 18])


def ruff(assets):
    """Sculptural pleated collar, taller on one side."""
    count, rings = 96, []
    a = np.arange(count) * 2 * np.pi / count
    for t in np.linspace(0, 1, 5):
        ring = _grown(assets, 5.82, 0.14 + 1.25 * t, 0.3, count)
        ring[:, 1] += (0.10 + 0.34 * (1 - np.cos(a)) / 2 + 0.28 * np.clip(np.sin(a), 0, 1)) * t * 1.4 + 0.13 * t * np.sin(a * 14)
        rings.append(ring)
    return _sheet(rings)


EXTRAS = {f.__name__: f for f in (roll_neck, knit_collar, tee, stand_collar, wide_collar, lapels, bow_tie, ruff)}


class Bound:
    """Free geometry bound to the base mesh, so that it follows every body and pose."""

    def __init__(self, assets: Assets, points: np.ndarray, triangles: np.ndarray):
        used = np.unique(assets.base_quads)
        body = used[assets.vertices[used, 1] < 6.6]
        distance, near = cKDTree(assets.vertices[body]).query(points, k=8)
        weight = 1 / (distance + 0.05) ** 2
        self.weight = (weight / weight.sum(1, keepdims=True)).astype(F32)
        self.near, self.rest, self.triangles = body[near], points.astype(F32), triangles.astype(np.int32)
        self.skin = (assets.skin[self.near] * self.weight[..., None]).sum(1)
        self.base = (assets.vertices[self.near] * self.weight[..., None]).sum(1)

    def fit(self, vertices: np.ndarray) -> np.ndarray:
        """Points [N,3] on the given base mesh."""
        return self.rest + (vertices[self.near] * self.weight[..., None]).sum(1) - self.base


class Wardrobe:
    """Per-mesh regions and per-extra bindings, computed once."""

    def __init__(self, assets: Assets):
        self._assets, self._regions, self._extras = assets, {}, {}

    def region(self, proxy: Proxy) -> np.ndarray:
        """Region ids [N] of a garment mesh."""
        if proxy.name not in self._regions:
            self._regions[proxy.name] = regions(proxy)
        return self._regions[proxy.name]

    def extra(self, name: str) -> Bound:
        """Bound geometry of an extra."""
        if name not in self._extras:
            self._extras[name] = Bound(self._assets, *EXTRAS[name](self._assets))
        return self._extras[name]
