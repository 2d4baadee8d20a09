"""The vocabulary of direction (six axes of nine options) as continuous scene parameters with variation inside each option."""

from dataclasses import dataclass

import numpy as np

from .figure import Pose
from .garments import Garment, styling
from .renderer import Camera, Light

AXES = ("framing", "setting", "styling", "mood", "pose", "look")
OPTIONS = 9
SETTINGS = ("grey", "white", "office", "dusk", "sun", "rain", "canvas", "neon", "library")


@dataclass
class Shot:
    """Everything needed to draw one directed portrait."""

    direction: tuple
    camera: Camera
    light: Light
    pose: Pose
    expression: str
    garment: Garment
    backdrop: str
    tint: tuple  # linear-ish multiplier of the backdrop
    veil: float  # haze 0..1
    seed: int


def draw_directions(count: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 [count,6]: every axis covers its options evenly, axes are independent."""
    columns = []
    for _ in AXES:
        repeats = -(-count // OPTIONS)
        columns.append(np.concatenate([rng.permutation(OPTIONS) for _ in range(repeats)])[:count])
    return np.stack(columns, 1).astype(np.uint8)


def _camera(option: int, rng, side: float) -> Camera:
    u = rng.uniform
    s = u(0.95, 1.05)
    if option == 0:
        return Camera(4.3 * s, (0.5 + u(-0.02, 0.02), 0.41 + u(-0.015, 0.015)))
    if option == 1:
        return Camera(2.75 * s, (0.5 + u(-0.02, 0.02), 0.43 + u(-0.015, 0.015)), 15)
    if option == 2:
        return Camera(1.55 * s, (0.5 + u(-0.03, 0.03), 0.36 + u(-0.02, 0.02)), 14)
    if option == 3:
        return Camera(5.9 * s, (0.5 + u(-0.03, 0.03), 0.32 + u(-0.015, 0.015)))
    if option == 4:
        return Camera(8.0 * s, (0.5 + u(-0.04, 0.04), 0.24 + u(-0.015, 0.015)), 18)
    if option == 5:
        return Camera(10.4 * u(0.98, 1.02), (0.5 + u(-0.04, 0.04), 0.175), 20)
    if option == 6:
        return Camera(15.6 * u(0.97, 1.0), (0.5 + side * u(0.2, 0.26), 0.43), 28)
    if option == 7:
        return Camera(5.4 * s, (0.5 + u(-0.03, 0.03), 0.30 + u(-0.02, 0.02)), 30, elevation=-u(27, 33))
    return Camera(6.2 * s, (0.5 + u(-0.03, 0.03), 0.60 + u(-0.015, 0.015)), 17)


def _pose(option: int, rng, side: float) -> Pose:
    u = rng.uniform
    j = lambda a: float(rng.normal(0, a))  # noqa: E731
    if option == 0:
        return Pose(j(1.5), 0, 0, j(1.5), j(1.5), j(1), (j(1), j(1)))
    if option == 1:
        body = side * u(34, 46)
        return Pose(body, 0, 0, -body + side * u(0, 4), j(2), -side * u(5, 8), (j(1), 0))
    if option == 2:
        return Pose(side * u(5, 9), 0, 0, side * u(10, 14), j(2), j(1.5), (-side * u(8, 14), 0))
    if option == 3:
        return Pose(side * u(22, 30), 0, 0, side * u(18, 22), j(2), j(2), (side * u(-10, 0), 0))
    if option == 4:
        return Pose(side * u(52, 60), 0, 0, side * u(28, 32), j(2), 0, (0, 0))
    if option == 5:
        body = side * u(125, 140)
        return Pose(body, 0, 0, -side * u(74, 82), u(0, 4), side * u(2, 6), (-side * u(18, 26), 0))
    if option == 6:
        return Pose(side * u(4, 12), 0, 0, side * u(20, 26), u(7, 12), j(2), (side * u(26, 32), -u(8, 14)))
    if option == 7:
        return Pose(side * u(0, 10), -u(2, 5), 0, j(3), -u(20, 26), j(2), (0, -u(6, 12)))
    return Pose(side * u(10, 18), u(20, 25), side * u(7, 10), -side * u(8, 12), -u(4, 9), side * u(9, 13), (0, 0))


def _light(option: int, rng, side: float, turn: float) -> tuple[Light, str, tuple, float]:
    """Light, expression, backdrop tint and haze of a mood; `turn` is where the face points (degrees)."""
    u = rng.uniform
    az = lambda a: turn * 0.6 + side * a  # noqa: E731
    k = lambda c, e: tuple(x * e * u(0.94, 1.06) for x in c)  # noqa: E731
    white = (1.0, 0.97, 0.93)
    if option == 0:
        return Light((az(u(0, 8)), u(32, 40)), k(white, 2.2), (turn * 0.6, -35), k((1, 0.97, 0.94), 1.0), (150, 30), (0.7, 0.7, 0.75), (-150, 30), (0.7, 0.7, 0.75), (0.4, 0.4, 0.4), (0.32, 0.3, 0.28), softness=0.02, wrap=0.15), "smile", (1.06, 1.06, 1.06), 0.0
    if option == 1:
        return Light((az(u(30, 38)), u(30, 38)), k(white, 2.9), (az(-50), 5), k((0.32, 0.33, 0.36), 1), (-side * 145, 25), (0.8, 0.8, 0.85), sky=(0.22, 0.22, 0.24), ground=(0.12, 0.11, 0.1), softness=0.009), "assured", (0.95, 0.95, 0.95), 0.0
    if option == 2:
        return Light((az(u(48, 56)), u(42, 48)), k((1.0, 0.86, 0.66), 3.7), (az(-60), 0), (0.05, 0.045, 0.04), (-side * 145, 25), (0.35, 0.28, 0.2), sky=(0.06, 0.055, 0.05), ground=(0.03, 0.025, 0.02), softness=0.007), "serious", (0.62, 0.56, 0.48), 0.0
    if option == 3:
        return Light((az(u(-3, 3)), u(47, 52)), k(white, 3.6), (turn * 0.6, -25), (0.14, 0.14, 0.15), (140, 30), (1.8, 1.75, 1.8), (-140, 30), (1.8, 1.75, 1.8), (0.14, 0.14, 0.15), (0.06, 0.06, 0.06), softness=0.005), "parted", (0.82, 0.82, 0.84), 0.0
    if option == 4:
        return Light((az(u(86, 94)), u(4, 12)), k((1.0, 0.98, 0.96), 4.6), (az(-90), 0), (0.008, 0.008, 0.01), (-side * 155, 20), (0.12, 0.12, 0.14), sky=(0.016, 0.016, 0.02), ground=(0.008, 0.008, 0.008), softness=0.006), "serious", (0.42, 0.42, 0.45), 0.0
    if option == 5:
        return Light((az(u(15, 30)), 25), k((1, 0.99, 1.0), 0.75), (0, 10), (0.45, 0.45, 0.5), (150, 32), k((6.0, 5.8, 5.6), 1), (-150, 32), k((6.0, 5.8, 5.6), 1), (0.55, 0.55, 0.6), (0.3, 0.3, 0.32), softness=0.02, wrap=0.2), "neutral", (1.12, 1.12, 1.14), u(0.32, 0.40)
    if option == 6:
        return Light((az(u(66, 76)), u(14, 22)), k((0.93, 0.99, 1.06), 2.7), (az(-50), 0), (0.26, 0.28, 0.31), (150, 20), (0.1, 0.1, 0.1), sky=(0.27, 0.29, 0.32), ground=(0.16, 0.16, 0.16), softness=0.035, wrap=0.3), "soft", (1.0, 1.02, 1.06), 0.0
    if option == 7:
        return Light((az(u(52, 64)), u(8, 14)), k((1.0, 0.62, 0.27), 4.2), (az(-60), 10), (0.26, 0.22, 0.26), (-side * 140, 14), k((3.6, 1.9, 0.7), 1), sky=(0.30, 0.24, 0.22), ground=(0.22, 0.14, 0.08), softness=0.009), "soft", (1.12, 0.86, 0.58), 0.07
    return Light((az(-u(30, 45)), u(25, 35)), k((0.30, 0.5, 1.0), 1.05), (az(60), 5), (0.06, 0.09, 0.17), (side * 150, 25), (0.25, 0.42, 0.8), sky=(0.09, 0.14, 0.27), ground=(0.04, 0.05, 0.08), softness=0.018, wrap=0.15), "sad", (0.42, 0.52, 0.80), 0.0


# Ambient colour that a place lends to the sitter: multiplies sky, ground and fill.
AMBIENT = {
    "grey": (1, 1, 1), "white": (1.15, 1.15, 1.15), "office": (1.08, 1.12, 1.15), "dusk": (0.95, 0.75, 1.05), "sun": (1.1, 1.0, 0.88), "rain": (0.8, 0.95, 1.12),
    "canvas": (0.95, 0.85, 0.72), "neon": (1.0, 0.55, 1.2), "library": (1.05, 0.82, 0.6),
}  # fmt: skip


def _place(light: Light, setting: str, rng, side: float) -> None:
    """Lets the setting act on the sitter: ambient tint, practical lights, the window gobo."""
    a = np.array(AMBIENT[setting])
    light.sky, light.ground, light.fill_colour = (tuple(np.array(c) * a) for c in (light.sky, light.ground, light.fill_colour))
    if setting == "sun":
        light.gobo = (rng.uniform(-0.05, 0.15), rng.uniform(0.0, 0.12), rng.uniform(2.5, 3.0), rng.uniform(-0.3, 0.3))
        light.softness = 0.003
        light.key_colour = tuple(np.array(light.key_colour) * 1.25)
        light.sky = tuple(np.array(light.sky) + 0.05)
    if setting == "neon":
        light.rim, light.rim_colour = (side * 105, 12), tuple(np.array(light.rim_colour) * 0.3 + (2.4, 0.15, 1.3))
        light.kick, light.kick_colour = (-side * 105, 12), tuple(np.array(light.kick_colour) * 0.3 + (0.1, 1.3, 2.3))
    if setting == "dusk":
        light.rim_colour = tuple(np.array(light.rim_colour) + (1.0, 0.5, 0.22))


def make_shot(direction, seed: int) -> Shot:
    """Scene parameters of a direction (six ints 0..8); the seed draws the variation inside the options."""
    direction = tuple(int(x) for x in direction)
    if len(direction) != len(AXES) or not all(0 <= x < OPTIONS for x in direction):
        raise ValueError(f"a direction is six option indices 0..8, not {direction}")
    rng = np.random.default_rng([seed, 13])
    side, light_side, frame_side = (float(rng.choice([-1, 1])) for _ in range(3))
    framing, setting, style, mood, pose, _ = direction
    camera = _camera(framing, rng, frame_side)
    body = _pose(pose, rng, side)
    if pose == 8:  # leaning in: nearer the lens and lower in the frame
        camera.extent *= 0.86
        camera.at = (camera.at[0], camera.at[1] + 0.05)
    face = body.body_yaw + body.head_yaw
    light, expression, tint, veil = _light(mood, rng, light_side, face)
    backdrop = SETTINGS[setting]
    _place(light, backdrop, rng, light_side)
    return Shot(direction, camera, light, body, expression, styling(style, rng), backdrop, tint, veil, seed)
