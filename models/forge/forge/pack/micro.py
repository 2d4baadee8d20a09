"""`forge micro`: a pack of a few hundred kilobytes with random weights, and goldens computed by PyTorch, so that browser
tests run the real pipeline without the real model."""

import argparse
import math
from pathlib import Path

import torch
from torch import nn

from forge.nets.bundle import Bundle
from forge.nets.config import MICRO
from forge.pack.goldens import write_goldens
from forge.pack.write import default_settings, write_pack

# Low, so that the micro pack takes the int8 path too.
MICRO_THRESHOLD = 256
# Gains chosen by hand so that pictures have contrast and follow identity, direction and seed; `test_pack_micro` checks.
GAINS = {"autoencoder.decoder.9": 0.2, "cross_out": 3.0, "pooled": 1.0, "conditioned.denoiser.conv_out": 1.0, "to_kv": 1.6, "to_kv_identity": 2.4, "to_stem": 1.0, "to_time": 1.0}


def gain_of(name: str) -> float:
    """How strongly the layer `name` should act: the longest key of GAINS that occurs in the name wins."""
    matches = [key for key in GAINS if key in name]
    return GAINS[max(matches, key=len)] if matches else 1.3


@torch.no_grad()
def enliven(bundle: Bundle, seed: int) -> Bundle:
    """Fill `bundle` with random weights that depend on `seed` alone; returns it."""
    draw = torch.Generator().manual_seed(seed)
    for name, module in bundle.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.copy_(torch.randn(module.weight.shape, generator=draw) * gain_of(name) / math.sqrt(fan_in))
            if module.bias is not None:
                module.bias.copy_(torch.randn(module.bias.shape, generator=draw) * 0.1)
        elif isinstance(module, nn.Embedding):
            module.weight.copy_(torch.randn(module.weight.shape, generator=draw))
    for place in (bundle.conditioned.denoiser.place_fine, bundle.conditioned.denoiser.place_coarse):
        place.copy_(torch.randn(place.shape, generator=draw) * 0.3)
    bank = bundle.conditioned.composer.bank
    bank.copy_(torch.rand(bank.shape, generator=draw))
    return bundle.eval()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge micro`."""
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)


def write_micro(out: Path, seed: int) -> int:
    """Write the micro pack and its goldens to `out`; returns the total size in bytes."""
    bundle = enliven(Bundle(MICRO), seed)
    about = {"id": "micro", "title": "Micro", "version": "0.1.0"}
    shipped, _ = write_pack(bundle, out, about, default_settings(4, 1.0), MICRO_THRESHOLD)
    write_goldens(shipped, out)
    return sum(path.stat().st_size for path in out.iterdir())


def run(args: argparse.Namespace) -> None:
    """Write the pack and say how big it is."""
    print(f"micro pack: {write_micro(args.out, args.seed)} bytes in {args.out}")
