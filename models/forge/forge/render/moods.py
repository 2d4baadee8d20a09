"""The nine moods: key, fill and rim as a photographer sets them, the expression they go with and what they do to the place."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .studio import Light

WHITE = (1.0, 0.97, 0.93)


@dataclass
class Mood:
    """Light on the sitter, name of the expression, multiplier of the backdrop's colours and haze 0..1."""

    light: Light
    expression: str
    tint: tuple
    veil: float = 0.0


class Rig:
    """Draws the variation: `turn` is where the face points (degrees), `side` -1 or 1 the side of the key."""

    def __init__(self, rng: np.random.Generator, side: float, turn: float):
        self.u, self.side, self.turn = rng.uniform, side, turn

    def az(self, angle: float) -> float:
        """Azimuth of a lamp that follows most of the way when the face turns."""
        return self.turn * 0.6 + self.side * angle

    def k(self, colour: tuple, power: float) -> tuple:
        """Colour at a power, varied a little per channel."""
        return tuple(x * power * self.u(0.94, 1.06) for x in colour)


def approachable(r: Rig) -> Mood:
    """Clamshell: soft key above, fill from below, gentle smile."""
    return Mood(
        Light(
            (r.az(r.u(0, 8)), r.u(32, 40)),
            r.k(WHITE, 2.2),
            (r.turn * 0.6, -35),
            r.k((1, 0.97, 0.94), 1.0),
            (150, 30),
            (0.7, 0.7, 0.75),
            (-150, 30),
            (0.7, 0.7, 0.75),
            (0.4, 0.4, 0.4),
            (0.32, 0.3, 0.28),
            softness=0.02,
            wrap=0.15,
        ),
        "smile",
        (1.06, 1.06, 1.06),
    )


def assured(r: Rig) -> Mood:
    """Loop light with a slight nose shadow."""
    return Mood(
        Light(
            (r.az(r.u(30, 38)), r.u(30, 38)),
            r.k(WHITE, 2.9),
            (r.az(-50), 5),
            r.k((0.32, 0.33, 0.36), 1),
            (-r.side * 145, 25),
            (0.8, 0.8, 0.85),
            sky=(0.22, 0.22, 0.24),
            ground=(0.12, 0.11, 0.1),
            softness=0.009,
        ),
        "assured",
        (0.95, 0.95, 0.95),
    )


def brooding(r: Rig) -> Mood:
    """Rembrandt: high side key, hardly any fill, warm and dark."""
    return Mood(
        Light(
            (r.az(r.u(48, 56)), r.u(42, 48)),
            r.k((1.0, 0.86, 0.66), 3.7),
            (r.az(-60), 0),
            (0.05, 0.045, 0.04),
            (-r.side * 145, 25),
            (0.35, 0.28, 0.2),
            sky=(0.06, 0.055, 0.05),
            ground=(0.03, 0.025, 0.02),
            softness=0.007,
        ),
        "serious",
        (0.62, 0.56, 0.48),
    )


def glamour(r: Rig) -> Mood:
    """Butterfly: hard key high in front, rims on both sides."""
    return Mood(
        Light(
            (r.az(r.u(-3, 3)), r.u(47, 52)),
            r.k(WHITE, 3.6),
            (r.turn * 0.6, -25),
            (0.14, 0.14, 0.15),
            (140, 30),
            (1.8, 1.75, 1.8),
            (-140, 30),
            (1.8, 1.75, 1.8),
            (0.14, 0.14, 0.15),
            (0.06, 0.06, 0.06),
            softness=0.005,
        ),
        "parted",
        (0.82, 0.82, 0.84),
    )


def tension(r: Rig) -> Mood:
    """Split light: half the face in the dark."""
    return Mood(
        Light(
            (r.az(r.u(86, 94)), r.u(4, 12)),
            r.k((1.0, 0.98, 0.96), 4.6),
            (r.az(-90), 0),
            (0.008, 0.008, 0.01),
            (-r.side * 155, 20),
            (0.12, 0.12, 0.14),
            sky=(0.016, 0.016, 0.02),
            ground=(0.008, 0.008, 0.008),
            softness=0.006,
        ),
        "serious",
        (0.42, 0.42, 0.45),
    )


def ethereal(r: Rig) -> Mood:
    """Backlight with haze."""
    return Mood(
        Light(
            (r.az(r.u(15, 30)), 25),
            r.k((1, 0.99, 1.0), 0.75),
            (0, 10),
            (0.45, 0.45, 0.5),
            (150, 32),
            r.k((6.0, 5.8, 5.6), 1),
            (-150, 32),
            r.k((6.0, 5.8, 5.6), 1),
            (0.55, 0.55, 0.6),
            (0.3, 0.3, 0.32),
            softness=0.02,
            wrap=0.2,
        ),
        "neutral",
        (1.12, 1.12, 1.14),
        r.u(0.32, 0.40),
    )


def serene(r: Rig) -> Mood:
    """Broad, soft daylight from the side."""
    return Mood(
        Light(
            (r.az(r.u(66, 76)), r.u(14, 22)),
            r.k((0.93, 0.99, 1.06), 2.7),
            (r.az(-50), 0),
            (0.26, 0.28, 0.31),
            (150, 20),
            (0.1, 0.1, 0.1),
            sky=(0.27, 0.29, 0.32),
            ground=(0.16, 0.16, 0.16),
            softness=0.035,
            wrap=0.3,
        ),
        "soft",
        (1.0, 1.02, 1.06),
    )


def nostalgic(r: Rig) -> Mood:
    """Low warm sun with a rim of it."""
    return Mood(
        Light(
            (r.az(r.u(52, 64)), r.u(8, 14)),
            r.k((1.0, 0.62, 0.27), 4.2),
            (r.az(-60), 10),
            (0.26, 0.22, 0.26),
            (-r.side * 140, 14),
            r.k((3.6, 1.9, 0.7), 1),
            sky=(0.30, 0.24, 0.22),
            ground=(0.22, 0.14, 0.08),
            softness=0.009,
        ),
        "soft",
        (1.12, 0.86, 0.58),
        0.07,
    )


def melancholy(r: Rig) -> Mood:
    """Cool and dim, the key weak."""
    return Mood(
        Light(
            (r.az(-r.u(30, 45)), r.u(25, 35)),
            r.k((0.42, 0.62, 1.0), 2.0),
            (r.az(60), 5),
            (0.11, 0.15, 0.26),
            (r.side * 150, 25),
            (0.4, 0.62, 1.1),
            sky=(0.16, 0.23, 0.40),
            ground=(0.07, 0.09, 0.13),
            softness=0.018,
            wrap=0.15,
        ),
        "sad",
        (0.55, 0.66, 0.95),
    )


MOODS: tuple[Callable[[Rig], Mood], ...] = (
    approachable,
    assured,
    brooding,
    glamour,
    tension,
    ethereal,
    serene,
    nostalgic,
    melancholy,
)
