"""`forge parity`: the graphs of an assembled pack, run by ONNX Runtime, beside what diffusers and transformers calculated."""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime

from forge.large.encode import cosine
from forge.large.expansion import write_expanded


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


class Assembled:
    """An installed pack, graph by graph; each is opened for one run, because together they would not fit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.graphs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["graphs"]

    def run(self, name: str, feeds: dict[str, np.ndarray], size: dict | None = None) -> dict[str, np.ndarray]:
        """Every output of a graph, under the stages' names; `size`: the one that the graph is for, the first by default."""
        variant = next(v for v in self.graphs[name]["variants"] if size is None or v.get("size") == size)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if "expanded" in variant:
            write_expanded(self.folder, variant["expanded"])
        session = onnxruntime.InferenceSession(self.folder / variant["file"], options, providers=["CPUExecutionProvider"])
        called = {value.get("as", value["name"]): value["name"] for value in (*variant["inputs"], *variant["outputs"])}
        known = [value.get("as", value["name"]) for value in variant["outputs"]]
        outputs = session.run([called[output] for output in known], {called[key]: value for key, value in feeds.items()})
        return dict(zip(known, outputs))


def differences(actual: list[np.ndarray], expected: list[np.ndarray]) -> dict[str, float]:
    """The largest difference and the smallest cosine."""
    return {
        "difference": max(float(np.abs(a - b).max()) for a, b in zip(actual, expected)),
        "cosine": min(cosine(a, b) for a, b in zip(actual, expected)),
    }


def compare(pack: Path, goldens: Path, names: list[str] | None) -> list[dict]:
    """Every graph of `names` in every size beside PyTorch, and last, if all are asked for, one evaluation from prompt and photographs to the predicted
    noise beside diffusers' own UNet and adapter."""
    assembled = Assembled(pack)
    described, values = tensors(goldens)
    report = []
    for golden in described["graphs"]:
        if names and golden["graph"] not in names:
            continue
        size = golden["size"] and dict(zip(("width", "height"), golden["size"]))
        outputs = assembled.run(golden["graph"], {name: values[key] for name, key in golden["inputs"].items()}, size)
        found = differences([outputs[name] for name in golden["outputs"]], [values[key] for key in golden["outputs"].values()])
        report.append({"graph": golden["graph"], "size": golden["size"], **found})
    if not names:
        evaluation = described["evaluation"]
        text = assembled.run("textEncoder", {"input_ids": values[evaluation["ids"]]})
        faces = [assembled.run("identityProjector", {"embedding": face[None]}) for face in values[evaluation["embeddings"]]]
        told = text | {name: np.concatenate([face[name] for face in faces], 1) for name in faces[0]}
        noise = assembled.run("denoiser", told | {
            "latents": values[evaluation["initialLatents"]], "timestep": np.array([evaluation["timestep"]], np.float32),
            "identity_scale": np.array([evaluation["identityStrength"]], np.float32),
        })
        report.append({"graph": "diffusers", "size": None, **differences(list(noise.values()), [values[evaluation["noise"]]])})
    return report


def run(args: argparse.Namespace) -> None:
    """Print one JSON line."""
    print(json.dumps(compare(args.pack, args.goldens, args.graphs)))
