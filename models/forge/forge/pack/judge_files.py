"""The judges on disk. `forge pack-judges` writes them once, small enough for the repository, so that packs trained months apart
are measured by the same judges; `forge eval` reads them from there or from a work folder."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from forge.nets.bundle import load_part
from forge.pack.quantise import DEFAULT_THRESHOLD, dequantise_array, quantise_array

# Name of a judge -> its training checkpoint.
CHECKPOINTS = {"identity": "judge.pt", "locator": "locator.pt", "reader": "reader.pt"}
CODES, SCALE = ".int8", ".scale"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge pack-judges`."""
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)


def write_weights(state: dict[str, Tensor], path: Path) -> None:
    """Write a network's state: int8 with one scale for every output channel where that saves something, else float32."""
    arrays: dict[str, np.ndarray] = {}
    for name, tensor in state.items():
        value = tensor.numpy()
        if value.ndim >= 2 and value.size >= DEFAULT_THRESHOLD:
            arrays[name + CODES], arrays[name + SCALE] = quantise_array(value, 0)
        else:
            arrays[name] = value
    with path.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Inverse of `write_weights`, up to the rounding to int8."""
    stored = np.load(path)
    state = {name: torch.from_numpy(stored[name]) for name in stored.files if not name.endswith((CODES, SCALE))}
    for name in stored.files:
        if name.endswith(CODES):
            plain = name.removesuffix(CODES)
            state[plain] = torch.from_numpy(dequantise_array(stored[name], stored[plain + SCALE], 0))
    return state


def load_judge(network: nn.Module, folder: Path, name: str) -> nn.Module:
    """Load judge `name` into `network` from a work folder or a folder that `pack-judges` wrote; returns it in eval mode.

    Raises FileNotFoundError or RuntimeError (other sizes) rather than judging with random weights.
    """
    shipped = folder / f"{name}.npz"
    if not shipped.exists():
        return load_part(network, folder / CHECKPOINTS[name])
    network.load_state_dict(read_weights(shipped))
    return network.eval()


def run(args: argparse.Namespace) -> None:
    """Write the three judges and say how large they are."""
    args.out.mkdir(parents=True, exist_ok=True)
    for name, checkpoint in CHECKPOINTS.items():
        state = torch.load(args.work / checkpoint, map_location="cpu", weights_only=True)["ema"]
        write_weights(state, args.out / f"{name}.npz")
    print("judges:", sum((args.out / f"{name}.npz").stat().st_size for name in CHECKPOINTS), "bytes in", args.out)
