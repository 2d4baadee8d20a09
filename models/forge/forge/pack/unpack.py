"""`forge unpack`: checkpoints from a shipped pack, so that training goes on from what is published, on any machine.

A pack's graphs name their weights as the exporter pleases. The names depend on the modules alone, so exporting the same
modules with random weights tells which initializer holds which parameter: the one with the same values. Weights come back
rounded to int8 and batch norms folded; both cost little, and the next training step washes it out.

A pack with fewer latent channels than this code has is read as what it is and then grown: it does the same, and the new
channels wait for `train-ae --keep-coarse`.
"""

import argparse
import json
import re
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from forge.nets.bundle import Bundle
from forge.nets.config import POCKET, PocketConfig
from forge.nets.grow import grow_into
from forge.pack.export import DISTILLED, PARTS
from forge.pack.graphs import Graph, build_graphs, export_onnx
from forge.pack.judge_files import read_weights
from forge.train.loop import save_atomically

# No weight has this many values: nothing of the reference export becomes int8.
NEVER = 1 << 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge unpack`."""
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where autoencoder.pt, face.pt and denoiser.pt go")
    parser.add_argument("--teacher", type=Path, help="the undistilled denoiser that `export --teacher` wrote; the pack's own becomes distilled.pt")


def initializers(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Values of a graph's weights by name; int8 codes are expanded and carry the name of what they replace."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    values = {name: value for name, value in stored.items() if not name.endswith((".int8", ".scale"))}
    for name in stored:
        if name.endswith(".int8"):
            plain = name.removesuffix(".int8")
            values[plain] = stored[name].astype(np.float32) * stored[f"{plain}.scale"]
    return values


@torch.no_grad()
def scramble(bundle: Bundle) -> Bundle:
    """Fill every parameter and floating buffer with values that occur nowhere else; returns `bundle`."""
    draw = torch.Generator().manual_seed(1)
    for tensor in bundle.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.randn(tensor.shape, generator=draw) * 0.1 + 0.5)
    return bundle.eval()


def arrange(known: np.ndarray, wanted: np.ndarray, value: np.ndarray) -> np.ndarray | None:
    """`value`, brought from the layout of `known` to that of `wanted`; None when the two hold different numbers."""
    if known.size != wanted.size:
        return None
    if np.array_equal(known.ravel(), wanted.ravel()):
        return value.reshape(wanted.shape)
    if wanted.ndim == 2 and known.shape == wanted.shape[::-1] and np.array_equal(known.T, wanted):
        return value.T
    return None


def read_graph(graph: Graph, data: bytes) -> dict[str, Tensor]:
    """Parameter name in `graph.module` -> the value that the exported file `data` holds."""
    reference = initializers(onnx.load_from_string(export_onnx(graph, NEVER)[0]))
    shipped = initializers(onnx.load_from_string(data))
    found: dict[str, Tensor] = {}
    for name, tensor in graph.module.state_dict().items():
        wanted = tensor.numpy()
        for key, known in reference.items():
            value = arrange(known, wanted, shipped[key]) if key in shipped else None
            if value is not None:
                found[name] = torch.from_numpy(np.array(value, np.float32))
                break
    return found


def read_bundle(pack: Path, config: PocketConfig) -> Bundle:
    """The networks of `pack`. Raises ValueError when a weight cannot be found (the pack was made by other networks)."""
    scrambled = scramble(Bundle(config))
    missing: set[str] = set()
    owner = {id(tensor): name for name, tensor in scrambled.state_dict(keep_vars=True).items()}
    values: dict[str, Tensor] = {}
    for graph in build_graphs(scrambled):
        found = read_graph(graph, (pack / graph.file).read_bytes())
        for name, tensor in graph.module.state_dict(keep_vars=True).items():
            if name in found:
                values[owner[id(tensor)]] = found[name]
            else:
                missing.add(owner[id(tensor)])
    missing -= set(values)
    if missing:
        raise ValueError(f"{pack} does not hold {', '.join(sorted(missing)[:5])} ({len(missing)} weights)")
    scrambled.load_state_dict(values, strict=False)
    return scrambled.eval()


def decoder_widths(data: bytes) -> tuple[int, ...]:
    """The channels of every level of the decoder in `data`, coarsest first: those of its residual blocks, each of which keeps its width."""
    found = {
        int(match[1]): value.shape[0]
        for name, value in initializers(onnx.load_from_string(data)).items()
        if (match := re.search(r"decoder\.(\d+)\.second\.weight$", name))
    }
    return tuple(width for width, _ in groupby(found[layer] for layer in sorted(found)))


def config_of(pack: Path) -> PocketConfig:
    """The sizes of the networks in `pack`: this code's, with the latent channels that its manifest names and the channels of its decoder."""
    channels = json.loads((pack / "manifest.json").read_text())["latents"]["channels"]
    coarse = POCKET.latent_channels - POCKET.detail_channels
    widths = decoder_widths((pack / "vae-decoder.onnx").read_bytes())
    return replace(POCKET, latent_channels=channels, detail_channels=max(0, channels - coarse), decoder_channels=widths)


def grow_bundle(bundle: Bundle) -> Bundle:
    """`bundle` with the sizes of this code."""
    if bundle.config == POCKET:
        return bundle
    grown = Bundle(POCKET).eval()
    print("grown:", ", ".join(grow_into(grown, bundle.state_dict())))
    return grown


def run(args: argparse.Namespace) -> None:
    """Write the three checkpoints. Raises FileExistsError rather than overwriting a training."""
    args.work.mkdir(parents=True, exist_ok=True)
    existing = [file for file in (*PARTS, DISTILLED) if (args.work / file).exists()]
    if existing:
        raise FileExistsError(f"{args.work} already holds {', '.join(existing)}")
    bundle = grow_bundle(read_bundle(args.pack, config_of(args.pack)))
    states = {file: getattr(bundle, attribute).state_dict() for file, attribute in PARTS.items()}
    if args.teacher:
        # A student that was told to go fast teaches badly: training goes on with its teacher.
        states[DISTILLED], states["denoiser.pt"] = states["denoiser.pt"], read_weights(args.teacher)
    for file, state in states.items():
        fresh = {"kind": "none", "elapsed": 0.0, "step": 0, "count": 0}
        save_atomically({"model": state, "ema": state, **fresh}, args.work / file)
    print(f"{', '.join(states)} in {args.work}")
