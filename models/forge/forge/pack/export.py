"""`forge export`: the trained checkpoints as a quantised ONNX pack, every graph compared with PyTorch on the way."""

import argparse
from dataclasses import asdict
from pathlib import Path

import torch

from forge.nets.bundle import Bundle, load_part
from forge.nets.config import POCKET
from forge.nets.sampling import SCHEDULERS
from forge.pack.judge_files import write_weights
from forge.pack.quantise import DEFAULT_THRESHOLD
from forge.pack.write import default_settings, write_pack

# checkpoint file -> attribute of the bundle
PARTS = {"autoencoder.pt": "autoencoder", "face.pt": "face_encoder", "denoiser.pt": "conditioned"}
DISTILLED = "distilled.pt"
# Files whose weights started from EfficientNet-Lite1's.
BORROWED_FILES = frozenset({"face-encoder.onnx"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge export`."""
    parser.add_argument("--checkpoints", type=Path, help="folder with autoencoder.pt, face.pt and denoiser.pt")
    parser.add_argument("--untrained", action="store_true", help="random weights: only for timing the app")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--scheduler", choices=sorted(SCHEDULERS), default="flow-match-euler")
    parser.add_argument("--guidance", type=float, default=1.0)
    parser.add_argument("--face-detail", type=float, nargs=2, metavar=("BELOW", "STRENGTH"), help="make faces lower than this share of the picture again, from so much noise")
    parser.add_argument("--closer", type=float, nargs=2, metavar=("BELOW", "STRENGTH"), help="then the face alone, enlarged more, likewise")
    parser.add_argument("--clothes-detail", type=float, nargs=2, metavar=("BELOW", "STRENGTH"), help="before both what is worn, likewise")
    parser.add_argument("--skin-match", type=float, metavar="DEGREES", help="bring skin nearer to the references' in plain light, by at most so much")
    parser.add_argument("--teacher", type=Path, help="also write the undistilled denoiser to this file, for `unpack --teacher`")


def load_bundle(checkpoints: Path) -> Bundle:
    """The trained networks in `checkpoints`; the distilled denoiser where there is one. Raises FileNotFoundError when one is missing."""
    bundle = Bundle(POCKET)
    for file, attribute in PARTS.items():
        load_part(getattr(bundle, attribute), checkpoints / file)
    if (checkpoints / DISTILLED).exists():
        load_part(bundle.conditioned, checkpoints / DISTILLED)
    return bundle.eval()


def run(args: argparse.Namespace) -> None:
    """Write the pack and print how well each graph agrees with PyTorch."""
    if args.untrained == (args.checkpoints is not None):
        raise SystemExit("give either --checkpoints or --untrained")
    torch.manual_seed(0)
    bundle = Bundle(POCKET).eval() if args.untrained else load_bundle(args.checkpoints)
    about = {"id": "pocket", "title": "Pocket", "version": args.version}
    defaults = default_settings(args.steps, args.guidance, args.face_detail, args.closer, args.skin_match, args.clothes_detail)
    borrowed = frozenset() if args.untrained else BORROWED_FILES
    _, report = write_pack(bundle, args.out, about, defaults, DEFAULT_THRESHOLD, borrowed, args.scheduler)
    for name, agreement in report.items():
        print(name, {k: float(f"{v:.6g}") for k, v in asdict(agreement).items()})
    if args.teacher:
        teacher = torch.load(args.checkpoints / "denoiser.pt", map_location="cpu", weights_only=True)["ema"]
        write_weights(teacher, args.teacher)
    print("total bytes", sum(path.stat().st_size for path in args.out.glob("*.onnx")))
