"""`forge likeness`: put the likeness scale of a pack's face encoder into its manifest.

`npm run sitter:eval -- --calibrate SCALE` measures it through the app and writes SCALE: smallest cosines for `close`, `near` and
`distant`, and `stranger` for references that show somebody else (docs/likeness.md). The manifest's hash, and with it the pack's, changes.
"""

import argparse
import json
from pathlib import Path

from forge.pack.manifest import write_json

STEPS = ("close", "near", "distant")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge likeness`."""
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--scale", type=Path, required=True, help="what `npm run sitter:eval -- --calibrate SCALE` wrote")


def read_scale(path: Path) -> dict:
    """The scale in `path`. Raises ValueError for anything the app would refuse."""
    scale = json.loads(path.read_text(encoding="utf-8"))
    if set(scale) != {*STEPS, "stranger"} or not all(isinstance(x, (int, float)) and -1 <= x <= 1 for x in scale.values()):
        raise ValueError(f"{path} is not a likeness scale: {scale}")
    if not scale["close"] >= scale["near"] >= scale["distant"]:
        raise ValueError(f"{path}: the steps are out of order")
    return scale


def run(args: argparse.Namespace) -> None:
    """Write the manifest anew, with the scale."""
    path = args.pack / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["identity"]["likeness"] = read_scale(args.scale)
    write_json(path, manifest)
    print(f"{path}: {manifest['identity']['likeness']}")
