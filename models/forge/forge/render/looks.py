"""The nine looks: colour grades, grain, halation, vignette and flash falloff on sRGB float [H,W,3]."""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

F32 = np.float32
BASE_WIDTH = 256
LUMA = np.array([0.2126, 0.7152, 0.0722], F32)


def _contrast(v: np.ndarray, amount: float) -> np.ndarray:
    return v + amount * (v * v * (3 - 2 * v) - v)


def _saturate(v: np.ndarray, amount: float) -> np.ndarray:
    grey = (v @ LUMA)[..., None]
    return grey + (v - grey) * amount


def _radius(image: np.ndarray, cx: float = 0.5, cy: float = 0.5) -> np.ndarray:
    h, w = image.shape[:2]
    y, x = np.ogrid[0:h, 0:w]
    return (((x / w - cx) ** 2 + (y / h - cy) ** 2)[..., None]).astype(F32)


def _fast_blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Blur at a quarter of the size: good enough for glows. `sigma` in pixels of a picture 256 wide."""
    h, w = image.shape[:2]
    sigma = sigma * w / BASE_WIDTH
    small = image.reshape(h // 4, 4, w // 4, 4, -1).mean((1, 3))
    return np.repeat(np.repeat(gaussian_filter(small, (sigma / 4, sigma / 4, 0)), 4, 0), 4, 1)


def clean(v, rng, mask):
    """L1: neutral, a touch of contrast."""
    return _contrast(v, 0.25), 0.004


def portra(v, rng, mask):
    """L2: warm, lifted and faded film."""
    v = _saturate(_contrast(v, 0.1), 0.85) * np.array([1.02, 0.93, 0.76], F32)
    return v * 0.80 + np.array([0.155, 0.115, 0.075], F32), 0.018


def tri_x(v, rng, mask):
    """L3: gritty black and white."""
    grey = _contrast(np.clip(v @ np.array([0.38, 0.45, 0.17], F32), 0, 1), 0.8)[..., None]
    return np.repeat(grey, 3, 2) * (1 - 0.4 * _radius(v)), 0.035


def tungsten(v, rng, mask):
    """L4: blue-teal cast with red halation around the highlights."""
    lum = (v @ LUMA)[..., None]
    halo = _fast_blur(np.clip(lum - 0.55, 0, 1) * 2.0, 9)
    v = _contrast(v, 0.35) * np.array([0.62, 0.88, 1.16], F32) + np.array([0.0, 0.02, 0.10], F32) * (1 - lum)
    return v + halo * np.array([0.85, 0.10, 0.04], F32), 0.02


def slide(v, rng, mask):
    """L5: crisp, saturated transparency film."""
    return _saturate(_contrast(v, 0.6), 1.75), 0.006


def bleach(v, rng, mask):
    """L6: silver retained: low saturation, hard contrast."""
    return _contrast(_contrast(np.clip(_saturate(v, 0.28), 0, 1), 1.0), 0.35) * np.array([0.98, 1.0, 1.03], F32), 0.028


def teal_orange(v, rng, mask):
    """L7: teal shadows, orange highlights."""
    lum = (v @ LUMA)[..., None]
    s = np.clip((lum - 0.42) * 2.2 + 0.5, 0, 1)
    v = _contrast(_saturate(v, 1.05), 0.4)
    return v * ((1 - s) * np.array([0.55, 1.0, 1.12], F32) + s * np.array([1.22, 0.98, 0.68], F32)) + (
        1 - s
    ) * np.array([-0.02, 0.045, 0.075], F32), 0.012


def medium_format(v, rng, mask):
    """L8: creamy and soft with a gentle vignette."""
    soft = _fast_blur(v, 6)
    v = 0.62 * v + 0.38 * soft
    v = _saturate(v, 0.8) * 0.72 + np.array([0.215, 0.20, 0.185], F32)
    return v * (1.06 - 0.75 * _radius(v, 0.5, 0.45)), 0.003


def flash(v, rng, mask):
    """L9: on-camera flash: bright hard subject, the place falls into the dark."""
    lit = np.clip(v, 0, 1) ** 0.62 * 1.05
    lit = _contrast(np.clip(lit, 0, 1), 0.5)
    lit = _saturate(lit, 1.1) * (1.08 - 0.5 * _radius(v, 0.5, 0.4))
    place = v * 0.16 * np.array([0.9, 0.95, 1.1], F32)
    return lit * mask + place * (1 - mask), 0.012


LOOKS = (clean, portra, tri_x, tungsten, slide, bleach, teal_orange, medium_format, flash)


def grade(image: np.ndarray, look: int, seed: int, mask: np.ndarray) -> np.ndarray:
    """Applies look 0..8 to sRGB float [H,W,3]; mask [H,W,1] is the subject. Values may leave 0..1."""
    rng = np.random.default_rng([seed, 41, look])
    out, grain = LOOKS[look](np.clip(image, 0, 1).astype(F32), rng, mask)
    h, w = out.shape[:2]
    # Grain is as coarse as on a picture 256 wide: an enlargement enlarges it.
    rows, columns = round(h * BASE_WIDTH / w), BASE_WIDTH
    noise = rng.standard_normal((rows + 1, columns + 1), F32)
    noise = (noise[1:, 1:] + noise[:-1, 1:] + noise[1:, :-1] + noise[:-1, :-1]) * 0.4 + noise[1:, 1:] * 0.5
    if noise.shape != (h, w):
        noise = np.asarray(Image.fromarray(noise).resize((w, h), Image.BILINEAR))
    return out + noise[..., None] * (0.55 * grain * np.clip(1.2 - out.mean(2, keepdims=True), 0.2, 1))
