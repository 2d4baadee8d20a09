"""Composition: where a portrait's face lies, how the shoulders are turned and from which side the key light comes.

A direction leaves these open ("three-quarter view" is to the left or to the right, a little higher or lower). Told beforehand
they are no longer something that the denoiser has to average over at high noise, as SDXL is told crops (Podell et al. 2023).

Layout, f32 [12]: x and y of the five points (right eye, left eye, nose tip, mouth corners) as shares of the picture's width
and height; yaw of the body over 90 degrees; side of the key light, -1 or 1.
"""

import numpy as np

POINTS, LENGTH = 10, 12


def describe_composition(points: np.ndarray, size: tuple[int, int], body_yaw: float, light_side: float) -> np.ndarray:
    """Points [5, 2] in pixels of a picture of `size` (width, height), degrees, -1 or 1 -> f32 [12]."""
    places = (np.asarray(points, np.float32) / np.asarray(size, np.float32)).ravel()
    return np.concatenate([places, [body_yaw / 90, light_side]]).astype(np.float32)


def flip_composition(composition: np.ndarray) -> np.ndarray:
    """Compositions [N, 12] of the mirrored pictures."""
    places = composition[:, :POINTS].reshape(-1, 5, 2)[:, [1, 0, 2, 4, 3]].copy()
    places[..., 0] = 1 - places[..., 0]
    return np.concatenate([places.reshape(-1, POINTS), -composition[:, POINTS:]], 1)


def fill_bank(composition: np.ndarray, direction: np.ndarray, options: int, choices: int, seed: int = 0) -> np.ndarray:
    """`choices` compositions for every framing and pose, from those of rendered portraits.

    composition f32 [N, 12], direction u8 [N, 6] -> f32 [options * options * choices, 12], framing before pose.
    Raises ValueError when a framing and a pose never occur together.
    """
    random, rows = np.random.default_rng(seed), []
    cell = direction[:, 0].astype(int) * options + direction[:, 4]
    for wanted in range(options * options):
        here = np.flatnonzero(cell == wanted)
        if not len(here):
            raise ValueError(f"no portrait of framing {wanted // options} with pose {wanted % options}")
        rows.append(random.choice(here, choices, replace=len(here) < choices))
    return composition[np.concatenate(rows)]
