"""`forge score`: what the judges see in portraits that the app made (`npm run pocket:eval`), as one line of JSON.

PORTRAITS/portraits.json lists file, sitter, options, group (identity strength, direction off, or one of the two intents), likeness,
skin drift (degrees), the references' skin angle (degrees) and seconds; HELDOUT holds the sitters' photographs, whose first ones the app was given: the judges compare with the others.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from forge.data.shards import References
from forge.pack.judging import Judges

# Typology angles of light, intermediate to tan, and brown to dark skin, degrees (Chardon et al. 1991, classes joined in pairs).
TONES = {"light": (41, 180), "middle": (10, 41), "dark": (-180, 10)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge score`."""
    parser.add_argument("--portraits", type=Path, required=True)
    parser.add_argument("--heldout", type=Path, required=True, help="folder that `forge heldout` wrote")
    parser.add_argument("--judges", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)


def read_pictures(paths: list[Path]) -> np.ndarray:
    """Pictures of one size as u8 [N, H, W, 3]."""
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])


def kept_back(heldout: Path, sitters: list[int], given: int) -> References:
    """The photographs of `sitters` that the app was not given, with gallery rows as identities."""
    labels = json.loads((heldout / "labels.json").read_text(encoding="utf-8"))
    own = [[label for label in labels if label["sitter"] == sitter][given:] for sitter in sitters]
    kept = [label for photographs in own for label in photographs]
    return References(
        read_pictures([heldout / label["file"] for label in kept]),
        np.repeat(np.arange(len(sitters), dtype=np.int32), [len(photographs) for photographs in own]),
        np.array([label["points"] for label in kept], np.float32),
    )


def drift_by_tone(portraits: list[dict]) -> dict[str, dict]:
    """Median distance of the skin's typology angle from the references' (degrees), for each tone group and for all, over
    portraits whose light is neutral and whose face was found."""
    judged = [portrait for portrait in portraits if portrait["skinDrift"] is not None and portrait["skinAngle"] is not None]
    groups = {
        name: [abs(portrait["skinDrift"]) for portrait in judged if low <= portrait["skinAngle"] < high]
        for name, (low, high) in {"all": (-180, 180), **TONES}.items()
    }
    return {name: {"portraits": len(own), "medianDegrees": round(float(np.median(own)), 1)} for name, own in groups.items() if own}


def run(args: argparse.Namespace) -> None:
    """Measure every group and print one line of JSON."""
    torch.set_num_threads(args.threads)
    report = json.loads((args.portraits / "portraits.json").read_text(encoding="utf-8"))
    portraits = report.pop("portraits")
    sitters = sorted({portrait["sitter"] for portrait in portraits})
    judges = Judges(args.judges, kept_back(args.heldout, sitters, report["references"]), range(len(sitters)))
    groups = {}
    for group in dict.fromkeys(portrait["group"] for portrait in portraits):
        own = [portrait for portrait in portraits if portrait["group"] == group]
        measured = judges.measure(
            read_pictures([args.portraits / portrait["file"] for portrait in own]),
            np.array([sitters.index(portrait["sitter"]) for portrait in own]),
            np.array([portrait["options"] for portrait in own]),
        )
        likeness = [portrait["likeness"] for portrait in own if portrait["likeness"] is not None]
        groups[group] = {
            "portraits": len(own),
            **measured,
            "faceFound": round(len(likeness) / len(own), 4),
            "appLikeness": round(float(np.mean(likeness)), 4) if likeness else None,
            "skinDrift": drift_by_tone(own),
            "seconds": round(float(np.median([portrait["seconds"] for portrait in own])), 2),
        }
    print(json.dumps({**report, "sitters": len(sitters), "chance": round(1 / len(sitters), 4), "groups": groups}))
