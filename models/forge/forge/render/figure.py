"""A dressed person as triangle parts and hair strands, moved by a pose."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .assets import Assets, mesh_normals, normal_operator
from .garments import Garment, Wardrobe
from .geometry import F32, sphere
from .glasses import spectacles
from .hair_growth import Grown
from .hair_system import hair, place_grown, scalp_paint
from .headwear import headwear
from .identity import Identity
from .pose import EXPRESSIONS, RESTING, Pose, Skeleton
from .strands import Strands, grow, place


@dataclass
class Part:
    """One mesh of the figure in its rest position; `start` and `first` are its place in the shared buffers."""

    material: str  # skin, cloth, wrap, teeth, eye or metal
    name: str
    points: np.ndarray  # [N,3] straight pose
    skin: np.ndarray  # [N,J]
    rest: np.ndarray  # [N,3] on the average body: the coordinates of every procedural pattern
    triangles: np.ndarray
    normals: (
        Callable[[np.ndarray], np.ndarray] | None
    )  # of posed points; None for the eyes, whose normals are their directions
    mask: np.ndarray | None = None  # [N,4] meaning by material
    mask2: np.ndarray | None = None
    eye: tuple | None = None  # centre and radius
    extra: bool = False  # collar, tie or ruff rather than the garment itself
    start: int = 0
    first: int = 0

    def __post_init__(self):
        blank = np.zeros((len(self.points), 4), F32)
        self.mask = blank if self.mask is None else self.mask
        self.mask2 = blank if self.mask2 is None else self.mask2

    @property
    def span(self) -> slice:
        """Vertex range in the shared buffers."""
        return slice(self.start, self.start + len(self.points))


class Figure:
    """Parts, strands and posed arrays of one identity with one expression and garment. `density` 0..1 thins the hair."""

    def __init__(
        self,
        assets: Assets,
        wardrobe: Wardrobe,
        identity: Identity,
        expression: str,
        garment: Garment,
        density: float = 1.0,
    ):
        self.assets, self.identity, self.garment = assets, identity, garment
        self.vertices = identity.vertices.copy()
        for table in (EXPRESSIONS[expression], RESTING):
            for name, amount in table.items():
                assets.morph(self.vertices, name, amount)
        self.parts = [self._body(), *self._clothes(wardrobe), *self._head()]
        self.strands = self._hair(density)
        start = first = 0
        for p in self.parts:
            p.start, p.first = start, first
            start, first = start + len(p.points), first + p.triangles.size
        self.count = start

    def _body(self) -> Part:
        a, cloth = self.assets, self.assets.proxies["cloth_" + self.garment.mesh]
        visible = np.ones(len(a.base_quads), bool) if cloth.hidden is None else ~cloth.hidden[a.base_quads].all(1)
        triangles = a.triangles[visible[a.triangle_source]].astype(np.int32)
        mask = np.stack([a.masks[k] for k in ("lip", "cheek", "nose", "lid")], 1)
        scalp = scalp_paint(a, self.identity)
        mask2 = np.stack([a.masks["ear"], a.masks["brow"], scalp, scalp * 0], 1)
        points = a.subdivision @ self.vertices
        return Part(
            "skin",
            "body",
            points,
            a.body_skin,
            a.body_rest,
            triangles,
            lambda q: mesh_normals(a.body_normals, q),
            mask,
            mask2,
        )

    def _proxy(self, name: str, material: str, mask: np.ndarray | None = None) -> Part:
        p = self.assets.proxies[name]
        column = None
        if mask is not None:
            column = np.zeros((len(p.rest), 4), F32)
            column[:, 0] = mask
        return Part(material, name, p.fit(self.vertices), p.skin, p.rest, p.triangles, p.normals, column)

    def _clothes(self, wardrobe: Wardrobe) -> list[Part]:
        proxy = self.assets.proxies["cloth_" + self.garment.mesh]
        part = self._proxy(proxy.name, "cloth", wardrobe.region(proxy))
        if self.garment.inflate:
            part.points = part.points + proxy.normals(part.points) * self.garment.inflate
        parts = [part]
        for name in self.garment.extras:
            b = wardrobe.extra(name)
            parts.append(
                Part(
                    "cloth",
                    "extra_" + name,
                    b.fit(self.vertices),
                    b.skin,
                    b.rest,
                    b.triangles,
                    _smooth(b.triangles, len(b.rest)),
                    extra=True,
                )
            )
        return parts

    def _head(self) -> list[Part]:
        a, v, i = self.assets, self.vertices, self.identity
        parts = [self._proxy("teeth", "teeth")]
        for points, skin, rest, triangles, mask in headwear(a, i, v):
            normals = _smooth(triangles, len(points))
            parts.append(Part("wrap", f"wrap{len(parts)}", points, skin, rest, triangles, normals, mask))
        unit, triangles = sphere()
        head = np.eye(len(a.joint_names), dtype=F32)[a.joint_names.index("head")]
        eyes = []
        for ids in (a.eye_right, a.eye_left):
            low, high = v[ids].min(0), v[ids].max(0)
            centre, radius = (high + low) / 2, float((high - low)[1]) / 2
            eyes.append(centre)
            parts.append(
                Part(
                    "eye",
                    "eye",
                    centre + unit * radius,
                    np.tile(head, (len(unit), 1)),
                    unit,
                    triangles,
                    None,
                    eye=(centre, radius),
                )
            )
        if i.glasses:
            temple = np.abs(v[a.skin[:, a.joint_names.index("head")] > 0.9, 0]).max() * 0.8
            points, triangles = spectacles(*eyes, radius, temple, i.glasses_shape)
            parts.append(
                Part(
                    "metal",
                    "glasses",
                    points,
                    np.tile(head, (len(points), 1)),
                    points,
                    triangles,
                    _smooth(triangles, len(points)),
                )
            )
        return parts

    def _hair(self, density: float) -> list[Strands | Grown]:
        i, a, rng = self.identity, self.assets, np.random.default_rng(self.identity.hair_seed)
        out = hair(a, i, self.vertices, density)
        out.append(
            grow(
                a,
                rng,
                f"brow_{i.brow}",
                "brow",
                0.0022 + 0.0014 * i.brow_weight,
                0.008,
                0.003,
                0,
                0.3 + 0.6 * i.brow_weight,
            )
        )
        out.append(grow(a, rng, "lash_1", "lash", 0.0020, 0.004, 0.006, 0, 0.7))
        return out

    def apply(self, pose: Pose) -> None:
        """Computes `position`, `normal` [N,3], the eyes, the face landmarks and the strand arrays for a pose."""
        skeleton = Skeleton(self.assets, self.vertices, pose)
        self.root, turn = skeleton.root, skeleton.head[:3, :3]
        self.position, self.normal = np.empty((self.count, 3), F32), np.empty((self.count, 3), F32)
        self.eye_rotation, self.eye_position = [], []
        for p in self.parts:
            if p.eye is not None:
                centre, radius = p.eye
                rotate, at = turn @ pose.gaze_rotation(), turn @ centre + skeleton.head[:3, 3]
                direction = p.rest @ rotate.T
                cornea = 1 + 0.055 * np.clip((p.rest[:, 2] - 0.8) / 0.2, 0, 1)
                self.position[p.span], self.normal[p.span] = at + direction * radius * cornea[:, None], direction
                self.eye_rotation.append(rotate)
                self.eye_position.append(at)
            else:
                posed = skeleton.skin(p.points, p.skin)
                self.position[p.span], self.normal[p.span] = posed, p.normals(posed)
        self.landmarks = {
            k: skeleton.skin(self.vertices[[i]], self.assets.skin[[i]])[0] for k, i in self.assets.landmarks.items()
        }
        self._apply_strands(skeleton)

    def strand_normals(self) -> list[np.ndarray]:
        """Posed surface normals [S*P,3] of every strand system."""
        counts = np.cumsum([s.corners.shape[0] * s.corners.shape[1] for s in self.strands])
        return np.split(self.strand_normal[::2], counts[:-1])

    def _apply_strands(self, skeleton: Skeleton) -> None:
        turn, placed = skeleton.head[:3, :3].astype(F32), []
        for s in self.strands:
            if isinstance(s, Grown):
                placed.append(place_grown(s, skeleton.skin, turn))
                continue
            proxy = self.assets.proxies[s.proxy]  # brows and lashes have no mesh of their own in the picture
            points = skeleton.skin(proxy.fit(self.vertices), proxy.skin)
            placed.append(place(s, points, proxy.normals(points), turn))
        # both sides of a ribbon share the centre line; the shader moves them apart
        self.strand_position, self.strand_tangent, self.strand_normal = (
            np.repeat(np.concatenate([x[k] for x in placed]).astype(F32), 2, 0) for k in range(3)
        )


def _smooth(triangles: np.ndarray, count: int) -> Callable[[np.ndarray], np.ndarray]:
    operator = normal_operator(triangles, count)
    return lambda points: mesh_normals(operator, points)
