"""OpenGL side of a figure: programs per material, vertex buffers, vertex arrays and the shared noise texture."""

import moderngl
import numpy as np
from scipy.ndimage import gaussian_filter

from . import shaders
from .figure import Figure
from .geometry import F32

MESH_INPUTS = (("position", 3), ("normal", 3), ("rest", 3), ("occlusion", 4), ("mask", 4), ("mask2", 4))
STRAND_INPUTS = (
    ("strand_position", 3, "in_position"),
    ("strand_tangent", 3, "in_tangent"),
    ("strand", 4, "in_strand"),
    ("strand_normal", 3, "in_normal"),
    ("strand_occlusion", 4, "in_occlusion"),
)
NOISE_SIZE = 48


def noise_texture(context: moderngl.Context) -> moderngl.Texture3D:
    """Tiling 3D noise in four channels of different smoothness, mean 0.5."""
    rng, n = np.random.default_rng(5), NOISE_SIZE
    z = rng.random((n, n, n, 4)).astype(F32)
    for k, sigma in enumerate((1.0, 1.0, 1.4, 0.8)):
        z[..., k] = gaussian_filter(z[..., k], sigma, mode="wrap")
    z = (z - z.mean((0, 1, 2))) / z.std((0, 1, 2)) * 0.17 + 0.5
    texture = context.texture3d((n, n, n), 4, (np.clip(z, 0, 1) * 255).astype(np.uint8).tobytes())
    texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
    return texture


class Programs:
    """Compiles each (material, gobo, cloth pattern) once."""

    def __init__(self, context: moderngl.Context):
        self._context, self._compiled = context, {}
        self.depth = context.program(vertex_shader=shaders.DEPTH_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)
        self.strand_depth = context.program(vertex_shader=shaders.STRAND_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)

    def get(self, material: str, gobo: int, pattern: int) -> moderngl.Program:
        """Program of a material."""
        key = (material, gobo, pattern)
        if key not in self._compiled:
            vertex = shaders.STRAND_VERTEX if material == "strand" else shaders.VERTEX
            self._compiled[key] = self._context.program(vertex_shader=vertex, fragment_shader=shaders.fragment(*key))
        return self._compiled[key]


class FigureBuffers:
    """Vertex data of one figure on the GPU; release() before loading the next."""

    def __init__(self, context: moderngl.Context, programs: Programs, figure: Figure):
        self._context, self._arrays = context, {}
        joined = lambda k: np.ascontiguousarray(
            np.concatenate([getattr(p, k) for p in figure.parts]).astype(F32)
        ).tobytes()  # noqa: E731
        b = {k: context.buffer(joined(k)) for k in ("rest", "mask", "mask2")}
        b["index"] = context.buffer(
            np.concatenate([p.triangles + p.start for p in figure.parts]).astype(np.int32).tobytes()
        )
        b |= {k: context.buffer(reserve=figure.count * 4 * n) for k, n in MESH_INPUTS if k not in b}
        self._buffers = b
        count = self._index_strands(figure)
        b |= {k: context.buffer(reserve=count * 8 * n) for k, n, _ in STRAND_INPUTS if k != "strand"}
        self.depth = self._keep(
            context.vertex_array(programs.depth, [(b["position"], "3f", "in_position")], b["index"])
        )
        self.strand_depth = self._keep(self._strand_array(programs.strand_depth))

    def _index_strands(self, figure: Figure) -> int:
        """Two triangles per segment of every ribbon; returns the number of strand points."""
        index, start, first = [], 0, 0
        for s in figure.strands:
            n, points = s.corners.shape[:2]
            a = (np.arange(n)[:, None] * points + np.arange(points - 1)[None]).ravel() * 2 + start * 2
            triangles = np.stack([a, a + 1, a + 2, a + 1, a + 3, a + 2], 1)
            s.first, s.count = first, triangles.size
            index.append(triangles.ravel())
            start, first = start + n * points, first + triangles.size
        twice = lambda columns: np.repeat(np.concatenate(columns), 2)  # noqa: E731
        systems = figure.strands
        columns = [
            np.tile([1.0, -1.0], start),
            twice([s.width.ravel() for s in systems]),
            twice([np.tile(s.t, len(s.corners)) for s in systems]),
            twice([np.repeat(s.random, s.corners.shape[1]) for s in systems]),
        ]
        self._buffers["strand"] = self._context.buffer(np.stack(columns, 1).astype(F32).tobytes())
        self._buffers["strand_index"] = self._context.buffer(np.concatenate(index).astype(np.int32).tobytes())
        return start

    def _keep(self, array: moderngl.VertexArray) -> moderngl.VertexArray:
        self._arrays[("kept", len(self._arrays))] = array
        return array

    def _strand_array(self, program: moderngl.Program) -> moderngl.VertexArray:
        content = [(self._buffers[k], f"{n}f", name) for k, n, name in STRAND_INPUTS]
        return self._context.vertex_array(program, content, self._buffers["strand_index"], skip_errors=True)

    def array(self, key: tuple, program: moderngl.Program) -> moderngl.VertexArray:
        """Vertex array of a material's program."""
        if key not in self._arrays:
            mesh = [(self._buffers[k], f"{n}f", "in_" + k) for k, n in MESH_INPUTS]
            self._arrays[key] = (
                self._strand_array(program)
                if key[0] == "strand"
                else self._context.vertex_array(program, mesh, self._buffers["index"], skip_errors=True)
            )
        return self._arrays[key]

    def write(self, name: str, data: np.ndarray) -> None:
        """Uploads a posed array."""
        self._buffers[name].write(np.ascontiguousarray(data, F32).tobytes())

    def release(self) -> None:
        """Frees the GPU memory."""
        for item in (*self._arrays.values(), *self._buffers.values()):
            item.release()
