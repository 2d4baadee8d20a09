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
    rows = image[:h:2, :w] + image[1:h:2, :w]
    return (rows[:, ::2] + rows[:, 1::2]) * 0.25


def _enlarge(plane: np.ndarray, h: int, w: int) -> np.ndarray:
    return np.asarray(Image.fromarray(np.ascontiguousarray(plane, F32)).resize((w, h), Image.BILINEAR))


def defocus(image: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Premultiplied float RGBA [h,w,4] blurred by the radius of confusion [h//2,w//2], in pixels of every second pixel.

    Sharp pixels lend nothing to the blurred layers, so no face bleeds into a soft shoulder; empty pixels beside a soft
    edge take the edge's radius, so that it spreads outwards. Blurring happens at half the size.
    """
    h, w = image.shape[:2]
    radius = np.minimum(radius, LARGEST * h) * (image[: h // 2 * 2 : 2, : w // 2 * 2 : 2, 3] > 0.5)
    largest = float(radius.max())
    if largest < WORTH:
        return image
    columns = np.flatnonzero(radius.max(0) > 0)
    margin = int(largest * 2) + 2
    left, right = max(columns[0] - margin, 0), min(columns[-1] + margin + 1, w // 2)
    part = image[: h // 2 * 2, left * 2 : right * 2]
    small, rim = _half(part), radius[:, left:right].astype(F32)
    solid = rim > 0
    body = small[..., 3]
    spread = _blur(np.stack([rim, body], -1), largest / 2)
    # an empty pixel takes the radius of the subject round it: sharp beside the face, soft beside a soft shoulder
    rim = np.where(solid | (body > 0.5), rim, spread[..., 0] / np.maximum(spread[..., 1], 0.02))
    levels, layers = (largest * 0.4, largest), []
    for level in levels:
        weight = np.where(body > 0.02, np.clip(rim / (level * 0.6), 0, 1), 1.0).astype(F32)[..., None]
        blurred = _blur(np.concatenate([small * weight, weight], -1), level / 2)
        layers.append(blurred[..., :4] / np.maximum(blurred[..., 4:], 1e-3))
    high = np.clip((rim - levels[0]) / (levels[1] - levels[0]), 0, 1)[..., None]
    layer = layers[0] + (layers[1] - layers[0]) * high
    height, width = part.shape[:2]
    share = _enlarge(np.clip(rim / levels[0], 0, 1), height, width)
    out = image.copy()
    mixed = out[:height, left * 2 : right * 2]
    for k in range(4):
        mixed[..., k] += (_enlarge(layer[..., k], height, width) - mixed[..., k]) * share
    return out
