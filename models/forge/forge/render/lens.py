"""Depth of field: what lies off the focal plane is blurred by its circle of confusion, with clean edges.

The thin-lens circle of confusion of a point at distance z with the lens focused at f has, seen at the plane of focus, the
diameter `aperture * |z - f| / z` (Potmesil and Chakravarty 1981). Two blurred layers and the sharp picture are mixed by it.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

F32 = np.float32
FRONT, BEHIND = 0.85, 0.35  # decimetres before and behind the eyes that count as in focus: the whole face from the front
WORTH = 0.55  # pixels of radius below which a blur cannot be seen
LARGEST = 0.022  # largest radius as a share of the picture's height


def confusion(distance: np.ndarray, focus: float, aperture: float, pixels: float) -> np.ndarray:
    """Radius in pixels [h,w] of the circle of confusion.

    distance: decimetres along the lens axis [h,w]; focus: distance of the eyes; aperture: diameter of the lens opening in
    decimetres; pixels: pixels per decimetre at the plane of focus.
    """
    off = np.maximum(np.maximum(distance - focus - BEHIND, focus - distance - FRONT), 0)
    return (off * (0.5 * aperture * pixels) / np.maximum(distance, 0.5)).astype(F32)


def _blur(image: np.ndarray, radius: float) -> np.ndarray:
    size = max(int(round(radius * 1.25)) * 2 + 1, 3)
    for _ in range(2):
        image = uniform_filter(image, (size, size, 0), mode="nearest")
    return image


def _half(image: np.ndarray) -> np.ndarray:
    h, w = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
    image = image[:h, :w]
    return (image[::2, ::2] + image[1::2, ::2] + image[::2, 1::2] + image[1::2, 1::2]) * 0.25


def _enlarge(image: np.ndarray, h: int, w: int) -> np.ndarray:
    planes = [Image.fromarray(np.ascontiguousarray(image[..., k])) for k in range(image.shape[-1])]
    return np.stack([np.asarray(p.resize((w, h), Image.BILINEAR)) for p in planes], -1)


def defocus(image: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Premultiplied float RGBA [h,w,4] blurred by the radius [h,w] in pixels of each subject pixel.

    Sharp pixels lend nothing to the blurred layers, so no face bleeds into a soft shoulder; empty pixels beside a soft
    edge take the edge's radius, so that it spreads outwards.
    """
    h, w = image.shape[:2]
    alpha = image[..., 3]
    radius = np.minimum(radius, LARGEST * h) * (alpha > 0.5)
    largest = float(radius.max())
    if largest < WORTH:
        return image
    small = _half(np.concatenate([image, radius[..., None]], -1))
    solid, rim = small[..., 3], small[..., 4]
    spread = _blur(np.stack([rim, solid], -1), largest / 2)
    rim = np.where(solid > 0.5, rim / np.maximum(solid, 0.5), spread[..., 0] / np.maximum(spread[..., 1], 0.02))
    levels, layers = (largest * 0.4, largest), []
    for level in levels:
        weight = np.where(solid > 0.02, np.clip(rim / (level * 0.6), 0, 1), 1.0).astype(F32)[..., None]
        blurred = _blur(np.concatenate([small[..., :4] * weight, weight], -1), level / 2)
        layers.append(blurred[..., :4] / np.maximum(blurred[..., 4:], 1e-3))
    packed = _enlarge(np.concatenate([*layers, rim[..., None].astype(F32)], -1).astype(F32), h, w)
    own = np.where(alpha > 0.5, radius, packed[..., 8])[..., None]
    low = np.clip(own / levels[0], 0, 1)
    high = np.clip((own - levels[0]) / (levels[1] - levels[0]), 0, 1)
    out = image + (packed[..., :4] - image) * low
    return out + (packed[..., 4:8] - out) * high
