"""Draws records: a directed portrait or a neutral reference photograph of an identity."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from .directions import Shot, make_shot
from .figure import Figure
from .garments import JACKET, JUMPER, SHIRT, SUIT, Garment
from .identity import Identity
from .lens import confusion, defocus
from .pose import Pose
from .renderer import Renderer
from .scene import backdrop, fractal
from .studio import Camera, Light

F32 = np.float32


@dataclass
class Record:
    """One training portrait in the exchange format (see `dataset`)."""

    fg: np.ndarray
    bg: np.ndarray
    direction: np.ndarray
    identity: int
    seed: int
    points: np.ndarray
    visible: int


def reduce(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Premultiplied float RGBA [h,w,4] to straight-alpha uint8 [height,width,4], area filtered."""
    channels = [
        np.asarray(Image.fromarray(np.ascontiguousarray(image[..., k])).resize((width, height), Image.BILINEAR))
        for k in range(4)
    ]
    out = np.stack(channels, -1)
    out[..., :3] = out[..., :3] / np.maximum(out[..., 3:], 1e-3)
    return (np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8)


def metering(skin: np.ndarray, mood: int) -> float:
    """Factor of the exposure for a skin colour (linear RGB [3]): in dramatic light one meters for the face.

    Clamshell and loop stay as they are: they are the neutral light in which skin tones are compared.
    """
    grey = float(np.asarray(skin) @ (0.25, 0.6, 0.15))
    return 1.0 if mood < 2 else float(np.clip((0.24 / max(grey, 0.01)) ** 0.25, 0.9, 1.5))


def draw_portrait(renderer: Renderer, identity: Identity, direction, seed: int, given: Shot | None = None) -> Record:
    """Renders one directed portrait; a `given` shot replaces the one that the direction and the seed make."""
    shot = given or make_shot(direction, seed)
    density = 0.3 if shot.camera.extent > 7 else 0.5
    renderer.load(Figure(renderer.assets, renderer.wardrobe, identity, shot.mood.expression, shot.garment, density))
    renderer.pose(shot.pose)
    shot.mood.light.exposure *= metering(identity.skin, int(direction[3]))
    raw, points = renderer.draw(shot.camera, shot.mood.light)
    w, h = renderer.width, renderer.height
    if shot.camera.aperture:
        camera, rows = shot.camera, raw.shape[0]
        away = camera.along(renderer.depth()[: rows // 2 * 2 : 2, : raw.shape[1] // 2 * 2 : 2])
        raw = defocus(raw, confusion(away, camera.focus, camera.aperture, rows / camera.extent))
    fg = reduce(raw, w, h)
    if shot.mood.veil:
        haze = np.array([255, 248, 238], F32)
        veil = shot.mood.veil * 0.7  # less air lies before the sitter than before the backdrop
        fg[..., :3] = (fg[..., :3] * (1 - veil) + haze * veil).astype(np.uint8)
    distance = {2: 1.5, 1: 1.3, 6: 0.45, 5: 0.7}.get(int(direction[0]), 1.0)
    bg = (backdrop(shot.backdrop, seed, shot.mood.tint, shot.mood.veil, distance, h, w) * 255 + 0.5).astype(np.uint8)
    inside = (points[:, 0] > -4) & (points[:, 0] < w + 4) & (points[:, 1] > -4) & (points[:, 1] < h + 4)
    return Record(fg, bg, np.asarray(direction, np.uint8), identity.seed, seed, points, int(inside[:3].all()))


def _plain_backdrop(rng, h: int, w: int) -> np.ndarray:
    base = rng.uniform(0.25, 0.95) * (1 + rng.normal(0, 0.07, 3))
    y, x = np.mgrid[0:h, 0:w].astype(F32)
    slope = 1 + rng.uniform(-0.25, 0.25) * (x / w - 0.5) + rng.uniform(-0.25, 0.25) * (y / h - 0.5)
    image = base * slope[..., None] * (1 + rng.uniform(0, 0.5) * (fractal(h, w, rng, 2, 3)[..., None] - 0.5))
    return np.clip(image, 0, 1)


def draw_reference(
    renderer: Renderer,
    identity: Identity,
    seed: int,
    place: str | None = None,
    density: float = 0.4,
    pose: Pose | None = None,
    expression: str | None = None,
    light: Light | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """A photo-like neutral reference: uint8 [H,W,3] and its five points [5,2]; light, clothes and pose vary a little.

    `place` names a backdrop of `scene`; without it the wall is plain. `density` of the hair wants more at larger sizes.
    `pose`, `expression` and `light` replace the drawn ones, for photographs that are faulty or lit on purpose.
    """
    rng = np.random.default_rng([seed, 97])
    u = rng.uniform
    colour = tuple(u(0.08, 0.9) * (1 + rng.normal(0, 0.25, 3)).clip(0.5, 1.5) * 0.8)
    garment = Garment(
        [SHIRT, JUMPER, JACKET, SUIT][rng.integers(4)], (colour, (0.9, 0.9, 0.88), colour, (0.2, 0.2, 0.22))
    )
    drawn = str(rng.choice(["neutral", "soft", "smile", "assured"], p=[0.35, 0.35, 0.15, 0.15]))
    renderer.load(Figure(renderer.assets, renderer.wardrobe, identity, expression or drawn, garment, density))
    plain = Pose(u(-18, 18), 0, 0, u(-14, 14), u(-6, 6), u(-5, 5), (u(-6, 6), u(-4, 4)))
    renderer.pose(pose or plain)
    warm, power = rng.normal(0, 0.06), u(1.9, 2.9)
    drawn_light = Light(
        (u(-55, 55), u(15, 50)),
        (power * (1 + warm), power, power * (1 - warm)),
        (u(-60, 60), u(-20, 20)),
        (u(0.3, 0.7),) * 3,
        softness=u(0.01, 0.03),
        wrap=u(0.05, 0.3),
        exposure=u(0.46, 0.64),
        sky=(u(0.3, 0.5),) * 3,
        ground=(u(0.18, 0.3),) * 3,
    )
    raw, points = renderer.draw(
        Camera(3.5 * u(0.95, 1.12), (0.5 + u(-0.03, 0.03), 0.44 + u(-0.03, 0.03)), u(16, 26), u(-6, 6)), light or drawn_light
    )
    w, h = renderer.width, renderer.height
    fg = reduce(raw, w, h).astype(F32) / 255
    wall = backdrop(place, seed, height=h, width=w, distance=1.5) if place else _plain_backdrop(rng, h, w)
    image = fg[..., :3] * fg[..., 3:] + wall * (1 - fg[..., 3:])
    image = image + rng.normal(0, 0.008, (h, w, 1))
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8), points
