"""`forge eval`: measure the shipped files of a pack on sitters and seeds that were never trained on.

Identity: the right one of 16 sitters must be the nearest by the judges' embedding, portrait against reference photographs.
Direction: the reader reads each axis off the portraits. Both are first measured on held-out renders: that is the ceiling.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from forge.data.shards import compose_shard, read_references, shard_paths
from forge.nets.config import AXES
from forge.pack.fidelity import detail, feature_network, features, kernel_distance
from forge.pack.judging import Judges
from forge.pack.pictures import judged_size
from forge.pack.runner import PackRunner
from forge.train.sheet import write_sheet

FIRST_SITTER, SITTERS = 1_000_000, 16
SEED = 20_000
STRENGTHS = (0.0, 0.5, 1.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge eval`."""
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="held-out renders")
    parser.add_argument("--judges", type=Path, required=True, help="a work folder, or one that `pack-judges` wrote")
    parser.add_argument("--first", type=int, default=FIRST_SITTER, help="first of sixteen held-out sitters; settings are chosen on others")
    parser.add_argument("--portraits", type=int, default=9, help="portraits of every sitter; a multiple of 9 is balanced")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--strengths", type=float, nargs="*", default=STRENGTHS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="where to write the numbers (PACK/eval.json unless settings are overridden)")
    parser.add_argument("--sheet", type=Path, help="write six sitters in nine directions as one picture")


def draw_directions(portraits: int) -> np.ndarray:
    """int [16 * portraits, 6]: every option of every axis equally often, axes independent."""
    random, total = np.random.default_rng(SEED), SITTERS * portraits
    columns = [random.permutation(np.arange(total) % 9) for _ in AXES]
    return np.stack(columns, 1)


def heldout_portraits(data: Path, sitters: range) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Held-out renders of the sixteen sitters with visible faces, at the size they were rendered: pictures, gallery rows, directions."""
    parts = [compose_shard(path, 1) for path in shard_paths(data, "portraits")]
    pictures = np.concatenate([part.image[..., :3] for part in parts])
    identity, visible = (np.concatenate([getattr(part, key) for part in parts]) for key in ("identity", "visible"))
    keep = np.isin(identity, sitters) & visible
    direction = np.concatenate([part.direction for part in parts])
    return pictures[keep], identity[keep] - sitters[0], direction[keep]


def sharpness(pictures: np.ndarray, renders: np.ndarray) -> dict:
    """High-frequency energy against the renders', at the judges' size, and at the pack's own when the renders have it too."""
    small = round(detail(judged_size(pictures)) / detail(judged_size(renders)), 3)
    same = pictures.shape[1:] == renders.shape[1:]
    return {"detailAgainstRenders": small, "detailAtOwnSize": round(detail(pictures) / detail(renders), 3) if same else None}


def run(args: argparse.Namespace) -> None:
    """Measure and print one line of JSON."""
    torch.set_num_threads(args.threads)
    references = read_references(args.data)
    sitters_here = range(args.first, args.first + SITTERS)
    judges = Judges(args.judges, references, sitters_here)
    pack = PackRunner(args.pack, args.threads)
    renders, render_sitters, render_directions = heldout_portraits(args.data, sitters_here)
    embeddings = [
        pack.identify(references.image[references.identity == s], references.points[references.identity == s])
        for s in sitters_here
    ]
    directions = draw_directions(args.portraits)
    sitters = np.arange(len(directions)) % SITTERS
    results, pictures, start = {}, np.zeros(0), time.monotonic()
    for strength in args.strengths:
        pictures = np.stack([
            pack.shoot(SEED + i, direction, embeddings[sitter], args.steps, args.guidance, strength)
            for i, (direction, sitter) in enumerate(zip(directions, sitters))
        ])
        results[f"{strength:g}"] = judges.measure(pictures, sitters, directions)
    # The last strength is the full one; the floor is what as many renders of other sitters reach against these renders.
    others = range(sitters_here.stop, sitters_here.stop + SITTERS) if args.first == FIRST_SITTER else range(FIRST_SITTER, args.first)
    network = feature_network()
    seen = features(network, renders)
    other_renders = heldout_portraits(args.data, others)[0]
    made = len(args.strengths) * len(directions)
    report = {
        "pack": {key: pack.manifest[key] for key in ("id", "version", "totalBytes")},
        "sitters": SITTERS, "portraits": len(directions), "chance": round(1 / SITTERS, 4),
        "steps": args.steps or pack.manifest["defaults"]["steps"],
        "guidanceScale": pack.manifest["defaults"]["guidanceScale"] if args.guidance is None else args.guidance,
        "evaluationsPerPortrait": pack.evaluations / made,
        "secondsPerPortrait": round((time.monotonic() - start) / made, 3),
        "ceilingOnRenders": {"portraits": len(renders), **judges.measure(renders, render_sitters, render_directions)},
        "identityStrength": results,
        "kernelDistance": {
            "portraits": round(kernel_distance(features(network, pictures), seen), 5),
            "rendersOfOthers": round(kernel_distance(features(network, other_renders), seen), 5) if len(other_renders) else None,
        },
        **sharpness(pictures, renders),
    }
    print(json.dumps(report))
    out = args.out or (None if args.steps or args.guidance is not None or args.first != FIRST_SITTER else args.pack / "eval.json")
    if out:
        out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if args.sheet:
        sheet_directions = draw_directions(9)[:9]
        rows = [
            np.stack([pack.shoot(SEED + 7 * j, d, embeddings[i], args.steps, args.guidance) for j, d in enumerate(sheet_directions)])
            for i in range(6)
        ]
        write_sheet(args.sheet, rows)
