"""OpenGL renderer (moderngl on EGL): the same code on a GPU and on Mesa's llvmpipe."""

import math
import os
from dataclasses import dataclass

os.environ.setdefault("LP_NUM_THREADS", "1")

import moderngl
import numpy as np
from scipy.ndimage import gaussian_filter

from . import shaders
from .assets import Assets
from .figure import Figure, Pose
from .garments import Wardrobe
from .geometry import F32, look_at, orthographic, perspective, towards
from .identity import IRISES, linear
from .occlusion import Occlusion

SHADOW_SIZE = 768


@dataclass
class Camera:
    """`extent` is the height of the picture in decimetres at the eyes, `at` where the eyes' midpoint lies (0..1, from top left)."""

    extent: float
    at: tuple
    fov: float = 17.0
    elevation: float = 0.0
    roll: float = 0.0


@dataclass
class Light:
    """Directions are (azimuth, elevation) in degrees relative to the camera; colours linear RGB radiance."""

    key: tuple
    key_colour: tuple
    fill: tuple = (-50, 5)
    fill_colour: tuple = (0.35, 0.36, 0.38)
    rim: tuple = (150, 25)
    rim_colour: tuple = (0, 0, 0)
    kick: tuple = (-150, 25)
    kick_colour: tuple = (0, 0, 0)
    sky: tuple = (0.3, 0.31, 0.33)
    ground: tuple = (0.14, 0.13, 0.125)
    exposure: float = 0.54
    softness: float = 0.01
    wrap: float = 0.0
    gobo: tuple | None = None


