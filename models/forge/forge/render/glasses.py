"""Spectacle frames fitted to the eyes."""

import numpy as np

from .geometry import F32, tube


def spectacles(
    right: np.ndarray, left: np.ndarray, eye_radius: float, temple: float, power: float
) -> tuple[np.ndarray, np.ndarray]:
    """Points and triangles of a frame around the eye centres; `power` 2 is round, 5 nearly square; `temple` the head's half width."""
    rx = abs(left[0] - right[0]) * 0.41
    ry, z = rx * 0.8, max(left[2], right[2]) + eye_radius * 1.8
    angle, tubes = np.linspace(0, 2 * np.pi, 36, endpoint=False), []
    for c in (right, left):
        s = np.sign(c[0])
        x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / power) * rx
        y = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** (2 / power) * ry
        wrap = z - 0.16 * np.clip(s * x, 0, 9) ** 1.3
        tubes.append(tube(np.stack([c[0] + s * 0.015 + x, c[1] - 0.03 + y, wrap], 1), 0.015, True))
        hinge = np.array([c[0] + s * (rx + 0.01), c[1] + 0.05, z - 0.16 * rx**1.3])
        ear = np.array([s * temple, c[1] + 0.02, c[2] - 1.05])
        k, middle = np.linspace(0, 1, 8)[:, None], np.array([(ear[0] + hinge[0]) / 2, hinge[1], hinge[2] - 0.55])
        tubes.append(tube((1 - k) ** 2 * hinge + 2 * k * (1 - k) * middle + k * k * ear, 0.012, False))
    k = np.linspace(-1, 1, 7)
    bridge = np.stack([k * (abs(left[0]) - rx + 0.03), left[1] + 0.03 + 0.03 * (1 - k * k), z + 0.015 + 0 * k], 1)
    tubes.append(tube(bridge, 0.012, False))
    starts = np.cumsum([0] + [len(p) for p, _ in tubes])
    return np.concatenate([p for p, _ in tubes]).astype(F32), np.concatenate(
        [t + n for (_, t), n in zip(tubes, starts)]
    )
