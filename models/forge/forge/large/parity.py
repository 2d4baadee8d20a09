"""`forge parity`: the graphs of an assembled pack, run by ONNX Runtime, beside what diffusers and transformers calculated."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from forge.large.encode import cosine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge parity`."""
    parser.add_argument("--pack", type=Path, required=True, help="folder of an installed pack: manifest, graphs, weights")
    parser.add_argument("--goldens", type=Path, required=True, help="folder with goldens.json and goldens.bin, as `forge large` writes it")
    parser.add_argument("--graphs", nargs="*", help="names in the manifest; all by default")


def tensors(folder: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """goldens.json, and its tensors by name."""
    described = json.loads((folder / "goldens.json").read_text(encoding="utf-8"))
    data = np.memmap(folder / "goldens.bin", np.uint8, "r")
    found = {}
    for name, entry in described["tensors"].items():
        kind = np.dtype(entry["dtype"])
        count = int(np.prod(entry["shape"]))
        found[name] = np.frombuffer(data[entry["offset"] : entry["offset"] + count * kind.itemsize].tobytes(), kind).reshape(entry["shape"])
    return described, found


def compare(pack: Path, goldens: Path, names: list[str] | None) -> list[dict]:
    """Every graph of `names` in every size: largest difference and smallest cosine of its outputs."""
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    described, values = tensors(goldens)
    report = []
    for golden in described["graphs"]:
        if names and golden["graph"] not in names:
            continue
        size = golden["size"] and dict(zip(("width", "height"), golden["size"]))
        variant = next(v for v in manifest["graphs"][golden["graph"]]["variants"] if v.get("size") == size)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(pack / variant["file"], options, providers=["CPUExecutionProvider"])
        called = {value.get("as", value["name"]): value["name"] for value in (*variant["inputs"], *variant["outputs"])}
        feeds = {called[name]: values[key] for name, key in golden["inputs"].items()}
        outputs = session.run([called[name] for name in golden["outputs"]], feeds)
        expected = [values[key] for key in golden["outputs"].values()]
        report.append({
            "graph": golden["graph"], "size": golden["size"],
            "difference": max(float(np.abs(a - b).max()) for a, b in zip(outputs, expected)),
            "cosine": min(cosine(a, b) for a, b in zip(outputs, expected)),
        })
        del session
    return report


def run(args: argparse.Namespace) -> None:
    """Print one JSON line."""
    print(json.dumps(compare(args.pack, args.goldens, args.graphs)))
