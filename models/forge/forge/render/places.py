"""What a setting does to the light on the sitter."""

import numpy as np

from .geometry import look_at, towards
from .studio import Light

# Ambient colour that a place lends to the sitter: multiplies sky, ground and fill.
AMBIENT = {
    "grey": (1, 1, 1),
    "white": (1.15, 1.15, 1.15),
    "office": (1.08, 1.12, 1.15),
    "dusk": (0.95, 0.75, 1.05),
    "sun": (1.1, 1.0, 0.88),
    "rain": (0.8, 0.95, 1.12),
    "canvas": (0.95, 0.85, 0.72),
    "neon": (1.0, 0.55, 1.2),
    "library": (1.05, 0.82, 0.6),
}


EYES = np.array([0.0, 1.0, 0.8])  # from the centre of the key's shadow camera to the eyes (`Renderer._draw_shadow`)
HALF = 3.4  # half size of that camera, decimetres


def window(key: tuple, rng: np.random.Generator) -> tuple:
    """Uniform of a window frame (offset x, y, panes per unit, angle) whose light falls on the face.

    One pane holds the eyes, off its middle by chance, so that a bar crosses the forehead, a cheek or the mouth.
    """
    view = look_at(towards(*key), np.zeros(3))
    x, y = (view[:3, :3] @ EYES)[:2] / HALF
    scale, angle = rng.uniform(2.6, 3.3), rng.uniform(-0.25, 0.25)
    c, s = np.cos(angle), np.sin(angle)
    pane = np.array([rng.choice([-0.5, 0.5]) + rng.uniform(-0.2, 0.2), 0.5 + rng.uniform(-0.12, 0.2)]) / scale
    offset = np.array([[c, s], [-s, c]]) @ pane - (x, y)  # GLSL's mat2 is column-major: undo its rotation
    return (*offset, scale, angle)


def light_place(light: Light, setting: str, rng: np.random.Generator, side: float) -> None:
    """Lets the setting act on the sitter: ambient tint, practical lights, the window gobo."""
    a = np.array(AMBIENT[setting])
    light.sky, light.ground, light.fill_colour = (
        tuple(np.array(c) * a) for c in (light.sky, light.ground, light.fill_colour)
    )
    if setting == "sun":
        light.gobo = window(light.key, rng)
        light.softness = 0.003
        light.key_colour = tuple(np.array(light.key_colour) * 1.25)
        light.sky = tuple(np.array(light.sky) + 0.05)
    if setting == "neon":
        light.rim, light.rim_colour = (side * 105, 12), tuple(np.array(light.rim_colour) * 0.3 + (2.4, 0.15, 1.3))
        light.kick, light.kick_colour = (-side * 105, 12), tuple(np.array(light.kick_colour) * 0.3 + (0.1, 1.3, 2.3))
    if setting == "dusk":
        light.rim_colour = tuple(np.array(light.rim_colour) + (1.0, 0.5, 0.22))
