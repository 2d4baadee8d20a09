"""`forge score`: every row of POCKET.md's table from portraits that the app made (`npm run pocket:eval`), as one line of JSON.

PORTRAITS/portraits.json lists file, sitter, options, group (identity strength, direction off, variety, or one of the two intents),
likeness, skin drift (degrees), the references' skin angle (degrees) and seconds; HELDOUT holds the sitters' photographs, whose
first ones the app was given: the judges compare with the others. Directed renders in HELDOUT (`forge heldout --portraits`) are
scored beside the portraits: they are the ceiling, and what fidelity, sharpness and variety are measured against.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch

from forge.data.shards import References
from forge.pack.cost import pack_cost
from forge.pack.fidelity import detail, feature_network, features, kernel_distance, variety
from forge.pack.judging import Judges
from forge.pack.pictures import judged_size, read_pictures
from forge.pack.rounding import compare_rounding
from forge.pack.table import build_table

# Typology angles of light, intermediate to tan, and brown to dark skin, degrees (Chardon et al. 1991, classes joined in pairs).
TONES = {"light": (41, 180), "middle": (10, 41), "dark": (-180, 10)}
FULL = "strength-1"
ROUNDING_SEED = 40_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge score`."""
    parser.add_argument("--portraits", type=Path, required=True)
    parser.add_argument("--heldout", type=Path, required=True, help="folder that `forge heldout` wrote")
    parser.add_argument("--judges", type=Path, required=True)
    parser.add_argument("--pack", type=Path, help="count its cost, and compare its int8 weights with float ones")
    parser.add_argument("--checkpoints", type=Path, help="the float weights that the pack was exported from; an estimate without them")
    parser.add_argument("--rounding", type=int, default=8, help="portraits for the comparison with float weights")
    parser.add_argument("--threads", type=int, default=2)


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


def gather(folder: Path, labels: list[dict]) -> dict[str, tuple[list[dict], np.ndarray]]:
    """Labels and pictures u8 [N, H, W, 3] of every group, in the order in which groups first occur."""
    names = dict.fromkeys(label["group"] for label in labels)
    own = {name: [label for label in labels if label["group"] == name] for name in names}
    return {name: (part, read_pictures([folder / label["file"] for label in part])) for name, part in own.items()}


def judge(judges: Judges, groups: dict, sitters: list[int]) -> dict[str, dict]:
    """What the judges say of every group but `variety`, which repeats few directions."""
    return {
        name: {"portraits": len(labels), **judges.measure(
            pictures, np.array([sitters.index(label["sitter"]) for label in labels]), np.array([label["options"] for label in labels]),
        )}
        for name, (labels, pictures) in groups.items() if name != "variety"
    }


def app_figures(labels: list[dict]) -> dict:
    """What the app itself noted of the portraits of one group."""
    likeness = [label["likeness"] for label in labels if label["likeness"] is not None]
    return {
        "faceFound": round(len(likeness) / len(labels), 4),
        "appLikeness": round(float(np.mean(likeness)), 4) if likeness else None,
        "skinDrift": drift_by_tone(labels),
        "seconds": round(float(np.median([label["seconds"] for label in labels])), 2),
    }


def sitter_and_direction(labels: list[dict]) -> np.ndarray:
    """int [N]: equal for labels of one sitter under one direction."""
    return np.unique([(label["sitter"], *label["options"]) for label in labels], axis=0, return_inverse=True)[1].ravel()


