"""Draws the shape of a face: spread wide, made recognisable by a few strong features, never deformed."""

import numpy as np

from .assets import Assets
from .geometry import F32
from .people_tables import CALM, REGION_LIMIT, SHAPE_SIGMA, SOFTENED, STRONG, STRONG_AXES


def coefficients(assets: Assets, rng) -> np.ndarray:
    """Coefficients [S] of the face shape axes in sigmas: a few strong features a region, no region far out as a whole."""
    region = np.array([positive.split("/")[0] for _, positive in assets.shape_axes])
    one_sided = np.array([negative is None for negative, _ in assets.shape_axes])
    z = np.zeros(len(region))
    for name in SHAPE_SIGMA:
        free = np.flatnonzero((region == name) & ~one_sided)
        for _ in range(20):
            gain = np.full(len(free), CALM)
            gain[rng.permutation(len(free))[:STRONG_AXES]] = STRONG
            z[free] = np.clip(rng.normal(0, 1, len(free)) * gain, -2.6, 2.6)
            if np.sqrt((z[free] ** 2).mean()) <= REGION_LIMIT:
                break
        else:
            z[free] *= REGION_LIMIT / np.sqrt((z[free] ** 2).mean())
        # Outlines of the head or of an ear exclude each other: at most one, or they add up to a deformity.
        alone = np.flatnonzero((region == name) & one_sided)
        if len(alone) and rng.random() < 0.75:
            z[rng.choice(alone)] = rng.uniform(0.5, 2.6)
    return z


def draw_shape(assets: Assets, rng, vertices: np.ndarray, female: bool) -> np.ndarray:
    """Draws and applies every face shape axis; returns the coefficients [S] in units of their morph target."""
    shape = coefficients(assets, rng).astype(F32)
    for k, (negative, positive) in enumerate(assets.shape_axes):
        x = float(shape[k] * SHAPE_SIGMA[positive.split("/")[0]])
        name = positive if x >= 0 else negative
        if "bag" in positive or "eyebrows-angle" in positive:
            x *= 0.4
        if female and name and name.split("/")[1].removeprefix("l-") in SOFTENED:
            x *= 0.4
        shape[k] = x
        if x == 0:
            continue
        assets.morph(vertices, name, abs(x))
        if "/l-" in name:  # faces are almost, not quite, symmetric
            assets.morph(vertices, name.replace("/l-", "/r-"), abs(x) * float(np.clip(rng.normal(1, 0.06), 0.8, 1.2)))
    return shape
