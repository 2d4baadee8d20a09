"""Reads the packed CC0 meshes (`synth_assets.npz`) and precomputes what does not depend on the identity."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from .geometry import F32, normalise

ENVIRONMENT = "FORGE_ASSETS"
EYE_Y = 7.2


@dataclass
class Proxy:
    """A mesh bound to the base mesh by three vertices and an offset (MakeHuman's proxy format)."""

    name: str
    index: np.ndarray  # [N,3] base vertices
    weight: np.ndarray  # [N,3]
    offset: np.ndarray  # [N,3] in units of the fitted scale
    scale: np.ndarray  # [3,3] rows (vertex a, vertex b, rest distance); 0 = fixed
    triangles: np.ndarray
    skin: np.ndarray  # [N,J]
    hidden: np.ndarray | None = None  # base vertices covered by this garment
    strand_triangle: np.ndarray | None = None
    strand_barycentric: np.ndarray | None = None
    rest: np.ndarray = field(default=None)
    weld: np.ndarray = field(default=None)  # [N] id of the position, so seams share normals
    weld_operator: tuple = field(default=None)

    def fit(self, vertices: np.ndarray) -> np.ndarray:
        """Proxy vertices [N,3] on the given base mesh [V,3]."""
        scale = [
            abs(vertices[int(a), k] - vertices[int(b), k]) / d if d else 1.0 for k, (a, b, d) in enumerate(self.scale)
        ]
        return ((vertices[self.index] * self.weight[:, :, None]).sum(1) + self.offset * np.array(scale, F32)).astype(
            F32
        )

    def normals(self, points: np.ndarray) -> np.ndarray:
        """Smooth normals [N,3], shared over texture seams."""
        welded = np.empty((self.weld.max() + 1, 3), F32)
        welded[self.weld] = points
        return mesh_normals(self.weld_operator, welded)[self.weld]


def normal_operator(triangles: np.ndarray, count: int) -> tuple:
    """Sparse operator that sums face normals to vertices."""
    m = len(triangles)
    return sp.csr_matrix((np.ones(m * 3, F32), (triangles.T.ravel(), np.tile(np.arange(m), 3))), (count, m)), triangles


def mesh_normals(operator: tuple, points: np.ndarray) -> np.ndarray:
    """Unit vertex normals [N,3] of points [N,3]."""
    matrix, t = operator
    a = points[t[:, 0]]
    return normalise(matrix @ np.cross(points[t[:, 1]] - a, points[t[:, 2]] - a).astype(F32))


class Assets:
    """Base mesh, morph targets, proxies and masks. `path` defaults to the FORGE_ASSETS environment variable."""

    def __init__(self, path: str | os.PathLike | None = None):
        path = Path(path or os.environ.get(ENVIRONMENT, ""))
        if not path.is_file():
            raise FileNotFoundError(
                f"no render assets at '{path}': pass --assets or set {ENVIRONMENT} (built by `forge prepare`)"
            )
        with np.load(path, allow_pickle=False) as z:
            self._data = d = {k: z[k] for k in z.files}
        self.vertices = d["V"].astype(F32)
        self.skin = d["SW"].astype(F32)
        self.subdivision = sp.csr_matrix(
            (d["S_data"].astype(F32), d["S_idx"].astype(np.int32), d["S_ptr"]),
            (len(d["S_ptr"]) - 1, len(self.vertices)),
        )
        self.quads, self.quad_source, self.base_quads = d["NQ"], d["qsrc"], d["Q"]
        self.triangles = np.concatenate([self.quads[:, [0, 1, 2]], self.quads[:, [0, 2, 3]]])
        self.triangle_source = np.r_[self.quad_source, self.quad_source]
        self.joint_names = [str(n) for n in d["jname"]]
        self.joints = [d["jidx"][d["joff"][i] : d["joff"][i + 1]] for i in range(len(self.joint_names))]
        self.eye_left, self.eye_right = d["eyeL"], d["eyeR"]
        self._targets = {str(n): i for i, n in enumerate(d["t_name"])}
        self.body_rest = self.subdivision @ self.vertices
        self.body_skin = self.subdivision @ self.skin
        self.body_normals = normal_operator(self.triangles, len(self.body_rest))
        self.masks = {
            k: self.subdivision @ d["m_" + k].astype(F32) for k in ("lip", "cheek", "nose", "ear", "lid", "brow")
        }
        lip = d["m_lip"].astype(F32)
        self.lip_centre = (self.vertices * lip[:, None] ** 4).sum(0) / (lip**4).sum()
        self.eye_centre = self.vertices[self.eye_left].mean(0)
        self.smoother = self._smoother()
        # Hair meshes are in the file too; hair grows from the scalp now.
        self.proxies = {str(n): self._proxy(str(n)) for n in d["proxies"] if not str(n).startswith("hair_")}
        self.shape_axes = self._shape_axes()
        self.landmarks = self._landmarks(lip)

    def has(self, target: str) -> bool:
        """True when the morph target exists."""
        return target in self._targets

    def morph(self, vertices: np.ndarray, target: str, amount: float) -> None:
        """Adds a morph target in place; unknown names are an error."""
        if abs(amount) < 1e-3:
            return
        i = self._targets[target]
        a, b = self._data["t_off"][i], self._data["t_off"][i + 1]
        vertices[self._data["t_idx"][a:b]] += self._data["t_d"][a:b].astype(F32) * amount

    def _proxy(self, name: str) -> Proxy:
        get = lambda k: self._data.get(f"p/{name}/{k}")  # noqa: E731
        index = get("i").astype(np.int64)
        p = Proxy(
            name,
            index,
            get("w"),
            get("d"),
            get("sc"),
            get("tr"),
            (self.skin[index] * get("w")[:, :, None]).sum(1),
            get("del"),
            get("sT"),
            None if get("sB") is None else get("sB").astype(F32),
        )
        p.rest = p.fit(self.vertices)
        _, weld = np.unique(np.round(p.rest * 3000).astype(int), axis=0, return_inverse=True)
        p.weld = weld.ravel()
        p.weld_operator = normal_operator(p.weld[p.triangles], p.weld.max() + 1)
        return p

    def _smoother(self) -> sp.csr_matrix:
        q, n = self.quads, len(self.body_rest)
        i = np.concatenate([q[:, k] for k in range(4)] * 2)
        j = np.concatenate([q[:, (k + 1) % 4] for k in range(4)] + [q[:, (k + 3) % 4] for k in range(4)])
        m = sp.csr_matrix((np.ones(len(i), F32), (i, j)), (n, n)) + sp.identity(n, dtype=F32) * 4
        return (sp.diags(1 / np.asarray(m.sum(1)).ravel()) @ m).tocsr().astype(F32)

    def _shape_axes(self) -> list[tuple[str | None, str]]:
        """Pairs (negative target, positive target) of the left or central face; None where only one direction exists."""
        opposites = [
            ("-decr", "-incr"),
            ("-down", "-up"),
            ("-in", "-out"),
            ("-backward", "-forward"),
            ("-concave", "-convex"),
            ("-compress", "-uncompress"),
        ]
        skip = (
            "head-trans",
            "head-age",
            "neck-trans",
            "mouth-trans-in",
            "mouth-trans-out",
            "nose-trans-in",
            "nose-trans-out",
            "head-angle",
            "eye-trans-in",
            "/r-",
            "ear-shape-pointed",
        )
        axes = []
        for name in self._targets:
            if "/" not in name or name.startswith("expr/") or any(s in name for s in skip):
                continue
            ends = next(((a, b) for a, b in opposites if name.endswith(a) or name.endswith(b)), None)
            if ends is None:
                axes.append((None, name))
            elif name.endswith(ends[0]) and self.has(name[: -len(ends[0])] + ends[1]):
                axes.append((name, name[: -len(ends[0])] + ends[1]))
        return axes

    def _landmarks(self, lip: np.ndarray) -> dict[str, int]:
        """Base vertices of the nose tip and the mouth corners (subject's right is -x)."""
        v, used = self.vertices, np.unique(self.base_quads)
        lips = used[lip[used] > 0.12]
        nose = used[
            (np.abs(v[used, 0]) < 0.1) & (v[used, 1] > self.lip_centre[1] + 0.1) & (v[used, 1] < self.eye_centre[1])
        ]
        return {
            "nose": int(nose[v[nose, 2].argmax()]),
            "mouth_right": int(lips[v[lips, 0].argmin()]),
            "mouth_left": int(lips[v[lips, 0].argmax()]),
        }
