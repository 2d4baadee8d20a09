"""What rounding the weights to int8 does to a picture: the same seeds through the pack and through float weights.

A shipped pack no longer holds the float weights. They are what `forge export` rounded, so with the checkpoints at hand
the comparison is exact (`--checkpoints`). Without them the pack is compared with itself after every int8 weight was moved
by an error drawn evenly from half a step down to half a step up: the errors of rounding are spread like that, so the
distance is an estimate of the true one, and the report says which of the two was measured.
"""

import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from forge.pack.runner import PackRunner

CODES, SCALE = ".int8", ".scale"


def floats(model: onnx.ModelProto, random: np.random.Generator) -> onnx.ModelProto:
    """A graph whose int8 weights became float ones, each somewhere in the interval that rounds to its code."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    kept = [tensor for tensor in model.graph.initializer if not tensor.name.endswith((CODES, SCALE))]
    cast = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Cast" and node.input[0].endswith(CODES)}
    nodes = []
    for node in model.graph.node:
        codes_name = cast.get(node.input[0]) if node.op_type == "Mul" else None
        if codes_name:  # Cast and Mul give way to a float weight under the name of what they made.
            codes, scale = stored[codes_name], stored[node.input[1]]
            value = (codes + random.uniform(-0.5, 0.5, codes.shape)) * scale
            kept.append(numpy_helper.from_array(value.astype(np.float32), node.output[0]))
        elif node.output[0] not in cast:
            nodes.append(node)
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    del changed.graph.node[:], changed.graph.initializer[:]
    changed.graph.node.extend(nodes)
    changed.graph.initializer.extend(kept)
    return changed


def write_moved(pack: Path, out: Path, seed: int = 0) -> None:
    """Write `pack` with moved float weights into `out`."""
    random = np.random.default_rng(seed)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(pack / "manifest.json", out / "manifest.json")
    for path in sorted(pack.glob("*.onnx")):
        onnx.save(floats(onnx.load(path), random), out / path.name)


def write_unrounded(pack: Path, checkpoints: Path, out: Path) -> None:
    """Write the graphs of `checkpoints` with float weights, under the manifest of `pack`, into `out`."""
    # Only this needs the networks themselves.
    from forge.pack.export import load_bundle
    from forge.pack.graphs import build_graphs, export_onnx

    never = 1 << 40
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(pack / "manifest.json", out / "manifest.json")
    for graph in build_graphs(load_bundle(checkpoints)):
        (out / graph.file).write_bytes(export_onnx(graph, never)[0])


def peak_signal(first: np.ndarray, second: np.ndarray) -> float:
    """PSNR of pictures u8 in dB; 99 when they are equal."""
    error = np.mean((first.astype(np.float64) - second) ** 2)
    return float(min(99.0, 10 * np.log10(255**2 / max(error, 1e-9))))


def compare_rounding(
    pack: Path, checkpoints: Path | None, folder: Path, faces: list[tuple[np.ndarray, np.ndarray]], directions: np.ndarray,
    seed: int, threads: int,
) -> dict:
    """PSNR of portraits by the pack and by float weights (written into `folder`), for the same seeds.

    faces: for each portrait its sitter's references u8 [R, H, W, 3] with landmarks [R, 5, 2]; directions int [N, 6].
    """
    if checkpoints:
        write_unrounded(pack, checkpoints, folder)
    else:
        write_moved(pack, folder)
    runners = [PackRunner(path, threads) for path in (pack, folder)]
    values = []
    for i, ((images, points), direction) in enumerate(zip(faces, directions)):
        shot = [runner.shoot(seed + i, direction, runner.identify(images, points)) for runner in runners]
        values.append(peak_signal(*shot))
    return {
        "floats": "checkpoints" if checkpoints else "int8 weights moved within their rounding",
        "portraits": len(values), "medianDecibels": round(float(np.median(values)), 1), "lowestDecibels": round(min(values), 1),
    }
