"""`forge fake-hub`: checkpoints of random weights in the published layout, and a server that speaks to them like the hub (scripts/fake-hub.mjs: one
server for people and tests)."""

import argparse
import subprocess
from pathlib import Path

from forge.large.checkpoints import published, write_hub
from forge.large.config import CONFIGS
from forge.large.models import build_models

SERVER = Path(__file__).parents[4] / "scripts/fake-hub.mjs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge fake-hub`."""
    parser.add_argument("--config", choices=CONFIGS, default="tiny")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--serve", type=int, metavar="PORT", help="serve the folder on this port of this machine, 0 for any; needs Node")


def run(args: argparse.Namespace) -> None:
    """Write what is not there yet; serve until stopped."""
    if not (args.out / "hub.json").exists():
        write_hub(published(build_models(CONFIGS[args.config], args.seed)), args.out)
    if args.serve is not None:
        subprocess.run(["node", str(SERVER), "--dir", str(args.out), "--port", str(args.serve)], check=True)
