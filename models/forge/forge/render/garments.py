"""The nine stylings: which mesh, which regions in which colours, which texture, and the extra collars, ties and ruffs."""

import colorsys
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

from .assets import Assets, Proxy
from .collars import EXTRAS
from .geometry import F32

MAIN, INNER, TRIM, TROUSERS = 0, 1, 2, 3
PLAIN, KNIT, WOOL, LEATHER, RIB, SATIN, TRENCH, BLOCKS = range(8)
SUIT, JACKET, SHIRT, JUMPER = "male_elegantsuit01", "male_casualsuit05", "male_casualsuit01", "male_casualsuit02"


@dataclass
class Garment:
    """One outfit. Colours are sRGB tuples; pattern is the shader's cloth id; extras are named functions below."""

    mesh: str
    colours: tuple  # main, inner, trim, trousers
    pattern: int = PLAIN
    tie: tuple | None = None  # colour of the necktie, painted on the shirt front
    extras: tuple = ()
    extra_colour: tuple = (0.1, 0.1, 0.1)
    inflate: float = 0.0
    zip: bool = False
    shirt: float = 0.0  # shader switch: a folded pocket square (suit) or a tee under the jacket
    motif: tuple = (0.0, 1.0, 0.0, 0.0)  # kind, period in dm, strength, seed 0..1 of folds and tie (see `glsl_weave`)


def _hex(text: str) -> tuple:
    return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))


def _blend(rng, *texts: str) -> tuple:
    """A colour between two neighbours of the list, so that an option has a range rather than a handful of colours."""
    k, t = rng.integers(len(texts)), rng.uniform(0, 0.5)
    a, b = np.array(_hex(texts[k])), np.array(_hex(texts[(k + 1) % len(texts)]))
    return tuple((a * (1 - t) + b * t).clip(0, 1))


def _motif(rng, chances: dict, strength: float) -> tuple:
    """Kind drawn by chance (the rest is plain), period, strength and the seed of folds."""
    kind, roll = 0.0, rng.random()
    for k, chance in chances.items():
        if 0 <= roll < chance:
            kind = float(k)
        roll -= chance
    period = {0.0: 1.0, 1.0: rng.uniform(0.16, 0.26), 2.0: rng.uniform(0.55, 0.9), 3.0: rng.uniform(0.3, 0.55)}[kind]
    return (kind, period, strength * rng.uniform(0.7, 1.1), rng.random())


def _business(rng) -> Garment:
    main = _blend(rng, "16203a", "1c2a4c", "23262e", "131c36")
    shirt = _blend(rng, "f6f6f4", "f4f4f2", "d3e0f0")
    tie = _blend(rng, "8a1f2b", "6d1a35", "9c2b2b", "8c5a1e", "1f4d42", "3d4f86")
    return Garment(
        SUIT,
        (main, shirt, main, main),
        WOOL,
        tie,
        extras=("trousers",),
        shirt=float(rng.random() < 0.6),
        motif=_motif(rng, {1: 0.3, 2: 0.12}, 0.32),
    )


def _smart_casual(rng) -> Garment:
    main = _blend(rng, "6f7f8c", "8b8f8a", "8d7a63", "5f6e5a", "66788a")
    tee = _blend(rng, "fafafa", "f1f0ec", "e4e2dc")
    return Garment(
        JACKET,
        (main, tee, tuple(x * 0.86 for x in main), _hex("2c3340")),
        WOOL,
        extras=("tee", "trousers"),
        extra_colour=tee,
        shirt=1.0,
        motif=_motif(rng, {2: 0.35}, 0.45),
    )


def _roll_neck(rng) -> Garment:
    c = tuple(np.array(_hex("121214")) + rng.uniform(-0.015, 0.02))
    return Garment(
        JUMPER,
        (c, c, c, _hex("26262b")),
        RIB,
        extras=("roll_neck", "trousers"),
        extra_colour=c,
        motif=(0.0, 1.0, 0.0, rng.random()),
    )


def _monochrome(rng) -> Garment:
    c = _blend(rng, "e8d8b0", "dcc796", "ead9bd", "d9bfa0")
    return Garment(SHIRT, (c, c, c, c), PLAIN, extras=("trousers",), motif=(0.0, 1.0, 0.0, rng.random()))


def _knit(rng) -> Garment:
    c = _blend(rng, "c98a2a", "b8622c", "a8452a", "7c2f35", "6a3b4e", "3f5c6e", "4d6b3c", "8a7f4a")
    return Garment(
        JUMPER,
        (c, c, c, _hex("32363f")),
        KNIT,
        extras=("knit_collar", "trousers"),
        extra_colour=c,
        inflate=0.10,
        motif=(0.0, 1.0, 0.0, rng.random()),
    )


def _leather(rng) -> Garment:
    c = _blend(rng, "0d0d0f", "141111", "0f0f12")
    tee = _blend(rng, "8d9096", "b4b2ac", "6c6e74", "d8d6d0")
    return Garment(
        JACKET,
        (c, tee, c, _hex("1b1e25")),
        LEATHER,
        extras=("stand_collar", "tee", "trousers"),
        extra_colour=c,
        zip=True,
        shirt=1.0,
        motif=(0.0, 1.0, 0.0, rng.random()),
    )


def _trench(rng) -> Garment:
    c = _blend(rng, "c9a877", "bd9a68", "d2b78c", "c4aa80")
    return Garment(
        JACKET,
        (c, _blend(rng, "22262c", "3a2c2a", "2a3340"), c, _hex("24262c")),
        TRENCH,
        extras=("wide_collar", "lapels", "skirt", "trousers"),
        extra_colour=c,
        inflate=0.05,
        motif=(0.0, 1.0, 0.0, rng.random()),
    )


def _black_tie(rng) -> Garment:
    c = _blend(rng, "0a0a0c", "0c0e16")
    return Garment(
        SUIT,
        (c, _hex("ffffff"), c, c),
        SATIN,
        extras=("bow_tie", "trousers"),
        extra_colour=_hex("060607"),
        motif=(0.0, 1.0, 0.0, rng.uniform(0, 0.5)),
    )


def _avant_garde(rng) -> Garment:
    """Sculptural pleats and a ruff in two strong colours of any hue, far apart."""
    hue = rng.random()
    main = colorsys.hsv_to_rgb(hue, rng.uniform(0.75, 0.95), rng.uniform(0.75, 0.95))
    lean = rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.1)  # of the pleats
    accent = colorsys.hsv_to_rgb((hue + rng.uniform(0.3, 0.6)) % 1, rng.uniform(0.2, 0.85), rng.uniform(0.85, 1.0))
    return Garment(
        JUMPER,
        (main, accent, main, _hex("16161a")),
        BLOCKS,
        extras=("ruff", "trousers"),
        extra_colour=main,
        inflate=0.06,
        motif=(float(rng.integers(3)), rng.uniform(0.32, 0.55), lean, rng.random()),
    )


STYLINGS = (
    _business,
    _smart_casual,
    _roll_neck,
    _monochrome,
    _knit,
    _leather,
    _trench,
    _black_tie,
    _avant_garde,
)


def styling(option: int, rng: np.random.Generator) -> Garment:
    """The garment of styling option 0..8 with its variation of colour and pattern."""
    return STYLINGS[option](rng)


def regions(proxy: Proxy) -> np.ndarray:
    """[N] region of each garment vertex, from the extents of its texture islands in rest pose."""
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
