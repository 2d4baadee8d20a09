"""A dressed person as triangle parts and hair strands, and the pose that moves them."""

from dataclasses import dataclass, field

import numpy as np

from .assets import Assets, mesh_normals
from .garments import Garment, Wardrobe
from .geometry import F32, about, normalise, rotation, sphere, tube
from .identity import Identity

EXPRESSIONS = {
    "neutral": {},
    "soft": {"expr/mouth-corner-puller": 0.2, "expr/eye-left-slit": 0.1, "expr/eye-right-slit": 0.1},
    "smile": {"expr/mouth-corner-puller": 0.9, "expr/mouth-retraction": 0.25, "expr/eye-left-slit": 0.3, "expr/eye-right-slit": 0.3,
              "cheek/l-cheek-volume-incr": 0.3, "cheek/r-cheek-volume-incr": 0.3, "expr/eyebrows-left-up": 0.15, "expr/eyebrows-right-up": 0.15},
    "assured": {"expr/mouth-corner-puller": 0.12, "expr/eye-left-slit": 0.12, "expr/eye-right-slit": 0.12},
    "serious": {"expr/eyebrows-left-down": 0.4, "expr/eyebrows-right-down": 0.4, "expr/eye-left-slit": 0.2, "expr/eye-right-slit": 0.2},
    "parted": {"expr/mouth-parling": 0.3, "expr/eyebrows-left-up": 0.2, "expr/eyebrows-right-up": 0.2, "expr/eye-left-slit": 0.12, "expr/eye-right-slit": 0.12},
    "sad": {"expr/eyebrows-left-inner-up": 0.5, "expr/eyebrows-right-inner-up": 0.5, "expr/mouth-depression": 0.2, "expr/eye-left-slit": 0.3, "expr/eye-right-slit": 0.3},
}  # fmt: skip
# MakeHuman's resting face looks stern; this relaxes every expression a little, equally on both sides.
RESTING = {"expr/eyebrows-left-inner-up": 0.35, "expr/eyebrows-right-inner-up": 0.35, "expr/eyebrows-left-up": 0.12, "expr/eyebrows-right-up": 0.12, "expr/mouth-corner-puller": 0.1}
NECK_SHARE = {"neck01": 0.14, "neck02": 0.18, "neck03": 0.16, "head": 0.52}
LONG_HAIR = ("long01", "bob01", "bob02", "braid01", "ponytail01")


@dataclass
class Pose:
    """Degrees. Body yaw and lean move everything; head angles are relative to the body; gaze relative to the head."""

    body_yaw: float = 0.0
    lean: float = 0.0
    tilt: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    head_roll: float = 0.0
    gaze: tuple = (0.0, 0.0)


@dataclass
class Part:
    """One mesh of the figure in its rest position."""

    material: str
    points: np.ndarray
    skin: np.ndarray
    rest: np.ndarray
    triangles: np.ndarray
    normals: object  # function of posed points [N,3] -> normals
    mask: np.ndarray
    mask2: np.ndarray
    name: str = ""
    eye: tuple | None = None
    extra: bool = False
    start: int = 0
    first: int = 0

    @property
    def span(self) -> slice:
        """Vertex range in the shared buffers."""
        return slice(self.start, self.start + len(self.points))


@dataclass
class Strands:
    """A tuft system bound to a proxy mesh: hair, brows or lashes."""

    kind: str
    proxy: str
    corners: np.ndarray  # [S,P,3] proxy vertices
    barycentric: np.ndarray
    index: np.ndarray
    fraction: np.ndarray
    lift: np.ndarray
    jitter: np.ndarray
    phase: np.ndarray
    curl: float
    width: np.ndarray
    random: np.ndarray
    t: np.ndarray
    first: int = 0
    count: int = 0


