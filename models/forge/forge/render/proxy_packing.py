"""Hair, brows, lashes, teeth and clothes: cut, split along texture seams and given strands."""

import numpy as np
from scipy.spatial import cKDTree

from .mesh_formats import Binding, Obj
from .strand_tracing import brow_field, hair_field, lash_field, trace

CUT = -2.7  # decimetres; hips and thighs stay for the half-length and wider framings
HAIR = {
    "afro01": 0.35,
    "bob01": 1.5,
    "bob02": 1.6,
    "long01": 3.0,
    "ponytail01": 1.2,
    "short01": 0.55,
    "short02": 0.55,
    "short03": 0.55,
    "short04": 0.55,
    "braid01": 1.2,
}  # strand length
CLOTHES = (
    "female_casualsuit01",
    "female_casualsuit02",
    "female_elegantsuit01",
    "female_sportsuit01",
    "male_casualsuit01",
    "male_casualsuit02",
    "male_casualsuit03",
    "male_casualsuit04",
    "male_casualsuit05",
    "male_casualsuit06",
    "male_elegantsuit01",
    "male_worksuit01",
)


def proxy_paths() -> dict[str, str]:
    """Proxy name -> path in the repository without its ending."""
    paths = {f"hair_{h}": f"base/hair/{h}/{h}" for h in HAIR}
    paths |= {f"brow_{i}": f"base/eyebrows/eyebrow{i:03d}/eyebrow{i:03d}" for i in range(1, 13)}
    paths |= {"lash_1": "base/eyelashes/eyelashes01/eyelashes01", "teeth": "base/teeth/teeth_base/teeth_base"}
    return paths | {f"cloth_{c}": f"base/clothes/{c}/{c}" for c in CLOTHES}


def _fit(rows: np.ndarray, scale: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    factor = np.array(
        [abs(vertices[int(a), k] - vertices[int(b), k]) / d if d else 1.0 for k, (a, b, d) in enumerate(scale)]
    )
    return (vertices[rows[:, :3].astype(int)] * rows[:, 3:6, None]).sum(1) + rows[:, 6:9] * factor


def cut_proxy(obj: Obj, binding: Binding, vertices: np.ndarray, name: str) -> tuple[Obj, Binding]:
    """Drops polygons below the cut; the binding must have a row per vertex."""
    if len(binding.rows) != len(obj.vertices):
        raise ValueError(f"{name}: {len(binding.rows)} bindings for {len(obj.vertices)} vertices")
    fitted = _fit(binding.rows, binding.scale, vertices)
    keep = [i for i, f in enumerate(obj.faces) if fitted[f, 1].max() > CUT]
    return Obj(
        obj.vertices, obj.texture, [obj.faces[i] for i in keep], [obj.texture_faces[i] for i in keep], obj.groups[keep]
    ), binding


def used_vertices(obj: Obj, binding: Binding) -> np.ndarray:
    """Base vertices that a proxy is bound to."""
    used = np.unique(np.concatenate([np.array(f) for f in obj.faces]))
    return np.concatenate(
        [binding.rows[used, :3].astype(int).ravel(), *(row[:2].astype(int) for row in binding.scale if row[2])]
    )


def _split_seams(obj: Obj) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices duplicated along texture seams: source vertex, texture coordinate and triangles."""
    ids: dict[tuple[int, int], int] = {}
    triangles = []
    for face, texture in zip(obj.faces, obj.texture_faces):
        corner = [ids.setdefault(key, len(ids)) for key in zip(face, texture)]
        triangles += [(corner[0], corner[k], corner[k + 1]) for k in range(1, len(corner) - 1)]
    keys = np.array(list(ids))
    return keys[:, 0], keys[:, 1], np.array(triangles, np.int32)


def _border_distance(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Distance [N] to the nearest border vertex; 9 for closed meshes."""
    _, weld = np.unique(np.round(points * 2000).astype(int), axis=0, return_inverse=True)
    t = weld.ravel()[triangles]
    edges, uses = np.unique(
        np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), 1), axis=0, return_counts=True
    )
    border = np.isin(weld.ravel(), edges[uses == 1])
    return cKDTree(points[border]).query(points)[0] if border.any() else np.full(len(points), 9.0)


def pack_proxy(name: str, obj: Obj, binding: Binding, renumber, needed, vertices, eyes) -> dict[str, np.ndarray]:
    """Arrays of one proxy in the npz: binding, triangles, border distance, hidden body, traced strands."""
    source, texture, triangles = _split_seams(obj)
    rows, scale = binding.rows[source], binding.scale.copy()
    rows[:, :3] = renumber[rows[:, :3].astype(int)]
    for row in scale:
        if row[2]:
            row[:2] = renumber[row[:2].astype(int)]
    points = _fit(rows, scale, vertices)
    out = {
        "i": rows[:, :3].astype(np.uint16),
        "w": rows[:, 3:6].astype(np.float32),
        "d": rows[:, 6:9].astype(np.float32),
        "sc": scale,
        "tr": triangles,
        "uv": obj.texture[texture].astype(np.float16),
        "bd": _border_distance(points, triangles).astype(np.float16),
    }
    if name.startswith("cloth_") and len(binding.hidden):
        out["del"] = np.isin(needed, binding.hidden)
    if name.startswith("hair_"):
        style = name[5:]
        out["sT"], out["sB"] = trace(
            points,
            triangles,
            hair_field(style, points[:, 1].max()),
            9000 if style in ("long01", "bob01", "bob02") else 8000,
            8,
            HAIR[style],
            1,
        )
    elif name.startswith("brow_"):
        out["sT"], out["sB"] = trace(points, triangles, brow_field, 520, 4, 0.085, 2)
    elif name.startswith("lash_"):
        radius = lambda p: np.linalg.norm(p - np.where(p[:, 0:1] > 0, eyes["eyeL"], eyes["eyeR"]), axis=1)  # noqa: E731
        middle = np.median(radius(points))
        out["sT"], out["sB"] = trace(
            points,
            triangles,
            lash_field(eyes["eyeL"], eyes["eyeR"]),
            420,
            4,
            0.10,
            3,
            lambda p: (radius(p) < middle) + 0.02,
        )
    return out
