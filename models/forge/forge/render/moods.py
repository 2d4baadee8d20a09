"""The nine moods: key, fill and rim as a photographer sets them, the expression they go with and what they do to the place.

Angles are those of portrait lighting manuals, measured from the lens axis and from where the face points. `Rig.az` carries
a lamp round with the face, so that a pattern (loop, triangle, split) stays on the face when the head turns.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .studio import Light

WHITE = (1.0, 0.97, 0.93)
FOLLOW = 66.0  # degrees; lamps follow the face almost fully at small turns and less and less towards profile
LAST = 112.0  # degrees from the lens beyond which a key would leave the visible face black


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
        self.axis = FOLLOW * math.tanh(turn / FOLLOW)

    def az(self, angle: float) -> float:
        """Azimuth of a lamp at this angle from the face, on the side of the key if positive."""
        return float(np.clip(self.axis + self.side * angle, -LAST, LAST))

    def k(self, colour: tuple, power: float) -> tuple:
        """Colour at a power, varied a little per channel and by a sixth of a stop together."""
        power *= self.u(0.92, 1.08)
        return tuple(x * power * self.u(0.97, 1.03) for x in colour)


def approachable(r: Rig) -> Mood:
    """Clamshell: a large key above the lens, a reflector below it nearly as bright; even, gentle smile."""
    ratio = r.u(0.42, 0.62)
    return Mood(
        Light(
            (r.az(r.u(-6, 6)), r.u(28, 38)),
            r.k(WHITE, 1.75),
            (r.axis, -r.u(28, 40)),
            r.k((1, 0.97, 0.94), 1.75 * ratio),
            (150, 30),
            (0.7, 0.7, 0.75),
            (-150, 30),
            (0.7, 0.7, 0.75),
            (0.36, 0.36, 0.36),
            (0.3, 0.285, 0.27),
            # As bright on skin as the neutral photographs that references are: what is compared is the sitter, not the exposure.
            exposure=0.6075,
            softness=r.u(0.022, 0.032),
            wrap=r.u(0.18, 0.26),
        ),
        "smile",
        (1.08, 1.08, 1.08),
    )


def assured(r: Rig) -> Mood:
    """Loop: key a little above and 35-45 degrees aside, so that the nose throws a short shadow down the cheek."""
    fill = r.u(0.1, 0.22)
    return Mood(
        Light(
            (r.az(r.u(36, 46)), r.u(32, 40)),
            r.k(WHITE, 3.5),
            (r.az(-45), 4),
            r.k((0.95, 0.98, 1.06), fill),
            (-r.side * 145, 25),
            r.k((0.9, 0.9, 0.95), 1),
            sky=(0.16, 0.16, 0.175),
            ground=(0.085, 0.08, 0.075),
            softness=r.u(0.006, 0.011),
        ),
        "assured",
        (0.92, 0.92, 0.92),
    )


def brooding(r: Rig) -> Mood:
    """Rembrandt: key high and well aside; nose and cheek shadow meet and leave a lit triangle under the far eye."""
    return Mood(
        Light(
            (r.az(r.u(50, 57)), r.u(38, 45)),
            r.k((1.0, 0.86, 0.66), 4.4),
            (r.az(-55), 0),
            r.k((1.0, 0.86, 0.72), r.u(0.03, 0.075)),
            (-r.side * 148, 25),
            r.k((1.0, 0.78, 0.55), r.u(0.35, 0.7)),
            sky=(0.05, 0.045, 0.04),
            ground=(0.022, 0.018, 0.015),
            softness=r.u(0.004, 0.008),
        ),
        "serious",
        (0.55, 0.49, 0.42),
    )


def glamour(r: Rig) -> Mood:
    """Butterfly: beauty dish high in front, a winged shadow under the nose, bright rims on both sides."""
    return Mood(
        Light(
            (r.az(r.u(-2, 2)), r.u(50, 57)),
            r.k(WHITE, 4.4),
            (r.axis, -25),
            r.k((0.14, 0.14, 0.15), r.u(0.7, 1.3)),
            (140, 30),
            r.k((1.0, 0.97, 1.0), r.u(1.8, 2.6)),
            (-140, 30),
            r.k((1.0, 0.97, 1.0), r.u(1.8, 2.6)),
            (0.13, 0.13, 0.14),
            (0.05, 0.05, 0.05),
            softness=r.u(0.004, 0.007),
        ),
        "parted",
        (0.80, 0.80, 0.82),
    )


def tension(r: Rig) -> Mood:
    """Split: key square to the side, the other half of the face in the dark."""
    return Mood(
        Light(
            (r.az(r.u(84, 93)), r.u(4, 14)),
            r.k((1.0, 0.98, 0.96), 5.6),
            (r.az(-90), 0),
            (0.008, 0.008, 0.01),
            (-r.side * 155, 20),
            r.k((0.3, 0.3, 0.35), r.u(0.3, 1.2)),
            sky=(0.016, 0.016, 0.02),
            ground=(0.008, 0.008, 0.008),
            softness=r.u(0.004, 0.008),
        ),
        "serious",
        (0.38, 0.38, 0.41),
    )


def ethereal(r: Rig) -> Mood:
    """Rim: two strong lights from behind and haze; the face itself a stop under, lifted by a weak frontal fill."""
    rim = r.u(6.5, 8.5)
    return Mood(
        Light(
            (r.az(r.u(12, 30)), r.u(18, 30)),
            r.k((1, 0.99, 1.0), 0.7),
            (r.axis, 8),
            r.k((0.42, 0.42, 0.47), 1),
            (r.u(150, 162), r.u(24, 38)),
            r.k((1.0, 0.97, 0.93), rim),
            (-r.u(150, 162), r.u(24, 38)),
            r.k((1.0, 0.97, 0.93), rim),
            (0.5, 0.5, 0.55),
            (0.25, 0.25, 0.27),
            softness=0.02,
            wrap=0.2,
        ),
        "neutral",
        (1.12, 1.12, 1.14),
        r.u(0.26, 0.36),
    )


def serene(r: Rig) -> Mood:
    """Window: a broad daylight source at the side; the light falls off slowly over the face, no hard edge anywhere."""
    return Mood(
        Light(
            (r.az(r.u(64, 76)), r.u(12, 22)),
            r.k((0.93, 0.99, 1.06), 4.0),
            (r.az(-55), 0),
            r.k((0.93, 0.99, 1.08), r.u(0.16, 0.3)),
            (r.side * 140, 20),
            r.k((0.9, 1.0, 1.1), 0.5),
            sky=(0.21, 0.225, 0.25),
            ground=(0.12, 0.12, 0.12),
            softness=r.u(0.024, 0.032),
            wrap=r.u(0.2, 0.3),
        ),
        "soft",
        (1.0, 1.02, 1.06),
    )


def nostalgic(r: Rig) -> Mood:
    """Golden hour: the sun low, hard and warm across the face, more of it from behind in the hair, flare over all."""
    return Mood(
        Light(
            (r.az(r.u(48, 64)), r.u(6, 13)),
            r.k((1.0, 0.60, 0.25), 5.6),
            (r.az(-60), 10),
            r.k((0.34, 0.29, 0.33), r.u(0.8, 1.3)),
            (-r.side * r.u(132, 146), 14),
            r.k((1.0, 0.53, 0.2), r.u(5.0, 7.0)),
            sky=(0.33, 0.27, 0.26),
            ground=(0.25, 0.16, 0.09),
            softness=r.u(0.005, 0.008),
        ),
        "soft",
        (1.18, 0.89, 0.58),
        r.u(0.08, 0.16),
    )


def melancholy(r: Rig) -> Mood:
    """Blue hour: the sky is the only lamp, from above and behind the shoulder; dim, cool, the face below middle grey."""
    return Mood(
        Light(
            (r.az(-r.u(28, 48)), r.u(34, 46)),
            r.k((0.42, 0.62, 1.0), 2.3),
            (r.az(55), 5),
            r.k((0.13, 0.19, 0.33), r.u(0.8, 1.2)),
            (r.side * 142, 30),
            r.k((0.42, 0.64, 1.1), r.u(1.0, 1.9)),
            sky=(0.19, 0.28, 0.48),
            ground=(0.045, 0.06, 0.09),
            softness=r.u(0.02, 0.03),
            wrap=0.15,
        ),
        "sad",
        (0.42, 0.52, 0.80),
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
