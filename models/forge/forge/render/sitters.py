"""`forge sitters`: the six sample sitters that ship with the app, three photo-like references each."""

import argparse
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from .assets import Assets
from .identity import HAIR_COLOURS, Identity, make_identity
from .portrait import draw_reference
from .renderer import Renderer

SIZE, QUALITY = 512, 85
PLACES = ("grey", "office", "library")


@dataclass(frozen=True)
class Sitter:
    """A seed from the range kept for samples, the seeds of its pictures and the few attributes we chose ourselves."""

    id: str
    name: str
    seed: int
    shots: tuple[int, int, int] = (1, 2, 3)
    chosen: dict = field(default_factory=dict)


SITTERS = (
    Sitter(
        "ines",
        "Ines",
        2_000_393,
        shots=(24, 15, 58),
        chosen={
            "hair": "longwavy",
            "hair_seed": 4,
            "hair_name": "dark",
            "hair_colour": np.array(HAIR_COLOURS["dark"]),
        },
    ),
    Sitter("tomas", "Tomas", 2_000_527, shots=(48, 14, 60), chosen={"hair": "crop", "glasses": False}),
    Sitter("amara", "Amara", 2_000_777, shots=(1, 60, 56)),
    Sitter(
        "wei",
        "Wei",
        2_000_160,
        shots=(29, 27, 36),
        chosen={
            "hair": "quiff",
            "hair_name": "black",
            "hair_colour": np.array(HAIR_COLOURS["black"]),
            "iris_name": "dark",
            "beard": 0.03,
        },
    ),
    Sitter(
        "ruth",
        "Ruth",
        2_000_284,
        shots=(48, 14, 35),
        chosen={"hair_name": "grey", "hair_colour": np.array(HAIR_COLOURS["grey"]), "glasses": True},
    ),
    Sitter("idris", "Idris", 2_000_172, shots=(12, 33, 40), chosen={"brow": 5, "brow_weight": 0.25}),
)


def find_sitter(name: str) -> Sitter:
    """The sample sitter with this id."""
    return next(sitter for sitter in SITTERS if sitter.id == name)


def sitter_person(assets: Assets, sitter: Sitter) -> Identity:
    """The person of a sample sitter, with what we chose ourselves."""
    return replace(make_identity(assets, sitter.seed), **sitter.chosen)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge sitters`."""
    parser.add_argument("--assets", help="synth_assets.npz (default: environment variable FORGE_ASSETS)")
    parser.add_argument("--out", required=True, help="folder for <id>/<n>.webp and sitters.json")


def run(args: argparse.Namespace) -> None:
    """Renders every sitter and writes the index the app reads."""
    assets = Assets(args.assets)
    renderer, out, index = Renderer(assets, SIZE, SIZE, 1.5), Path(args.out), []
    for sitter in SITTERS:
        person = sitter_person(assets, sitter)
        folder, names = out / sitter.id, []
        folder.mkdir(parents=True, exist_ok=True)
        for k, (shot, place) in enumerate(zip(sitter.shots, PLACES), 1):
            image, _ = draw_reference(renderer, person, sitter.seed * 64 + shot, place, density=0.9)
            names.append(f"{k}.webp")
            Image.fromarray(image).save(folder / names[-1], quality=QUALITY, method=6)
            print(f"{sitter.id}/{names[-1]}: {(folder / names[-1]).stat().st_size / 1024:.0f} KB", flush=True)
        index.append({"id": sitter.id, "name": sitter.name, "references": names})
    (out / "sitters.json").write_text(json.dumps(index, indent=2) + "\n")
