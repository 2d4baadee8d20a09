"""What stands around a figure: the camera and the lights."""

import math
from dataclasses import dataclass

import numpy as np

from .geometry import look_at, perspective, towards

BEHIND_EYES = 0.3  # decimetres from the eyes back to the point the camera turns about


@dataclass
class Camera:
    """`extent` is the height of the picture in decimetres at the eyes, `at` where the eyes' midpoint lies (0..1, from top left)."""

    extent: float
    at: tuple
    fov: float = 17.0
    elevation: float = 0.0  # degrees; negative looks up from below
    aperture: float = 0.0  # diameter of the lens opening in decimetres; 0 is sharp everywhere

    @property
    def distance(self) -> float:
        """Decimetres from the lens to the plane that `extent` is measured in."""
        return self.extent / 2 / math.tan(math.radians(self.fov) / 2)

    @property
    def focus(self) -> float:
        """Decimetres along the lens axis to the eyes."""
        return self.distance - BEHIND_EYES * math.cos(math.radians(self.elevation))

    @property
    def clip(self) -> tuple[float, float]:
        """Near and far plane in decimetres."""
        return max(self.distance - 9, 1.0), self.distance + 9

    def along(self, depth: np.ndarray) -> np.ndarray:
        """Distance in decimetres along the lens axis of depth buffer values 0..1."""
        near, far = self.clip
        return 2 * near * far / (far + near - (2 * depth - 1) * (far - near))

    def view(self, eyes: np.ndarray, aspect: float) -> tuple[np.ndarray, np.ndarray]:
        """Eye point [3] and 4x4 view-projection that puts the eyes' midpoint exactly at `at` (a lens shift, as a view camera does)."""
        target = np.array([eyes[0], eyes[1], eyes[2] - BEHIND_EYES])
        eye = target + self.distance * towards(0, self.elevation)
        shift = (self.at[0] * 2 - 1, 1 - self.at[1] * 2)
        lens = perspective(math.radians(self.fov), aspect, *self.clip, shift)
        return eye, lens @ look_at(eye, target)


@dataclass
class Light:
    """Directions are (azimuth, elevation) in degrees relative to the camera; colours are linear RGB radiance."""

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
    softness: float = 0.01  # radius of the key's penumbra in shadow map units
    wrap: float = 0.0  # how far a large source reaches around the face
    gobo: tuple | None = None  # window frame in front of the key: offset x, y, panes per unit, angle

    def uniforms(self) -> dict[str, object]:
        """Shader uniforms of the lights."""
        out: dict[str, object] = {f"u_{k}": towards(*getattr(self, k)) for k in ("key", "fill", "rim", "kick")}
        out |= {f"u_{k}_colour": getattr(self, k + "_colour") for k in ("key", "fill", "rim", "kick")}
        out |= {f"u_{k}": getattr(self, k) for k in ("sky", "ground", "exposure", "wrap", "softness")}
        return out | {"u_gobo": self.gobo or (0, 0, 1, 0)}
