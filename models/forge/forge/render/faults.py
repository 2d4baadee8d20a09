"""`forge faults`: reference photographs that are good, or weak in exactly one known way.

OUT/NNN-CODE.webp and OUT/labels.json: a list of {"file", "sitter", "fault"} where fault is one of the app's remark codes or
null. The strength of a fault is drawn from a range that a person would call a fault; poses of good photographs stay well
inside the limits. The duplicate's partner is the sitter's first good photograph.
"""

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .assets import Assets
from .identity import make_identity
from .pose import Pose
from .portrait import draw_reference
from .renderer import Renderer

FIRST = 3_000_000
QUALITY = 82
PLACES = (None, "grey", "office", "library")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge faults`."""
    parser.add_argument("--assets", help="synth_assets.npz (default: environment variable FORGE_ASSETS)")
    parser.add_argument("--out", required=True)
    parser.add_argument("--first", type=int, default=FIRST, help="first identity seed")
    parser.add_argument("--count", type=int, default=12, help="sitters; each gives two good photographs and one of every fault")
    parser.add_argument("--size", type=int, default=320)


def _gain(low: float, high: float) -> Callable:
    return lambda image, points, rng: image * rng.uniform(low, high)


def _flat(image: np.ndarray, points: np.ndarray, rng) -> np.ndarray:
    return rng.uniform(0.45, 0.65) + (image - image.mean()) * rng.uniform(0.1, 0.25)


def _soft(image: np.ndarray, points: np.ndarray, rng) -> np.ndarray:
    radius = float(np.linalg.norm(points[0] - points[1]) * rng.uniform(0.05, 0.1))
    return _filtered(image, ImageFilter.GaussianBlur(radius))


def _filtered(image: np.ndarray, kernel: ImageFilter.Filter) -> np.ndarray:
    return np.asarray(_picture(image).filter(kernel), np.float32) / 255


def _picture(image: np.ndarray) -> Image.Image:
    return Image.fromarray((np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8))


def _small(image: np.ndarray, points: np.ndarray, rng) -> np.ndarray:
    share = rng.uniform(18, 34) / np.linalg.norm(points[0] - points[1])
    picture = _picture(image)
    size = [max(96, round(side * share)) for side in picture.size]
    return np.asarray(picture.resize(size, Image.LANCZOS), np.float32) / 255


def _rolled(image: np.ndarray, points: np.ndarray, rng) -> np.ndarray:
    angle = float(rng.choice([-1, 1]) * rng.uniform(36, 60))
    centre = tuple(float(x) for x in points.mean(0))
    return np.asarray(_picture(image).rotate(angle, Image.BICUBIC, center=centre, fillcolor=(128, 128, 128)), np.float32) / 255


def _covered(image: np.ndarray, points: np.ndarray, rng) -> np.ndarray:
    """Sunglasses or a mask, painted over the right place."""
    picture = _picture(image)
    draw = ImageDraw.Draw(picture)
    right, left, nose, mouth = points[0], points[1], points[2], (points[3] + points[4]) / 2
    eyes = np.linalg.norm(left - right)
    if rng.random() < 0.5:
        dark = tuple(int(x) for x in rng.integers(5, 40, 3))
        for x, y in (right, left):
            draw.ellipse([float(v) for v in (x - eyes * 0.45, y - eyes * 0.3, x + eyes * 0.45, y + eyes * 0.36)], fill=dark)
        draw.line([float(v) for v in (*right, *left)], fill=dark, width=max(2, int(eyes * 0.08)))
    else:
        cloth = [(70, 120, 190), (225, 230, 235), (20, 20, 24), (90, 140, 110)][rng.integers(4)]
        top, low = (nose + (right + left) / 2) / 2 * 0.35 + nose * 0.65, mouth + (mouth - nose) * 1.3
        side = (left - right) * 0.85
        corners = [top - side, top + side, low + side * 0.75, low - side * 0.75]
        draw.polygon([tuple(float(v) for v in corner) for corner in corners], fill=cloth)
    return np.asarray(picture, np.float32) / 255


def _turned(rng) -> Pose:
    side = rng.choice([-1, 1])
    return Pose(side * rng.uniform(5, 20), 0, 0, side * rng.uniform(34, 48), rng.uniform(-4, 4), 0, (0, 0))


def _nodding(rng) -> Pose:
    up = rng.choice([-1, 1])
    return Pose(rng.uniform(-6, 6), 0, 0, rng.uniform(-6, 6), up * rng.uniform(33, 42), 0, (0, 0))


def _facing(rng) -> Pose:
    u = rng.uniform
    return Pose(u(-8, 8), 0, 0, u(-9, 9), u(-6, 6), u(-5, 5), (u(-4, 4), u(-3, 3)))


# fault -> what is done to a good photograph
PAINTED = {
    "face-small": _small,
    "blurred": _soft,
    "dark": _gain(0.06, 0.22),
    "blown-out": _gain(2.4, 4.0),
    "low-contrast": _flat,
    "covered": _covered,
}


def run(args: argparse.Namespace) -> None:
    """Renders the corpus."""
    assets, out, labels = Assets(args.assets), Path(args.out), []
    renderer = Renderer(assets, args.size, args.size, 1.5)
    out.mkdir(parents=True, exist_ok=True)

    def keep(image: np.ndarray, sitter: int, fault: str | None, quality: int = QUALITY) -> None:
        name = f"{len(labels):03d}-{fault or 'good'}.webp"
        _picture(image).save(out / name, quality=quality, method=6)
        labels.append({"file": name, "sitter": sitter, "fault": fault})

    for seed in range(args.first, args.first + args.count):
        person, rng = make_identity(assets, seed), np.random.default_rng([seed, 11])

        def shoot(pose: Pose, expression: str | None = None) -> tuple[np.ndarray, np.ndarray]:
            place = PLACES[rng.integers(len(PLACES))]
            image, points = draw_reference(renderer, person, int(rng.integers(1 << 30)), place, 0.7, pose, expression)
            return image.astype(np.float32) / 255, points

        good = [shoot(_facing(rng)) for _ in range(2)]
        for image, _ in good:
            keep(image, seed, None)
        for fault, paint in PAINTED.items():
            image, points = good[rng.integers(2)]
            keep(paint(image, points, rng), seed, fault)
        keep(shoot(_turned(rng))[0], seed, "turned")
        tilted = _rolled(*good[0], rng) if rng.random() < 0.5 else shoot(_nodding(rng))[0]
        keep(tilted, seed, "tilted")
        keep(shoot(_facing(rng), "closed")[0], seed, "eyes-closed")
        again = io.BytesIO()
        _picture(good[0][0]).resize((args.size * 3 // 4,) * 2, Image.LANCZOS).save(again, "JPEG", quality=60)
        keep(np.asarray(Image.open(again), np.float32) / 255, seed, "duplicate")
        print(f"{seed}: {len(labels)} pictures", flush=True)
    (out / "labels.json").write_text(json.dumps(labels, indent=1) + "\n")
