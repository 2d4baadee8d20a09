"""The vocabulary of direction (six axes of nine options) as continuous scene parameters with variation inside each option."""

from dataclasses import dataclass

import numpy as np

from .garments import Garment, styling
from .moods import MOODS, Mood, Rig
from .places import light_place
from .pose import Pose
from .studio import Camera

AXES = ("framing", "setting", "styling", "mood", "pose", "look")
OPTIONS = 9
SETTINGS = ("grey", "white", "office", "dusk", "sun", "rain", "canvas", "neon", "library")


@dataclass
class Shot:
    """Everything needed to draw one directed portrait."""

    direction: tuple
    camera: Camera
    mood: Mood
    pose: Pose
    garment: Garment
    backdrop: str
    seed: int
    light_side: float


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
    wide = u(0.8, 1.25)  # lens opening: how shallow the focus is varies by two thirds of a stop
    if option == 0:
        return Camera(4.3 * s, (0.5 + u(-0.02, 0.02), 0.41 + u(-0.015, 0.015)), aperture=0.28 * wide)
    if option == 1:
        return Camera(2.75 * s, (0.5 + u(-0.02, 0.02), 0.43 + u(-0.015, 0.015)), 15, aperture=0.32 * wide)
    if option == 2:
        return Camera(1.55 * s, (0.5 + u(-0.03, 0.03), 0.36 + u(-0.02, 0.02)), 14, aperture=0.26 * wide)
    if option == 3:
        return Camera(5.9 * s, (0.5 + u(-0.03, 0.03), 0.32 + u(-0.015, 0.015)), aperture=0.4 * wide)
    if option == 4:
        return Camera(8.0 * s, (0.5 + u(-0.04, 0.04), 0.24 + u(-0.015, 0.015)), 18, aperture=0.38 * wide)
    if option == 5:
        return Camera(10.4 * u(0.98, 1.02), (0.5 + u(-0.04, 0.04), 0.175), 20, aperture=0.38 * wide)
    if option == 6:
        return Camera(15.6 * u(0.97, 1.0), (0.5 + side * u(0.2, 0.26), 0.43), 28, aperture=0.2 * wide)
    if option == 7:
        return Camera(
            5.4 * s, (0.5 + u(-0.03, 0.03), 0.30 + u(-0.02, 0.02)), 30, elevation=-u(27, 33), aperture=0.3 * wide
        )
    return Camera(6.2 * s, (0.5 + u(-0.03, 0.03), 0.60 + u(-0.015, 0.015)), 17, aperture=0.4 * wide)


def _pose(option: int, rng, side: float) -> Pose:
    u = rng.uniform
    j = lambda a: float(rng.normal(0, a))  # noqa: E731
    # Weight on one leg: the shoulder line drops to one side and the head leans back towards the upright.
    drop = side * u(1.5, 4.5)
    if option == 0:
        return Pose(j(1.5), u(-2, 3), drop * 0.4, j(1.5), j(1.5), -drop * 0.5 + j(0.8), (j(1), j(1)))
    if option == 1:
        body = side * u(34, 46)
        return Pose(body, u(-2, 4), drop, -body + side * u(0, 4), j(2), -side * u(5, 8) - drop * 0.4, (j(1), 0))
    if option == 2:
        turn = side * u(10, 14)
        return Pose(side * u(5, 9), u(-2, 3), -drop * 0.8, turn, j(2), drop * 0.6 + j(1.5), (-side * u(8, 14), 0))
    if option == 3:
        turn = side * u(18, 22)
        return Pose(side * u(22, 30), u(-2, 4), -drop, turn, j(2), drop * 0.6 + j(2), (side * u(-10, 0), 0))
    if option == 4:
        return Pose(side * u(52, 60), u(-3, 2), 0, side * u(28, 32), j(2.5), j(1.5), (0, 0))
    if option == 5:
        body, head = side * u(125, 140), -side * u(74, 82)
        return Pose(body, u(-2, 3), drop, head, u(0, 4), side * u(2, 6), (-side * u(18, 26), 0))
    if option == 6:
        gaze = (side * u(26, 32), -u(8, 14))
        return Pose(side * u(4, 12), u(-2, 4), -drop, side * u(20, 26), u(7, 12), drop * 0.5 + j(2), gaze)
    if option == 7:
        return Pose(side * u(0, 10), -u(2, 5), drop * 0.8, j(3), -u(20, 26), -drop * 0.4 + j(2), (0, -u(6, 12)))
    lean = u(19, 24)  # the head comes up again, so that the eyes meet the lens
    turn, pitch = -side * u(8, 12), -lean * u(0.55, 0.75)
    return Pose(side * u(10, 18), lean, side * u(5, 9), turn, pitch, -side * u(1, 6), (0, u(0, 4)))


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
    lit = MOODS[mood](Rig(rng, light_side, face))
    light_place(lit.light, SETTINGS[setting], rng, light_side)
    return Shot(direction, camera, lit, body, styling(style, rng), SETTINGS[setting], seed, light_side)
