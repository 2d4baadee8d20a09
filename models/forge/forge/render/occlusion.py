"""Ambient occlusion with a mean open direction per vertex, baked by depth maps from all around.

The head is baked once per identity in one standard garment and the garments once on the average body, so the result
does not depend on what was drawn before and costs one bake per identity.
"""

from dataclasses import replace

import moderngl
import numpy as np

from . import shaders
from .assets import Assets
from .figure import Figure
from .garments import JUMPER, Garment, Wardrobe
from .geometry import F32, look_at, normalise, orthographic
from .identity import Identity
from .pose import Pose

DIRECTIONS, SIZE = 16, 160
BLOCKERS = ("skin", "cloth", "wrap", "metal")


class Occlusion:
    """Bakes and caches; the head of the latest identity only, every outfit for good."""

    def __init__(self, assets: Assets, wardrobe: Wardrobe, context: moderngl.Context):
        self._assets, self._wardrobe, self._context = assets, wardrobe, context
        self._program = context.program(vertex_shader=shaders.DEPTH_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)
        self._map = context.depth_texture((SIZE, SIZE))
        self._target = context.framebuffer(depth_attachment=self._map)
        self._outfits: dict[tuple, dict[str, np.ndarray]] = {}
        self._person: tuple | None = None
        self._head: dict[str, np.ndarray] = {}

    def of(self, figure: Figure) -> np.ndarray:
        """[N,4] openness 0..1 and openness-weighted mean open direction of every vertex of the figure, body straight."""
        if (figure.identity.seed, figure.identity.hair) != self._person:
            self._bake_head(figure.identity)
        outfit = (figure.garment.mesh, figure.garment.extras, figure.garment.inflate)
        if outfit not in self._outfits:
            self._outfits[outfit] = self._bake_outfit(figure)
        cloth = self._outfits[outfit]
        return np.concatenate([cloth[p.name] if p.material == "cloth" else self._head[p.name] for p in figure.parts])

    def _bake_head(self, identity: Identity) -> None:
        standard = Garment(JUMPER, ((0, 0, 0),) * 4)
        figure = Figure(self._assets, self._wardrobe, identity, "neutral", standard, 0.01)
        parts = [p for p in figure.parts if p.material not in ("cloth", "eye")]
        self._head = self._openness(figure, parts)
        self._head["body"] = self._assets.smoother @ self._head["body"]
        count = next(len(p.points) for p in figure.parts if p.material == "eye")
        self._head["eye"] = np.tile(np.array([[0.75, 0, 0.1, 0.7]], F32), (count, 1))
        self._person = (identity.seed, identity.hair)

    def _bake_outfit(self, figure: Figure) -> dict[str, np.ndarray]:
        average = replace(figure.identity, vertices=self._assets.vertices, hair="bald", glasses=False)
        dressed = Figure(self._assets, self._wardrobe, average, "neutral", figure.garment, 0.01)
        return self._openness(dressed, [p for p in dressed.parts if p.material == "cloth"])

    def _openness(self, figure: Figure, parts: list) -> dict[str, np.ndarray]:
        figure.apply(Pose())
        triangles = np.concatenate([p.triangles + p.start for p in figure.parts if p.material in BLOCKERS]).astype(
            np.int32
        )
        rows = np.concatenate([np.arange(p.start, p.start + len(p.points)) for p in parts])
        baked, out, start = self._cast(figure.position, figure.normal, triangles, rows), {}, 0
        for p in parts:
            out[p.name] = baked[start : start + len(p.points)]
            start += len(p.points)
        return out

    def _cast(self, position: np.ndarray, normal: np.ndarray, triangles: np.ndarray, rows: np.ndarray) -> np.ndarray:
        c = self._context
        vertices, index = c.buffer(np.ascontiguousarray(position, F32).tobytes()), c.buffer(triangles.tobytes())
        array = c.vertex_array(self._program, [(vertices, "3f", "in_position")], index)
        k = np.arange(DIRECTIONS) + 0.5
        phi, y = np.pi * (1 + 5**0.5) * k, 1 - 2 * k / DIRECTIONS * 0.88  # nothing needs light from straight below
        directions = np.stack([np.sqrt(1 - y * y) * np.cos(phi), y, np.sqrt(1 - y * y) * np.sin(phi)], 1).astype(F32)
        normals = normal[rows]
        points, centre = position[rows] + normals * 0.05, np.array([0, 6.0, 0.3])
        total, seen, bent = np.zeros(len(rows), F32), np.zeros(len(rows), F32), np.zeros((len(rows), 3), F32)
        self._target.use()
        for d in directions:
            m = (
                orthographic(3.4, -8.0, 8.0)
                @ look_at(centre + d * 0.01, centre, (0, 1, 0) if abs(d[1]) < 0.95 else (1, 0, 0))
            ).astype(F32)
            self._target.clear(depth=1.0)
            self._program["u_camera"].write(np.ascontiguousarray(m.T).tobytes())
            array.render()
            depth = np.frombuffer(self._map.read(), F32).reshape(SIZE, SIZE)
            q = (points @ m[:3, :3].T + m[:3, 3]) * 0.5 + 0.5
            cell = (np.clip(q[:, :2], 0, 0.9999) * SIZE).astype(np.int32)
            weight = np.maximum(normals @ d, 0)
            open_ = (q[:, 2] < depth[cell[:, 1], cell[:, 0]] + 0.004) * weight
            total += weight
            seen += open_
            bent += open_[:, None] * d
        for item in (array, vertices, index):
            item.release()
        openness = seen / np.maximum(total, 1e-3)
        return np.concatenate([openness[:, None], normalise(bent) * openness[:, None]], 1).astype(F32)