class Renderer:
    """Draws figures into premultiplied RGBA pictures of `width` x `height` times `scale`."""

    def __init__(self, assets: Assets, width: int = 256, height: int = 320, scale: float = 1.25, share: "Renderer | None" = None):
        self.assets = assets
        self.wardrobe = share.wardrobe if share else Wardrobe(assets)
        # Only one EGL context can be current: renderers of several sizes must share it.
        self.context = c = share.context if share else moderngl.create_context(standalone=True, backend="egl")
        self.width, self.height, self.scale = width, height, scale
        size = (round(width * scale), round(height * scale))
        self.size = size
        self.target = c.framebuffer([c.renderbuffer(size, 4)], c.depth_renderbuffer(size))
        self.shadow_map = c.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self.shadow_map.compare_func = "<="
        self.shadow_map.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.shadow_target = c.framebuffer(depth_attachment=self.shadow_map)
        self.depth_program = c.program(vertex_shader=shaders.DEPTH_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)
        self.strand_depth_program = c.program(vertex_shader=shaders.STRAND_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)
        self.noise = self._noise()
        c.enable(moderngl.DEPTH_TEST)
        self._programs: dict = {}
        self._buffers: dict = {}
        self._arrays: dict = {}
        self.occlusion = share.occlusion if share else Occlusion(assets, self.wardrobe, c)

    def _noise(self):
        rng, n = np.random.default_rng(5), 48
        z = rng.random((n, n, n, 4)).astype(F32)
        for k, sigma in enumerate((1.0, 1.0, 1.4, 0.8)):
            z[..., k] = gaussian_filter(z[..., k], sigma, mode="wrap")
        z = (z - z.mean((0, 1, 2))) / z.std((0, 1, 2)) * 0.17 + 0.5
        texture = self.context.texture3d((n, n, n), 4, (np.clip(z, 0, 1) * 255).astype(np.uint8).tobytes())
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        return texture

    def load(self, figure: Figure) -> None:
        """Uploads what does not change with the pose."""
        for item in (*self._arrays.values(), *self._buffers.values()):
            item.release()
        c, b, f = self.context, {}, figure
        cat = lambda k: np.ascontiguousarray(np.concatenate([getattr(p, k) for p in f.parts]).astype(F32)).tobytes()  # noqa: E731
        b["index"] = c.buffer(np.concatenate([p.triangles + p.start for p in f.parts]).astype(np.int32).tobytes())
        b["rest"], b["mask"], b["mask2"] = c.buffer(cat("rest")), c.buffer(cat("mask")), c.buffer(cat("mask2"))
        for name in ("position", "normal"):
            b[name] = c.buffer(reserve=f.count * 12)
        b["occlusion"] = c.buffer(reserve=f.count * 16)
        index, start = [], 0
        for s in f.strands:
            n, points = s.corners.shape[:2]
            a = (np.arange(n)[:, None] * points + np.arange(points - 1)[None]).ravel() * 2 + start * 2
            t = np.stack([a, a + 1, a + 2, a + 1, a + 3, a + 2], 1)
            s.first, s.count = sum(x.size for x in index), t.size
            index.append(t)
            start += n * points
        spread = lambda a: np.repeat(np.concatenate(a), 2)  # noqa: E731
        strand = np.stack([np.tile([1.0, -1.0], start), spread([s.width.ravel() for s in f.strands]), spread([np.tile(s.t, len(s.corners)) for s in f.strands]),
                           spread([np.repeat(s.random, s.corners.shape[1]) for s in f.strands])], 1)  # fmt: skip
        b["strand"], b["strand_index"] = c.buffer(strand.astype(F32).tobytes()), c.buffer(np.concatenate([x.ravel() for x in index]).astype(np.int32).tobytes())
        for name, k in (("strand_position", 12), ("strand_tangent", 12), ("strand_normal", 12), ("strand_occlusion", 16)):
            b[name] = c.buffer(reserve=start * 2 * k)
        self._buffers, self._arrays, self.figure = b, {}, f
        self._arrays["depth"] = c.vertex_array(self.depth_program, [(b["position"], "3f", "in_position")], b["index"])
        self._arrays["strand_depth"] = self._strand_array(self.strand_depth_program)

    def _strand_array(self, program):
        b = self._buffers
        return self.context.vertex_array(program, [(b["strand_position"], "3f", "in_position"), (b["strand_tangent"], "3f", "in_tangent"), (b["strand"], "4f", "in_strand"),
                                                   (b["strand_normal"], "3f", "in_normal"), (b["strand_occlusion"], "4f", "in_occlusion")], b["strand_index"], skip_errors=True)  # fmt: skip

    def _material(self, material: str, gobo: int, pattern: int = 0):
        key = (material, gobo, pattern)
        if key not in self._programs:
            vertex = shaders.STRAND_VERTEX if material == "strand" else shaders.VERTEX
            self._programs[key] = self.context.program(vertex_shader=vertex, fragment_shader=shaders.fragment(*key))
        program, b = self._programs[key], self._buffers
        if key not in self._arrays:
            self._arrays[key] = self._strand_array(program) if material == "strand" else self.context.vertex_array(program, [
                (b["position"], "3f", "in_position"), (b["normal"], "3f", "in_normal"), (b["rest"], "3f", "in_rest"), (b["occlusion"], "4f", "in_occlusion"),
                (b["mask"], "4f", "in_mask"), (b["mask2"], "4f", "in_mask2")], b["index"], skip_errors=True)  # fmt: skip
        return program, self._arrays[key]

    def pose(self, pose: Pose) -> None:
        """Poses the loaded figure. Ambient occlusion is baked once in the straight pose and turned with the body."""
        f, b = self.figure, self._buffers
        baked = self.occlusion.of(f)
        f.apply(pose)
        for name, data in (("position", f.position), ("normal", f.normal), ("strand_position", f.strand_position), ("strand_tangent", f.strand_tangent), ("strand_normal", f.strand_normal)):
            b[name].write(np.ascontiguousarray(data, F32).tobytes())
        turned = baked.copy()
        turned[:, 1:] = baked[:, 1:] @ f.root[:3, :3].T.astype(F32)
        b["occlusion"].write(turned.tobytes())
        byname, out = {p.name: p for p in f.parts}, []
        for s in f.strands:
            if s.proxy in byname:
                out.append(np.einsum("npkc,npk->npc", turned[byname[s.proxy].span][s.corners], s.barycentric).reshape(-1, 4))
            else:
                out.append(np.tile(np.array([[0.8, 0, 0.2, 0.7]], F32), (s.corners.shape[0] * s.corners.shape[1], 1)))
        b["strand_occlusion"].write(np.repeat(np.concatenate(out).astype(F32), 2, 0).tobytes())

    def _camera(self, camera: Camera):
        eyes = (self.figure.eye_position[0] + self.figure.eye_position[1]) / 2
        target = np.array([eyes[0], eyes[1], eyes[2] - 0.3])
        distance = camera.extent / 2 / math.tan(math.radians(camera.fov) / 2)
        eye = target + distance * towards(0, camera.elevation)
        shift = (camera.at[0] * 2 - 1, 1 - camera.at[1] * 2)
        up = (math.sin(math.radians(camera.roll)), math.cos(math.radians(camera.roll)), 0)
        projection = perspective(math.radians(camera.fov), self.width / self.height, max(distance - 9, 1.0), distance + 9, shift)
        return eye, projection @ look_at(eye, target, up)

    def project(self, view: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Pixels [N,2] in the delivered picture of world points [N,3]."""
        q = np.c_[points, np.ones(len(points))] @ view.T
        q = q[:, :2] / q[:, 3:]
        return np.stack([(q[:, 0] * 0.5 + 0.5) * self.width, (0.5 - q[:, 1] * 0.5) * self.height], 1)

    def draw(self, camera: Camera, light: Light) -> tuple[np.ndarray, np.ndarray]:
        """Premultiplied float RGBA [H,W,4] in 0..1 and the five face points [5,2] in pixels."""
        f, c, i, g = self.figure, self.context, self.figure.identity, self.figure.garment
        eye, view = self._camera(camera)
        key = towards(*light.key)
        head = (f.eye_position[0] + f.eye_position[1]) / 2
        centre = head + np.array([0, -1.0, -0.8])
        shadow = orthographic(3.4, -8, 8) @ look_at(centre + key * 0.01, centre)
        self._draw_shadow(shadow, centre + key * 50)
        self.target.use()
        self.target.clear(0, 0, 0, 0)
        self.shadow_map.use(1)
        self.noise.use(0)
        gobo = 1 if light.gobo else 0
        common = {
            "u_eye": eye, "u_key": key, "u_key_colour": light.key_colour, "u_fill": towards(*light.fill), "u_fill_colour": light.fill_colour, "u_rim": towards(*light.rim), "u_rim_colour": light.rim_colour,
            "u_kick": towards(*light.kick), "u_kick_colour": light.kick_colour, "u_sky": light.sky, "u_ground": light.ground, "u_exposure": light.exposure, "u_wrap": light.wrap, "u_softness": light.softness,
            "u_gobo": light.gobo or (0, 0, 1, 0), "u_shadow_map": 1, "u_noise": 0,
        }  # fmt: skip

        def prepare(material, pattern=0, **own):
            program, array = self._material(material, gobo, pattern)
            for k, v in {**common, **own}.items():
                if k in program:
                    program[k].value = tuple(float(x) for x in v) if np.ndim(v) else v
            program["u_camera"].write(view.T.astype(F32).tobytes())
            if "u_shadow_camera" in program:
                program["u_shadow_camera"].write(shadow.T.astype(F32).tobytes())
            return program, array

        self.depth_program["u_camera"].write(view.T.astype(F32).tobytes())
        self.target.color_mask = (False,) * 4
        for p in f.parts:
            if p.material != "cap":
                self._arrays["depth"].render(vertices=p.triangles.size, first=p.first)
        self.target.color_mask = (True,) * 4
        c.depth_func = "<="
        eyes = iter(f.eye_rotation)
        scalp = {"buzz": 0.92, "bald": 0.0}.get(i.hair, 0.7)
        for p in f.parts:
            if p.material == "skin":
                _, array = prepare("skin", u_tone=i.skin, u_lip=i.lip, u_hair=i.hair_colour, u_skin=(i.freckles, i.beard, i.gloss, i.age), u_face=(self.assets.lip_centre[1], self.assets.eye_centre[1], i.makeup, scalp))
            elif p.material == "eye":
                c1, c2, c3 = IRISES[i.iris_name]
                program, array = prepare("eye", u_c1=c1, u_c2=c2, u_c3=c3, u_iris=(0.5, 0.19, (i.seed * 0.137) % 1, 0))
                program["u_eye_rotation"].write(next(eyes).T.astype(F32).tobytes())
            elif p.material == "cloth":
                main, inner, trim, trousers = (linear(x) for x in g.colours)
                _, array = prepare("cloth", g.pattern, u_c1=linear(g.extra_colour) if p.extra else main, u_c2=inner, u_c3=trim, u_c4=trousers,
                                   u_tie=linear(g.tie or (0, 0, 0)), u_cloth=(0, float(g.tie is not None), float(g.zip), float(p.extra)))  # fmt: skip
            elif p.material == "metal":
                _, array = prepare("metal", u_c1=i.glasses_colour)
            elif p.material == "teeth":
                _, array = prepare("teeth")
            else:
                continue
            array.render(vertices=p.triangles.size, first=p.first)
        pixel = camera.extent / self.size[1]
        for s in f.strands:
            colour = i.hair_colour if s.kind == "hair" else i.hair_colour * min(0.8, 0.10 / i.hair_colour.max()) + 0.15 * i.skin if s.kind == "brow" else np.array([0.01, 0.007, 0.006])
            if s.kind == "brow":
                colour = colour * (1 - 0.35 * i.brow_weight)
            _, array = prepare("strand", u_root=colour * 0.6, u_tip=colour * 1.15, u_grey=i.grey if s.kind == "hair" else 0.0, u_gloss={"hair": 0.55, "brow": 0.2, "lash": 0.1}[s.kind],
                               u_minimum=pixel * {"hair": 0.9, "brow": 0.45, "lash": 0.32}[s.kind], u_widen=1.0, u_shadowless=0.0 if s.kind == "hair" else 0.6)  # fmt: skip
            array.render(vertices=s.count, first=s.first)
        for p in f.parts:
            if p.material == "cap":
                _, array = prepare("cap", u_hair=i.hair_colour)
                array.render(vertices=p.triangles.size, first=p.first)
        c.depth_func = "<"
        raw = np.frombuffer(self.target.read(components=4), np.uint8).reshape(self.size[1], self.size[0], 4)[::-1]
        m = f.landmarks
        points = self.project(view, np.stack([f.eye_position[0], f.eye_position[1], m["nose"], m["mouth_right"], m["mouth_left"]]))
        return raw.astype(F32) / 255, points.astype(F32)

    def _draw_shadow(self, shadow: np.ndarray, light_at: np.ndarray) -> None:
        self.shadow_target.use()
        self.shadow_target.clear(depth=1.0)
        self.depth_program["u_camera"].write(shadow.T.astype(F32).tobytes())
        self._arrays["depth"].render()
        hair = next((s for s in self.figure.strands if s.kind == "hair"), None)
        if hair:
            program = self.strand_depth_program
            program["u_camera"].write(shadow.T.astype(F32).tobytes())
            program["u_eye"].value, program["u_minimum"].value, program["u_widen"].value = tuple(light_at), 0.004, 2.0
            # half of the strands, drawn wider, cast the same shadow
            self._arrays["strand_depth"].render(vertices=hair.count // 84 * 42, first=hair.first)
