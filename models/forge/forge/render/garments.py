"""The nine stylings: which mesh, which regions in which colours, which texture, and the extra collars, ties and ruffs."""

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


def _hex(text: str) -> tuple:
    return tuple(int(text[i : i + 2], 16) / 255 for i in (0, 2, 4))


def _pick(rng, *texts: str) -> tuple:
    return _hex(texts[rng.integers(len(texts))])


def styling(option: int, rng: np.random.Generator) -> Garment:
    """The garment of styling option 0..8 with its small variation."""
    h = _hex
    if option == 0:
        return Garment(
            SUIT,
            (_pick(rng, "16203a", "1a2645", "131c36"), h("f4f4f2"), h("1a2645"), h("16203a")),
            WOOL,
            _pick(rng, "8a1f2b", "7a1c2c", "9c2b2b"),
        )
    if option == 1:
        return Garment(
            JACKET,
            (_pick(rng, "6f7f8c", "7c8a90", "66788a"), _pick(rng, "fafafa", "f1f0ec"), h("5b6a77"), h("3a4150")),
            WOOL,
            extras=("tee",),
            extra_colour=h("f6f5f2"),
        )
    if option == 2:
        return Garment(
            JUMPER,
            (h("101012"), h("101012"), h("101012"), h("1b1b1e")),
            RIB,
            extras=("roll_neck",),
            extra_colour=h("131315"),
        )
    if option == 3:
        c = _pick(rng, "e3cf9f", "dcc796", "e6d4a9")
        return Garment(SHIRT, (c, c, c, c), PLAIN)
    if option == 4:
        c = _pick(rng, "c98a2a", "a8452a", "7c2f35", "4d6b3c", "b86f35")
        return Garment(JUMPER, (c, c, c, h("32363f")), KNIT, extras=("knit_collar",), extra_colour=c, inflate=0.09)
    if option == 5:
        return Garment(
            JACKET,
            (h("0b0b0c"), _pick(rng, "8d9096", "9a9a9a"), h("0e0e10"), h("191b20")),
            LEATHER,
            extras=("stand_collar",),
            extra_colour=h("0c0c0d"),
            zip=True,
        )
    if option == 6:
        c = _pick(rng, "c2a06c", "b99561", "cbaa78")
        return Garment(
            JACKET, (c, h("2a2d33"), c, c), TRENCH, extras=("wide_collar", "lapels"), extra_colour=c, inflate=0.05
        )
    if option == 7:
        return Garment(
            SUIT,
            (h("0a0a0c"), h("ffffff"), h("08080a"), h("0a0a0c")),
            SATIN,
            extras=("bow_tie",),
            extra_colour=h("060607"),
        )
    main, accent = [("e0218a", "19c3d6"), ("2b3bff", "ff8a00"), ("ff4b1f", "f7e21b"), ("12b76a", "ff3fa4")][
        rng.integers(4)
    ]
    return Garment(
        JUMPER, (h(main), h(accent), h(main), h("16161a")), BLOCKS, extras=("ruff",), extra_colour=h(main), inflate=0.04
    )


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
