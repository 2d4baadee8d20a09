"""`forge unpack-judges`: training checkpoints from the packed judges, so that they learn a changed renderer without starting anew."""

import argparse
from pathlib import Path

from forge.pack.judge_files import CHECKPOINTS, read_weights
from forge.train.loop import save_atomically

# What is trained under another name than it is judged with: the embedding stands in a larger network while it learns.
TRAINED = {"reader", "locator"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge unpack-judges`."""
    parser.add_argument("--judges", type=Path, required=True, help="a folder that `pack-judges` wrote")
    parser.add_argument("--work", type=Path, required=True)


def run(args: argparse.Namespace) -> None:
    """Write a checkpoint for every judge. Raises FileExistsError rather than overwriting a training."""
    args.work.mkdir(parents=True, exist_ok=True)
    for name, checkpoint in CHECKPOINTS.items():
        path = args.work / checkpoint
        if path.exists():
            raise FileExistsError(f"{path} is already there")
        state = read_weights(args.judges / f"{name}.npz")
        entry = {"ema": state}
        if name in TRAINED:
            entry |= {"model": state, "kind": "none", "elapsed": 0.0, "step": 0, "count": 0}
        save_atomically(entry, path)
    print(f"{', '.join(CHECKPOINTS.values())} in {args.work}")
