"""`forge options`: the 54 pictures of the call sheet, one for every option of the six axes.

Each axis has one sitter and one direction; along its row only what the option means changes. A seed alone does not give that:
options draw different numbers of random values, so whatever is drawn after them would change too. Hence a shot is made of two:
the row's own, and from the one with the option the parts that the axis directs.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from .assets import Assets
from .compose import compose
from .directions import AXES, OPTIONS, Shot, make_shot
from .portrait import draw_portrait
from .renderer import Renderer
from .sitters import find_sitter, sitter_person

WIDTH, HEIGHT, SCALE, QUALITY = 256, 320, 2.0, 78
LETTERS = "FSYMPL"
# What an axis directs. The light follows the face and the place acts on it, so a mood comes with a pose and a setting; leaning
# in moves the lens; a look is put on a finished picture.
DIRECTED = {
    "framing": ("camera",),
    "setting": ("backdrop", "mood"),
    "styling": ("garment",),
    "mood": ("mood",),
    "pose": ("pose", "camera", "mood"),
    "look": (),
}


@dataclass(frozen=True)
class Row:
    """The sitter of an axis, the option numbers 1..9 of the other axes (that of its own is replaced) and the seed."""

    axis: str
    sitter: str
    direction: str
    seed: int


# Framing and pose in black and white on grey paper: colour and place would only distract from them.
ROWS = (
    Row("framing", "tomas", "111113", 24),
    Row("setting", "idris", "412211", 24),
    Row("styling", "amara", "511121", 19),
    Row("mood", "wei", "213131", 24),
    Row("pose", "ruth", "414113", 84),
    Row("look", "ines", "445221", 21),
)


def option_shot(row: Row, option: int) -> Shot:
    """The row's shot with option 0..8 of its axis and nothing else changed."""
    direction = [int(digit) - 1 for digit in row.direction]
    direction[AXES.index(row.axis)] = option
    own = make_shot(direction, row.seed)
    constant = make_shot([int(digit) - 1 for digit in row.direction], row.seed)
    parts = {name: getattr(own, name) for name in DIRECTED[row.axis]}
    return replace(constant, direction=own.direction, **parts)


def draw_option(renderer: Renderer, row: Row, option: int) -> np.ndarray:
    """The picture of option 0..8 of a row: uint8 sRGB [renderer.height,renderer.width,3]."""
    shot = option_shot(row, option)
    person = sitter_person(renderer.assets, find_sitter(row.sitter))
    record = draw_portrait(renderer, person, shot.direction, row.seed, shot)
    return compose(record.fg, record.bg, record.direction, shot.direction[5], row.seed)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge options`."""
    parser.add_argument("--assets", help="synth_assets.npz (default: environment variable FORGE_ASSETS)")
    parser.add_argument("--out", required=True, help="folder for F1.webp to L9.webp")
    parser.add_argument("--axes", default=LETTERS, help=f"letters of the axes to render (default: {LETTERS})")


def run(args: argparse.Namespace) -> None:
    """Renders the pictures of the axes asked for."""
    unknown = set(args.axes) - set(LETTERS)
    if unknown:
        raise SystemExit(f"forge options: --axes takes letters of {LETTERS}, not {''.join(sorted(unknown))}")
    renderer, out = Renderer(Assets(args.assets), WIDTH, HEIGHT, SCALE), Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    for letter, row in zip(LETTERS, ROWS):
        if letter not in args.axes:
            continue
        for option in range(OPTIONS):
            path = out / f"{letter}{option + 1}.webp"
            Image.fromarray(draw_option(renderer, row, option)).save(path, quality=QUALITY, method=6)
            print(f"{path.name}: {path.stat().st_size / 1024:.1f} KB", flush=True)
