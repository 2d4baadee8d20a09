"""Joins foreground and background: light wrap, the rain window's wet glass, and the look."""

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

from .looks import grade

F32 = np.float32
RAIN = 5
# Drops, streaks and blurs are in pixels of a picture of this size; other sizes show the same ones, larger or smaller.
BASE_WIDTH, BASE_HEIGHT = 256, 320


def _blur(image: np.ndarray, size: int) -> np.ndarray:
    """Twice a box filter."""
    return uniform_filter(uniform_filter(image, (size, size, 0)), (size, size, 0))


def _to_size(field: np.ndarray, height: int, width: int) -> np.ndarray:
    """A float field [h,w] at another size, bilinear."""
    if field.shape == (height, width):
        return field
    return np.asarray(Image.fromarray(field.astype(F32)).resize((width, height), Image.BILINEAR))


def _water(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Displacement in x and y (pixels of the base picture), wetness and shine of a rainy window, [320,256] each."""
    rng = np.random.default_rng([seed, 53])
    h, w = BASE_HEIGHT, BASE_WIDTH
    dx, dy, wet, shine = (np.zeros((h, w), F32) for _ in range(4))
    rows = np.arange(h, dtype=F32)
    for _ in range(17):
        width, top, length = rng.uniform(1.8, 3.8), rng.uniform(-0.3, 0.7) * h, rng.uniform(0.25, 0.8) * h
        path = (
            rng.random() * w
            + 2.5 * np.sin(rows * 0.05 + rng.random() * 6)
            + 1.2 * np.sin(rows * 0.13 + rng.random() * 6)
        )
        inside = np.clip((rows - top) / 30, 0, 1) * (rows < top + length)
        x0, x1 = int(max(path.min() - 12, 0)), int(min(path.max() + 13, w))
        if x1 <= x0:
            continue
        d = (np.arange(x0, x1, dtype=F32)[None] - path[:, None]) / width
        e = np.exp(-d * d) * inside[:, None]
        dx[:, x0:x1] -= d * e * 7
        wet[:, x0:x1] += e
        shine[:, x0:x1] += np.exp(-(((d + 0.7) / 0.4) ** 2)) * inside[:, None] * 0.13
    for _ in range(150):
        cx, cy, r = rng.random() * w, rng.random() * h, rng.uniform(0.9, 3.6)
        x0, x1, y0, y1 = (
            int(max(cx - r - 2, 0)),
            int(min(cx + r + 3, w)),
            int(max(cy - r - 2, 0)),
            int(min(cy + r + 3, h)),
        )
        ux, uy = (np.arange(x0, x1)[None] - cx) / r, (np.arange(y0, y1)[:, None] - cy) / r
        e = np.clip(1.3 - np.hypot(ux, uy), 0, 1)
        dx[y0:y1, x0:x1] -= ux * e * 7
        dy[y0:y1, x0:x1] -= uy * e * 7
        wet[y0:y1, x0:x1] += e
        shine[y0:y1, x0:x1] += np.clip(1 - np.hypot(ux + 0.4, uy + 0.4) * 2.2, 0, 1) * 0.25 - 0.08 * e * (uy > 0.2)
    return dx, dy, wet, shine


def wet_glass(image: np.ndarray, seed: int) -> np.ndarray:
    """Refracting streaks and drops over a slightly misted picture; sRGB float [H,W,3]."""
    h, w = image.shape[:2]
    dx, dy, wet, shine = (_to_size(field, h, w) for field in _water(seed))
    scale = w / BASE_WIDTH
    iy = np.clip(np.arange(h)[:, None] + np.rint(dy * scale).astype(int), 0, h - 1)
    ix = np.clip(np.arange(w)[None] + np.rint(dx * scale).astype(int), 0, w - 1)
    mist = (_blur(image, max(1, round(5 * scale))) * 0.45 + image * 0.55) * 0.90 + np.array([0.05, 0.06, 0.07], F32)
    share = np.clip(wet, 0, 1)[..., None]
    return mist * (1 - share) + image[iy, ix] * share + shine[..., None] * np.array([0.9, 0.97, 1.0], F32)


def compose(fg: np.ndarray, bg: np.ndarray, direction, look: int, seed: int) -> np.ndarray:
    """Final picture uint8 [H,W,3].

    fg: uint8 [H,W,4] straight-alpha sRGB subject; bg: uint8 [H,W,3]; direction: six option indices; look 0..8; the seed
    draws rain and grain, so the same arguments give the same pixels.
    """
    front, back = fg.astype(F32) / 255, bg.astype(F32) / 255
    alpha = front[..., 3:]
    scale = fg.shape[1] / BASE_WIDTH
    edge = np.clip(_blur(1 - alpha, max(1, round(7 * scale))) * 1.2 - 0.25, 0, 1) * 0.22
    step = max(1, round(4 * scale))
    glow = np.repeat(np.repeat(_blur(back[::step, ::step], 3), step, 0), step, 1)
    image = (front[..., :3] * (1 - edge) + edge * glow) * alpha + back * (1 - alpha)
    if int(direction[1]) == RAIN:
        image = wet_glass(image, seed)
    return (np.clip(grade(image, int(look), seed, alpha), 0, 1) * 255 + 0.5).astype(np.uint8)