def _strands(assets: Assets, rng, proxy: str, kind: str, width: float, lift: float, jitter: float, curl: float, share: float) -> Strands:
    p = assets.proxies[proxy]
    n = int(len(p.strand_triangle) * share)
    tri, bary = p.strand_triangle[:n], p.strand_barycentric[:n]
    points = tri.shape[1]
    stop = p.strand_stop[:n] if p.strand_stop is not None else np.zeros(tri.shape, bool)
    stuck = (tri[:, 1:] == tri[:, :-1]) & (np.abs(bary[:, 1:] - bary[:, :-1]).sum(2) < 1e-4)
    alive = np.where(stuck.any(1), stuck.argmax(1), points - 1)
    alive = np.minimum(alive, np.where(stop.any(1), stop.argmax(1), points - 1))
    tri, bary, alive = tri[alive >= 1], bary[alive >= 1], alive[alive >= 1]
    t = np.linspace(0, 1, points)
    at = t[None] * alive[:, None]
    index = np.minimum(at.astype(int), points - 2)
    rnd = rng.random(len(tri))
    body = width * (0.6 + 0.8 * rng.random((len(tri), 1))) * np.clip((1 - t) * 1.5 + 0.06, 0, 1) * np.minimum(1, t * 6 + 0.5)[None]
    corners = p.triangles[tri]
    if kind == "lash":
        body[p.rest[corners[:, 0, 0], 1] < assets.eye_centre[1]] *= 0.4
    raised = np.clip(rnd + rng.normal(0, 0.25, len(tri)), 0, 1)[:, None]
    return Strands(kind, proxy, corners, bary, index, (at - index).astype(F32)[..., None], lift * (0.1 + 1.05 * raised) * np.sin(t * 2.2 + 0.25)[None],
                   (rng.normal(0, 1, (len(tri), 1, 3)) * jitter * np.linspace(0.3, 1, points)[None, :, None]).astype(F32), rng.random((len(tri), 1)) * 6.28, curl, body, rnd, t)  # fmt: skip


