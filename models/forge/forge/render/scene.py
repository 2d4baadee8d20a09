"""The nine backdrops, painted in 2D as sRGB float arrays [H,W,3]: the same place at every size."""

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

F32 = np.float32
# Blurs are in pixels of a picture of this width.
BASE_WIDTH = 256


def _grid(h: int, w: int):
    y, x = np.mgrid[0:h, 0:w].astype(F32)
    return x / (w - 1), y / (h - 1)


def _flat(h: int, w: int, colour) -> np.ndarray:
    return np.ones((h, w, 1), F32) * np.array(colour, F32)


def fractal(h: int, w: int, rng, base: int = 3, octaves: int = 4) -> np.ndarray:
    """Value noise 0..1, [h,w]."""
    out, amplitude, total = np.zeros((h, w), F32), 1.0, 0.0
    for k in range(octaves):
        m = base * 2**k + 2
        out += amplitude * np.asarray(Image.fromarray(rng.random((m, m)).astype(F32)).resize((w, h), Image.BICUBIC))
        total += amplitude
        amplitude *= 0.5
    return out / total


def _blur(image: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(image, (sigma, sigma, 0)) if sigma > 0.3 else image


def _discs(image, rng, count, radius, palette, ys=(0.0, 1.0), amount=0.9) -> np.ndarray:
    """Out-of-focus lamps with bright edges; radius range as a share of the width."""
    h, w = image.shape[:2]
    for _ in range(count):
        cx, cy, r = rng.random() * w, rng.uniform(*ys) * h, rng.uniform(*radius) * w
        x0, x1, y0, y1 = (
            int(np.clip(v, 0, m)) for v, m in ((cx - r - 2, w), (cx + r + 2, w), (cy - r - 2, h), (cy + r + 2, h))
        )
        if x1 <= x0 or y1 <= y0:
            continue
        yy, xx = np.mgrid[y0:y1, x0:x1]
        d = np.hypot(xx - cx, yy - cy) / r
        m = np.clip((1 - d) * r * 0.7, 0, 1) * (0.62 + 0.38 * d**3)
        image[y0:y1, x0:x1] += (
            m[..., None] * np.array(palette[rng.integers(len(palette))]) * amount * rng.uniform(0.35, 1)
        )
    return image


def _grey(h, w, rng, zoom):
    x, y = _grid(h, w)
    spot = 0.60 - 0.42 * np.hypot((x - 0.5 - rng.uniform(-0.1, 0.1)) * 0.8, y - 0.42)
    return np.clip(spot, 0.12, 1)[..., None] * np.array([1, 1, 1.02], F32)


def _white(h, w, rng, zoom):
    x, y = _grid(h, w)
    return np.clip(0.985 - 0.05 * np.hypot(x - 0.5, y - 0.5), 0, 1)[..., None] * np.array([1, 1, 1], F32)


def _office(h, w, rng, zoom):
    """Bright windows with mullions, a ceiling with light panels, plants and a desk line."""
    image = _flat(h, w, (0.66, 0.70, 0.73))
    x0, pane = int(rng.uniform(-0.3, 0) * w), int(rng.uniform(0.26, 0.34) * w)
    top, bottom = int(0.17 * h), int(rng.uniform(0.62, 0.68) * h)
    for k in range(6):
        a = x0 + k * pane
        image[top:bottom, max(a, 0) : max(a + int(pane * 0.84), 0)] = np.array([0.86, 0.93, 0.98]) * rng.uniform(
            0.94, 1.04
        )
        cut = top + int((bottom - top) * rng.uniform(0.55, 0.75))
        image[cut:bottom, max(a, 0) : max(a + int(pane * 0.84), 0)] = np.array([0.62, 0.74, 0.80]) * rng.uniform(
            0.9, 1.05
        )
    image[:top] = (0.78, 0.79, 0.80)
    for k in range(3):
        a = int((0.08 + 0.34 * k + rng.uniform(-0.04, 0.04)) * w)
        image[int(0.05 * h) : int(0.10 * h), a : a + int(0.2 * w)] = (1.0, 1.0, 0.98)
    image[bottom:] = (0.50, 0.44, 0.38)
    for _ in range(3):
        cx, cy = rng.random() * w, bottom - rng.uniform(0.0, 0.12) * h
        yy, xx = np.mgrid[0:h, 0:w]
        image[((xx - cx) / (0.10 * w)) ** 2 + ((yy - cy) / (0.10 * h)) ** 2 < 1] = np.array(
            [0.22, 0.42, 0.22]
        ) * rng.uniform(0.8, 1.3)
    return _blur(image, 6.5 * zoom * w / BASE_WIDTH)


def _dusk(h, w, rng, zoom):
    """Blue to orange sky over a skyline with lamps."""
    _, y = _grid(h, w)
    t = np.clip(y / rng.uniform(0.56, 0.64), 0, 1)[..., None] ** 1.3
    image = (np.array([0.13, 0.16, 0.38]) * (1 - t) + np.array([0.98, 0.50, 0.26]) * t).astype(F32)
    x = 0
    while x < w:
        width, top = int(rng.uniform(0.06, 0.17) * w), int(rng.uniform(0.44, 0.62) * h)
        image[top:, x : x + width] = np.array([0.10, 0.08, 0.16]) * rng.uniform(0.7, 1.4)
        x += width
    image = _blur(image, 4.0 * zoom * w / BASE_WIDTH)
    return _discs(
        image,
        rng,
        60,
        (0.018 * zoom + 0.006, 0.045 * zoom + 0.006),
        [(1, 0.72, 0.35), (1, 0.55, 0.25), (1, 0.85, 0.6), (0.5, 0.75, 1)],
        (0.48, 1.0),
    )


def _sun(h, w, rng, zoom):
    """Warm plaster wall with the slanted light of a paned window."""
    x, y = _grid(h, w)
    slant, size = rng.choice([-1, 1]) * rng.uniform(0.22, 0.36), rng.uniform(0.9, 1.1)
    u, v = (
        (x - 0.5 + rng.uniform(-0.12, 0.12) + (y - 0.5) * slant) * 2.6 / size,
        (y - 0.45 - 0.2 * slant * (x - 0.5)) * 2.9 / size,
    )
    pane = (np.maximum(np.abs(u % 1 - 0.5), np.abs(v % 1 - 0.5)) < 0.435) & (np.abs(u) < 1.5) & (np.abs(v) < 2)
    light = gaussian_filter(pane.astype(F32), 1.6 * w / BASE_WIDTH)[..., None]
    wall = np.array([0.80, 0.72, 0.60]) * (0.48 + 0.10 * (fractal(h, w, rng, 3, 3)[..., None] - 0.5))
    return wall + light * np.array([0.60, 0.54, 0.42])


def _rain(h, w, rng, zoom):
    _, y = _grid(h, w)
    image = _flat(h, w, (0.27, 0.35, 0.42)) * (1.25 - 0.6 * y[..., None])
    return _discs(
        image,
        rng,
        26,
        (0.03, 0.075),
        [(0.6, 0.75, 0.9), (1, 0.8, 0.5), (1, 0.4, 0.3), (0.5, 0.6, 0.7)],
        (0.25, 1.0),
        0.4,
    )


def _canvas(h, w, rng, zoom):
    """Hand-painted drop: broad mottled brushwork in umber and olive."""
    a, b = fractal(h, w, rng, 3, 5), fractal(h, w, rng, 7, 3)
    x, y = _grid(h, w)
    dark, light = [
        ((0.17, 0.13, 0.09), (0.56, 0.45, 0.31)),
        ((0.14, 0.14, 0.10), (0.48, 0.47, 0.33)),
        ((0.18, 0.12, 0.10), (0.54, 0.39, 0.31)),
    ][rng.integers(3)]
    m = np.clip((a - 0.5) * 3.4 + 0.5, 0, 1)[..., None]
    glow = np.clip(1.2 - 1.0 * np.hypot(x - 0.45, y - 0.42), 0.25, 1.1)[..., None]
    return (np.array(dark) * (1 - m) + np.array(light) * m) * (0.85 + 0.5 * (b[..., None] - 0.5)) * glow


def _neon(h, w, rng, zoom):
    """Night street: magenta and cyan glows, vertical sign tubes."""
    x, y = _grid(h, w)
    image = _flat(h, w, (0.035, 0.02, 0.07))
    left, right = (
        ((0.85, 0.06, 0.52), (0.03, 0.52, 0.85)) if rng.random() < 0.5 else ((0.03, 0.52, 0.85), (0.85, 0.06, 0.52))
    )
    image += (
        np.exp(-(((x - 0.08) / 0.26) ** 2))[..., None] * np.array(left) * 0.7
        + np.exp(-(((x - 0.95) / 0.26) ** 2))[..., None] * np.array(right) * 0.7
    )
    for _ in range(6):
        cx, width, y0 = rng.random(), rng.uniform(0.012, 0.03), rng.uniform(0, 0.4)
        image += (
            (np.exp(-(((x - cx) / width) ** 2)) * (y > y0) * (y < y0 + 0.5))[..., None]
            * np.array([(1, 0.1, 0.6), (0.1, 0.8, 1), (0.6, 0.2, 1)][rng.integers(3)])
            * 0.9
        )
    image = _blur(image, 4.0 * zoom * w / BASE_WIDTH)
    return _discs(
        image, rng, 22, (0.02, 0.06), [(1, 0.15, 0.6), (0.1, 0.8, 1), (0.7, 0.3, 1), (1, 0.6, 0.2)], (0, 1), 0.55
    )


def _library(h, w, rng, zoom):
    """Rows of book spines between wooden shelves."""
    image = _flat(h, w, (0.12, 0.07, 0.04))
    palette = np.array(
        [
            (0.52, 0.13, 0.09),
            (0.10, 0.20, 0.36),
            (0.62, 0.48, 0.26),
            (0.12, 0.30, 0.18),
            (0.70, 0.60, 0.46),
            (0.34, 0.20, 0.12),
            (0.58, 0.32, 0.10),
        ]
    )
    pitch = rng.uniform(0.2, 0.25)
    for k in range(-1, 6):
        y0 = int((k * pitch + rng.uniform(0, 0.01)) * h)
        y1, x = y0 + int(pitch * 0.85 * h), -5
        while x < w:
            width, drop = int(rng.uniform(0.035, 0.085) * w), int(rng.uniform(0, 0.05) * h)
            image[max(y0 + drop, 0) : max(y1, 0), max(x, 0) : max(x + width, 0)] = palette[
                rng.integers(7)
            ] * rng.uniform(0.7, 1.25)
            x += width + 1
        image[max(y1, 0) : max(y1 + int(pitch * 0.14 * h), 0)] = (0.42, 0.25, 0.12)
    x, y = _grid(h, w)
    return _blur(image, 3.2 * zoom * w / BASE_WIDTH) * (0.85 + 0.5 * np.exp(-((x - 0.85) ** 2 + (y - 0.2) ** 2) / 0.15))[..., None]


PAINTERS = {
    "grey": _grey,
    "white": _white,
    "office": _office,
    "dusk": _dusk,
    "sun": _sun,
    "rain": _rain,
    "canvas": _canvas,
    "neon": _neon,
    "library": _library,
}
# How much of a mood's tint a place takes: white paper stays white, night is already dark.
SUSCEPTIBILITY = {"white": 0.5, "neon": 0.55, "dusk": 0.6, "grey": 0.7, "canvas": 0.7}


def backdrop(
    kind: str, seed: int, tint=(1, 1, 1), veil: float = 0.0, distance: float = 1.0, height: int = 320, width: int = 256
) -> np.ndarray:
    """Backdrop as sRGB float [height,width,3] in 0..1. `distance` below 1 is sharper (the place matters)."""
    rng = np.random.default_rng([seed, 29])
    image = np.clip(PAINTERS[kind](height, width, rng, distance), 0, 1)
    amount = SUSCEPTIBILITY.get(kind, 1.0)
    image = image * (1 + (np.array(tint) - 1) * amount)
    if veil:
        x, y = _grid(height, width)
        glow = np.exp(-((x - 0.5) ** 2 + (y - 0.3) ** 2) / 0.22)[..., None] * veil * 1.6
        image = image * (1 - np.clip(glow, 0, 0.85)) + np.array([1.0, 0.97, 0.93]) * np.clip(glow, 0, 0.85)
    return np.clip(image, 0, 1).astype(F32)
