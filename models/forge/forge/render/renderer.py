"""Draws figures with OpenGL (moderngl on EGL): the same code on a GPU and on Mesa's llvmpipe."""

import os

import numpy as np

os.environ.setdefault("LP_NUM_THREADS", "1")  # processes scale better than llvmpipe's threads

import moderngl  # noqa: E402

from .assets import Assets  # noqa: E402
from .figure import Figure, Part  # noqa: E402
from .garments import PLAIN, Wardrobe  # noqa: E402
from .geometry import F32, look_at, orthographic, towards  # noqa: E402
from .gpu import FigureBuffers, Programs, noise_texture  # noqa: E402
from .identity import IRISES, linear  # noqa: E402
from .occlusion import Occlusion  # noqa: E402
from .pose import Pose  # noqa: E402
from .hair_growth import Grown  # noqa: E402
from .headwear import wrap_colours  # noqa: E402
from .strands import Strands  # noqa: E402
from .studio import Camera, Light  # noqa: E402

SHADOW_SIZE = 768
STRAND_GLOSS = {"hair": 0.55, "brow": 0.2, "lash": 0.1}
STRAND_PIXELS = {"hair": 0.9, "brow": 0.45, "lash": 0.32}  # thinnest width drawn


class Renderer:
    """Draws pictures of `width` x `height`, supersampled by `scale`. Renderers of other sizes must `share` the first one's context."""

    def __init__(
        self, assets: Assets, width: int = 512, height: int = 640, scale: float = 1.25, share: "Renderer | None" = None
    ):
        self.assets, self.width, self.height = assets, width, height
        self.size = (round(width * scale), round(height * scale))
        # Only one EGL context can be current at a time, so objects of two contexts must never be mixed.
        self.context = c = share.context if share else moderngl.create_context(standalone=True, backend="egl")
        self.wardrobe = share.wardrobe if share else Wardrobe(assets)
        self.programs = share.programs if share else Programs(c)
        self.occlusion = share.occlusion if share else Occlusion(assets, self.wardrobe, c)
        self.noise = share.noise if share else noise_texture(c)
        self._target = c.framebuffer([c.renderbuffer(self.size, 4)], c.depth_renderbuffer(self.size))
        self._shadow_map = c.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self._shadow_map.compare_func = "<="
        self._shadow_map.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._shadow_target = c.framebuffer(depth_attachment=self._shadow_map)
        self._buffers: FigureBuffers | None = None
        c.enable(moderngl.DEPTH_TEST)

    def load(self, figure: Figure) -> None:
        """Uploads what does not change with the pose."""
        if self._buffers:
            self._buffers.release()
        self.figure, self._buffers = figure, FigureBuffers(self.context, self.programs, figure)

    def pose(self, pose: Pose) -> None:
        """Poses the loaded figure. Occlusion is baked in the straight pose and turned with the body."""
        f, b = self.figure, self._buffers
        occlusion = self.occlusion.of(f)
        f.apply(pose)
        occlusion[:, 1:] = occlusion[:, 1:] @ f.root[:3, :3].T.astype(F32)
        for name in ("position", "normal", "strand_position", "strand_tangent", "strand_normal"):
            b.write(name, getattr(f, name))
        b.write("occlusion", occlusion)
        strands = [self._strand_occlusion(s, turned) for s, turned in zip(f.strands, f.strand_normals())]
        b.write("strand_occlusion", np.repeat(np.concatenate(strands).astype(F32), 2, 0))

    @staticmethod
    def _strand_occlusion(s: Strands | Grown, normal: np.ndarray) -> np.ndarray:
        """[S*P,4] openness and open direction: hair is open outwards and darker inside, brows and lashes lie open on the face."""
        if isinstance(s, Grown):
            return np.concatenate([s.openness.reshape(-1, 1), normal * s.openness.reshape(-1, 1)], 1)
        return np.tile(np.array([[0.8, 0, 0.2, 0.7]], F32), (s.corners.shape[0] * s.corners.shape[1], 1))

    def draw(self, camera: Camera, light: Light) -> tuple[np.ndarray, np.ndarray]:
        """Premultiplied float RGBA [h,w,4] in 0..1 at the supersampled size, and the five face points [5,2] in delivered pixels."""
        f, c = self.figure, self.context
        head = (f.eye_position[0] + f.eye_position[1]) / 2
        eye, view = camera.view(head, self.width / self.height)
        shadow = self._draw_shadow(head, towards(*light.key))
        self._target.use()
        self._target.clear(0, 0, 0, 0)
        self._shadow_map.use(1)
        self.noise.use(0)
        self._scene = {**light.uniforms(), "u_eye": eye, "u_shadow_map": 1, "u_noise": 0}
        self._matrices, self._gobo = {"u_camera": view, "u_shadow_camera": shadow}, int(light.gobo is not None)
        self._draw_depth(view)
        c.depth_func = "<="
        eyes = iter(f.eye_rotation)
        for p in f.parts:
            self._draw_part(p, eyes)
        for s in f.strands:
            self._draw_strands(s, camera.extent / self.size[1])
        c.depth_func = "<"
        raw = np.frombuffer(self._target.read(components=4), np.uint8).reshape(self.size[1], self.size[0], 4)[::-1]
        m = f.landmarks
        return raw.astype(F32) / 255, self._project(
            view, np.stack([*f.eye_position, m["nose"], m["mouth_right"], m["mouth_left"]])
        )

    def depth(self) -> np.ndarray:
        """Depth buffer [h,w] 0..1 of the last picture drawn, top row first, at the supersampled size."""
        raw = np.frombuffer(self._target.read(components=1, attachment=-1, dtype="f4"), F32)
        return raw.reshape(self.size[1], self.size[0])[::-1]

    def _project(self, view: np.ndarray, points: np.ndarray) -> np.ndarray:
        q = np.c_[points, np.ones(len(points))] @ view.T
        q = q[:, :2] / q[:, 3:]
        return np.stack([(q[:, 0] * 0.5 + 0.5) * self.width, (0.5 - q[:, 1] * 0.5) * self.height], 1).astype(F32)

    def _draw_depth(self, view: np.ndarray) -> None:
        """Depth first: the expensive shaders then run once per visible pixel."""
        self.programs.depth["u_camera"].write(view.T.astype(F32).tobytes())
        self._target.color_mask = (False,) * 4
        for p in self.figure.parts:
            self._buffers.depth.render(vertices=p.triangles.size, first=p.first)
        self._target.color_mask = (True,) * 4

    def _draw_shadow(self, head: np.ndarray, key: np.ndarray) -> np.ndarray:
        """Fills the key light's depth map; returns its 4x4 camera."""
        centre = head + np.array([0, -1.0, -0.8])
        camera = orthographic(3.4, -8, 8) @ look_at(centre + key * 0.01, centre)
        matrix = camera.T.astype(F32).tobytes()
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self.programs.depth["u_camera"].write(matrix)
        self._buffers.depth.render()
        for s in self.figure.strands:
            if s.kind == "hair":
                program = self.programs.strand_depth
                program["u_camera"].write(matrix)
                program["u_eye"].value, program["u_minimum"].value, program["u_widen"].value = (
                    tuple(centre + key * 50),
                    0.004,
                    2.0,
                )
                # half of the strands, twice as wide, cast the same shadow
                whole = (s.corners.shape[1] - 1) * 6
                self._buffers.strand_depth.render(vertices=(len(s.corners) + 1) // 2 * whole, first=s.first)
        return camera

    def _use(self, material: str, pattern: int = 0, **own):
        """Program and vertex array of a material with the scene's and its own uniforms set."""
        program = self.programs.get(material, self._gobo, pattern)
        for k, v in {**self._scene, **own}.items():
            if k in program:
                program[k].value = tuple(float(x) for x in v) if np.ndim(v) else v
        for k, m in self._matrices.items():
            if k in program:
                program[k].write(m.T.astype(F32).tobytes())
        return program, self._buffers.array((material, self._gobo, pattern), program)

    def _draw_part(self, p: Part, eyes) -> None:
        i, g, a = self.figure.identity, self.figure.garment, self.assets
        if p.material == "skin":
            face = (a.lip_centre[1], a.eye_centre[1], i.makeup, 1.0)
            _, array = self._use(
                "skin",
                u_tone=i.skin,
                u_lip=i.lip,
                u_hair=i.hair_colour,
                u_skin=(i.freckles, i.beard, i.gloss, i.age),
                u_face=face,
            )
        elif p.material == "eye":
            rim, body, centre = IRISES[i.iris_name]
            program, array = self._use(
                "eye", u_c1=rim, u_c2=body, u_c3=centre, u_iris=(0.5, 0.19, (i.seed * 0.137) % 1, 0)
            )
            program["u_eye_rotation"].write(next(eyes).T.astype(F32).tobytes())
        elif p.material == "cloth":
            main, inner, trim, trousers = (linear(x) for x in g.colours)
            switches = (g.shirt, float(g.tie is not None), float(g.zip), float(p.extra))
            if p.extra:  # the lower body wears the garment's trousers, a tee the colour under the jacket
                worn = {"extra_trousers": g.colours[3], "extra_tee": g.colours[1]}
                main = linear(worn.get(p.name, g.extra_colour))
            _, array = self._use(
                "cloth",
                PLAIN if p.name in ("extra_trousers", "extra_tee") else g.pattern,
                u_c1=main,
                u_c2=inner,
                u_c3=trim,
                u_c4=trousers,
                u_tie=linear(g.tie or (0, 0, 0)),
                u_cloth=switches,
                u_motif=g.motif,
            )
        elif p.material == "wrap":
            main, second = wrap_colours(i)
            _, array = self._use("wrap", u_c1=main, u_c2=second)
        elif p.material == "metal":
            _, array = self._use("metal", u_c1=i.glasses_colour)
        else:
            _, array = self._use(p.material)
        array.render(vertices=p.triangles.size, first=p.first)

    def _draw_strands(self, s: Strands, pixel: float) -> None:
        i, colour = self.figure.identity, np.array([0.01, 0.007, 0.006])
        if s.kind == "hair":
            colour = i.hair_colour
        elif s.kind == "brow":  # brows are darker than fair hair and let the skin through
            colour = (i.hair_colour * min(0.8, 0.10 / i.hair_colour.max()) + 0.15 * i.skin) * (1 - 0.35 * i.brow_weight)
        hair = s.kind == "hair"
        _, array = self._use(
            "strand",
            u_root=colour * 0.6,
            u_tip=colour * 1.15,
            u_grey=i.grey if hair else 0.0,
            u_gloss=STRAND_GLOSS[s.kind],
            u_minimum=pixel * STRAND_PIXELS[s.kind],
            u_widen=1.0,
            u_shadowless=0.0 if hair else 0.6,
        )
        array.render(vertices=s.count, first=s.first)