class Figure:
    """Parts, strands and posed arrays of one identity with one expression and garment."""

    def __init__(self, assets: Assets, wardrobe: Wardrobe, identity: Identity, expression: str, garment: Garment, density: float = 1.0):
        self.assets, self.identity, self.garment = assets, identity, garment
        v = identity.vertices.copy()
        for table in (EXPRESSIONS[expression], RESTING):
            for name, amount in table.items():
                assets.morph(v, name, amount)
        self.vertices = v
        self.eyes = []
        self.parts: list[Part] = []
        self._add_body()
        self._add_garment(wardrobe)
        self._add_head()
        self._add_strands(density)
        start = first = 0
        for p in self.parts:
            p.start, p.first = start, first
            start, first = start + len(p.points), first + p.triangles.size
        self.count = start

    def _blank(self, n: int) -> np.ndarray:
        return np.zeros((n, 4), F32)

    def _add_body(self) -> None:
        a, cloth = self.assets, self.assets.proxies["cloth_" + self.garment.mesh]
        visible = np.ones(len(a.base_quads), bool)
        if cloth.hidden is not None:
            visible = ~cloth.hidden[a.base_quads].all(1)
        m = a.masks
        self.parts.append(Part("skin", a.subdivision @ self.vertices, a.body_skin, a.body_rest, a.triangles[visible[a.triangle_source]].astype(np.int32), lambda q: mesh_normals(a.body_normals, q),
                               np.stack([m["lip"], m["cheek"], m["nose"], m["lid"]], 1), np.stack([m["ear"], m["brow"], a.scalp, a.scalp * 0], 1), "body"))  # fmt: skip

    def _proxy_part(self, name: str, material: str, mask=None) -> Part:
        p = self.assets.proxies[name]
        points = p.fit(self.vertices)
        return Part(material, points, p.skin, p.rest, p.drawn, p.normals, self._blank(len(points)) if mask is None else mask, self._blank(len(points)), name)

    def _add_garment(self, wardrobe: Wardrobe) -> None:
        proxy = self.assets.proxies["cloth_" + self.garment.mesh]
        mask = self._blank(len(proxy.rest))
        mask[:, 0] = wardrobe.region(proxy)
        part = self._proxy_part(proxy.name, "cloth", mask)
        if self.garment.inflate:
            part.points = part.points + proxy.normals(part.points) * self.garment.inflate
        self.parts.append(part)
        for name in self.garment.extras:
            bound = wardrobe.extra(name)
            n = len(bound.rest)
            operator = _operator(bound.triangles, n)
            self.parts.append(Part("cloth", bound.fit(self.vertices), bound.skin, bound.rest, bound.triangles, lambda q, o=operator: mesh_normals(o, q), self._blank(n), self._blank(n), "extra_" + name, extra=True))

    def _add_head(self) -> None:
        a, v = self.assets, self.vertices
        self.parts.append(self._proxy_part("teeth", "teeth"))
        if self.identity.hair not in ("buzz", "bald"):
            p = a.proxies["hair_" + self.identity.hair]
            mask = self._blank(len(p.rest))
            mask[:, 0] = p.boundary
            self.parts.append(self._proxy_part(p.name, "cap", mask))
        unit, triangles = sphere()
        rigid = np.tile(np.eye(len(a.joint_names), dtype=F32)[a.joint_names.index("head")], (len(unit), 1))
        for vertices in (a.eye_right, a.eye_left):
            e = v[vertices]
            centre, radius = (e.max(0) + e.min(0)) / 2, float((e.max(0) - e.min(0))[1]) / 2
            self.eyes.append((centre, radius))
            self.parts.append(Part("eye", centre + unit * radius, rigid, unit, triangles, None, self._blank(len(unit)), self._blank(len(unit)), "eye", (centre, radius)))
        if self.identity.glasses:
            points, triangles = self._glasses()
            operator = _operator(triangles, len(points))
            self.parts.append(Part("metal", points, np.tile(rigid[:1], (len(points), 1)), points, triangles, lambda q: mesh_normals(operator, q), self._blank(len(points)), self._blank(len(points)), "glasses"))

    def _glasses(self):
        (right, _), (left, radius) = self.eyes
        a, v = self.assets, self.vertices
        rx = abs(left[0] - right[0]) * 0.41
        ry, z, power = rx * 0.8, max(left[2], right[2]) + radius * 1.8, self.identity.glasses_shape
        temple = np.abs(v[a.skin[:, a.joint_names.index("head")] > 0.9, 0]).max() * 0.8
        angle, paths = np.linspace(0, 2 * np.pi, 36, endpoint=False), []
        for c in (right, left):
            s = np.sign(c[0])
            x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / power) * rx
            y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / power) * ry
            paths.append(tube(np.stack([c[0] + s * 0.015 + x, c[1] - 0.03 + y, z - 0.16 * np.clip(s * x, 0, 9) ** 1.3], 1), 0.02, True))
            hinge, ear = np.array([c[0] + s * (rx + 0.01), c[1] + 0.05, z - 0.16 * rx**1.3]), np.array([s * temple, c[1] + 0.02, c[2] - 1.05])
            k, mid = np.linspace(0, 1, 8)[:, None], np.array([(ear[0] + hinge[0]) / 2, hinge[1], hinge[2] - 0.55])
            paths.append(tube((1 - k) ** 2 * hinge + 2 * k * (1 - k) * mid + k * k * ear, 0.016, False))
        k = np.linspace(-1, 1, 7)
        paths.append(tube(np.stack([k * (abs(left[0]) - rx + 0.03), left[1] + 0.03 + 0.03 * (1 - k * k), z + 0.015 + 0 * k], 1), 0.016, False))
        points, triangles, start = [], [], 0
        for p, t in paths:
            points.append(p)
            triangles.append(t + start)
            start += len(p)
        return np.concatenate(points).astype(F32), np.concatenate(triangles)

    def _add_strands(self, density: float) -> None:
        i, a, rng = self.identity, self.assets, np.random.default_rng(self.identity.hair_seed)
        self.strands: list[Strands] = []
        if i.hair not in ("buzz", "bald"):
            self.strands.append(_strands(a, rng, "hair_" + i.hair, "hair", 0.0085 / density**0.6, 0.07, 0.012, i.curl, density))
        self.strands.append(_strands(a, rng, f"brow_{i.brow}", "brow", 0.0022 + 0.0014 * i.brow_weight, 0.008, 0.003, 0, 0.3 + 0.6 * i.brow_weight))
        self.strands.append(_strands(a, rng, "lash_1", "lash", 0.0020, 0.004, 0.006, 0, 0.7))

    def _joint_matrices(self, pose: Pose) -> np.ndarray:
        a, v = self.assets, self.vertices
        joint = {n: v[j].mean(0).astype(float) for n, j in zip(a.joint_names, a.joints)}
        waist = np.array([0.0, 1.8, 0.1])
        root = about(rotation("y", pose.body_yaw), np.array([0.0, 0.0, 0.2])) @ about(rotation("x", pose.lean) @ rotation("z", pose.tilt), waist)
        current, out = root.copy(), {}
        for name, share in NECK_SHARE.items():
            turn = rotation("y", pose.head_yaw * share) @ rotation("x", pose.head_pitch * share) @ rotation("z", pose.head_roll * share)
            current = current @ about(turn, joint[name])
            out[name] = current.copy()
        for side, sign in (("L", -1), ("R", 1)):
            shoulder = root @ about(rotation("z", sign * 4), joint["clav" + side])
            out["clav" + side] = shoulder
            out["arm" + side] = shoulder @ about(rotation("z", sign * 32), joint["arm" + side])
        self.root, self.head = root, out["head"]
        return np.stack([out[n][:3].ravel() for n in a.joint_names]).astype(F32)

    def _skin(self, points: np.ndarray, weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
        t = (weights @ matrices + (1 - weights.sum(1, keepdims=True)) * self.root[:3].ravel().astype(F32)).reshape(-1, 3, 4)
        return np.einsum("nij,nj->ni", t[:, :, :3], points) + t[:, :, 3]

    def apply(self, pose: Pose) -> None:
        """Computes posed positions, normals and strand points."""
        matrices = self._joint_matrices(pose)
        turn = self.head[:3, :3]
        self.position, self.normal = np.empty((self.count, 3), F32), np.empty((self.count, 3), F32)
        self.eye_rotation, self.eye_position = [], []
        gaze = rotation("y", pose.gaze[0]) @ rotation("x", -pose.gaze[1])
        for p in self.parts:
            if p.eye is not None:
                centre, radius = p.eye
                rotate, at = turn @ gaze, turn @ centre + self.head[:3, 3]
                d = p.rest @ rotate.T
                bulge = 1 + 0.055 * np.clip((p.rest[:, 2] - 0.8) / 0.2, 0, 1)
                self.position[p.span], self.normal[p.span] = at + d * radius * bulge[:, None], d
                self.eye_rotation.append(rotate)
                self.eye_position.append(at)
            else:
                posed = self._skin(p.points, p.skin, matrices)
                self.position[p.span], self.normal[p.span] = posed, p.normals(posed)
        self.landmarks = {k: self._skin(self.vertices[[i]], self.assets.skin[[i]], matrices)[0] for k, i in self.assets.landmarks.items()}
        self._apply_strands(matrices, turn.astype(F32))

    def _apply_strands(self, matrices: np.ndarray, turn: np.ndarray) -> None:
        byname = {p.name: p for p in self.parts}
        points, tangents, normals = [], [], []
        for s in self.strands:
            if s.proxy in byname:
                span = byname[s.proxy].span
                q, n = self.position[span], self.normal[span]
            else:
                proxy = self.assets.proxies[s.proxy]
                q = self._skin(proxy.fit(self.vertices), proxy.skin, matrices)
                n = proxy.normals(q)
            x = np.einsum("npkc,npk->npc", q[s.corners], s.barycentric)
            nx = np.einsum("npkc,npk->npc", n[s.corners], s.barycentric)
            row = np.arange(len(x))[:, None]
            x, nx = x[row, s.index] * (1 - s.fraction) + x[row, s.index + 1] * s.fraction, nx[row, s.index]
            for _ in range(2):
                x[:, 1:-1] = 0.25 * x[:, :-2] + 0.5 * x[:, 1:-1] + 0.25 * x[:, 2:]
            x = x + nx * s.lift[..., None].astype(F32) + s.jitter @ turn.T
            if s.curl > 0:
                side = np.cross(normalise(np.gradient(x, axis=1)), nx)
                angle = (s.phase + s.t[None] * (7 if s.curl < 0.06 else 10)).astype(F32)
                x = x + F32(s.curl) * (np.sin(angle)[..., None] * side + np.cos(angle)[..., None] * nx) * np.minimum(1, s.t * 3)[None, :, None].astype(F32)
            points.append(x.reshape(-1, 3))
            tangents.append(normalise(np.gradient(x, axis=1)).reshape(-1, 3))
            normals.append(nx.reshape(-1, 3))
        twice = lambda a: np.repeat(np.concatenate(a).astype(F32), 2, 0)  # noqa: E731
        self.strand_position, self.strand_tangent, self.strand_normal = twice(points), twice(tangents), twice(normals)


def _operator(triangles, count):
    from .assets import normal_operator

    return normal_operator(triangles, count)