def fidelity_and_sharpness(portraits: dict, rendered: tuple[list[dict], np.ndarray], network: torch.nn.Module) -> dict:
    """Rows of `build_table`: the portraits at full strength, then without adapter and without direction, beside directed renders."""
    labels, renders = rendered
    seen, small = features(network, renders), detail(judged_size(renders))
    # The floor: renders of one half of the sitters against those of the other half.
    first = np.isin([label["sitter"] for label in labels], sorted({label["sitter"] for label in labels})[::2])
    floor = round(kernel_distance(seen[first], seen[~first]), 5) if 1 < first.sum() < len(first) - 1 else None
    fidelity, sharpness = {"portraits": None, "floor": floor}, {"atOwnSize": None, "at256": None}
    for key, name in {"": FULL, "adapterOff": "strength-0", "directionOff": "direction-off"}.items():
        if name not in portraits:
            continue
        pictures = portraits[name][1]
        fidelity[key or "portraits"] = round(kernel_distance(features(network, pictures), seen), 5)
        sharpness[key or "at256"] = round(detail(judged_size(pictures)) / small, 3)
        if not key and pictures.shape[1:] == renders.shape[1:]:
            sharpness["atOwnSize"] = round(detail(pictures) / detail(renders), 3)
    return {"fidelity": fidelity, "sharpness": sharpness}


def likeness_to_renders(portraits: dict, renders: dict) -> dict:
    """Fidelity, sharpness and variety beside the renders: rows of `build_table`, None where either side is missing."""
    result: dict = {"fidelity": None, "sharpness": None, "variety": None}
    network = feature_network()
    if "directed" in renders and FULL in portraits:
        result |= fidelity_and_sharpness(portraits, renders["directed"], network)
    if "variety" in renders and "variety" in portraits:
        own, theirs = (
            variety(features(network, pictures), sitter_and_direction(labels))
            for labels, pictures in (portraits["variety"], renders["variety"])
        )
        result["variety"] = {"portraits": round(own, 4), "renders": round(theirs, 4), "ratio": round(own / theirs, 3)}
    return result


def rounding_and_cost(args: argparse.Namespace, labels: list[dict], references: References, sitters: list[int]) -> dict:
    """Rows of `build_table` that need the pack's files, None without --pack."""
    if not args.pack:
        return {"rounding": None, "cost": None}
    chosen = labels[: args.rounding]
    rows = [references.identity == sitters.index(label["sitter"]) for label in chosen]
    with tempfile.TemporaryDirectory() as folder:
        rounding = compare_rounding(
            args.pack, args.checkpoints, Path(folder), [(references.image[own], references.points[own]) for own in rows],
            np.array([label["options"] for label in chosen]), ROUNDING_SEED, args.threads,
        )
    return {"rounding": rounding, "cost": pack_cost(args.pack)}


def run(args: argparse.Namespace) -> None:
    """Measure every group and print one line of JSON."""
    torch.set_num_threads(args.threads)
    report = json.loads((args.portraits / "portraits.json").read_text(encoding="utf-8"))
    portraits, render_skin = report.pop("portraits"), report.pop("renderSkin", [])
    sitters = sorted({portrait["sitter"] for portrait in portraits})
    references = kept_back(args.heldout, sitters, report["references"])
    judges = Judges(args.judges, references, range(len(sitters)))
    shot = gather(args.portraits, portraits)
    listed = args.heldout / "portraits.json"
    rendered = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
    renders = gather(args.heldout, [label for label in rendered if label["sitter"] in sitters])
    judged = judge(judges, shot, sitters)
    table = build_table({
        "sitters": len(sitters), "groups": judged, "renders": judge(judges, renders, sitters),
        "skinDrift": drift_by_tone([portrait for portrait in portraits if portrait["group"] in (FULL, "headshot")]),
        "adapterOffSkinDrift": drift_by_tone(shot["strength-0"][0]) if "strength-0" in shot else None,
        "renderSkinDrift": drift_by_tone(render_skin) if render_skin else None,
        **likeness_to_renders(shot, renders),
        **rounding_and_cost(args, shot.get(FULL, next(iter(shot.values())))[0], references, sitters),
    })
    groups = {name: {**judged.get(name, {"portraits": len(labels)}), **app_figures(labels)} for name, (labels, _) in shot.items()}
    met = {name: row["met"] for name, row in table.items()}
    counted = {name: len(labels) for name, (labels, _) in renders.items()}
    print(json.dumps({
        **report, "sitters": len(sitters), "chance": round(1 / len(sitters), 4), "groups": groups,
        "renders": counted or "none in this held-out folder: baselines that need them are null", "rows": table, "met": met,
    }))
