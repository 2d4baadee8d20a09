"""`forge train`: the denoiser with its conditioners, by flow matching on cached latents."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from forge.data.composition import fill_bank
from forge.nets.bundle import Conditioned, load_part, sample_latents
from forge.nets.config import AXES, OPTIONS, POCKET
from forge.nets.critic import LatentCritic
from forge.train.autoencoder import load_autoencoder
from forge.train.batches import Batches
from forge.data.latents import LatentSet, read_latents
from forge.train.face_objective import FaceObjective
from forge.train.feature_adversary import FeatureAdversary
from forge.train.loop import add_training_arguments, fit, save_atomically
from forge.train.objectives import Guidance, channel_importance, flow_loss
from forge.train.parallel import Context, launch
from forge.train.sheet import to_bytes, write_sheet

# Latents that the draft decoder's read-out is fitted to.
FITTED = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train`."""
    add_training_arguments(parser, batch=32, rate=8e-4)
    parser.add_argument("--show-steps", type=int, default=10)
    parser.add_argument("--show-guidance", type=float, default=1.0)
    parser.add_argument("--new-bank", action="store_true", help="compositions of these renders instead of the checkpoint's")
    parser.add_argument(
        "--guided", type=float, nargs=2, metavar=("DIRECTION", "IDENTITY"), default=(1.0, 1.0),
        help="learn velocities guided this much, so that the pack runs without guidance; the last part of a training",
    )
    parser.add_argument("--face", type=float, default=0.0, help="weight of what the face encoder sees in decoded faces")
    parser.add_argument("--real", type=float, default=0.0, help="with --face: weight of how real discriminators find those faces")
    parser.add_argument("--critic", type=float, nargs=2, metavar=("DIRECTION", "IDENTITY"), help="weights of the critic's losses (needs `train-critic`)")


def sheet_requests(data: LatentSet, sitters: int, directions: int) -> tuple[Tensor, Tensor]:
    """Direction ids int32 [S * D, 6] and embeddings [S * D, 256] for a fixed sheet of training sitters, as a check that
    training works; honest numbers come from `forge eval` on held-out sitters."""
    random = np.random.default_rng(5)
    people = random.choice(np.unique(data.reference_identity), sitters)
    ids = random.integers(0, 9, (directions, len(AXES))).astype(np.int32)
    rows = [np.flatnonzero(data.reference_identity == person)[0] for person in people]
    embeddings = torch.from_numpy(data.reference_embedding[rows].astype(np.float32))
    return torch.from_numpy(ids).repeat(sitters, 1), embeddings.repeat_interleave(directions, 0)


def make_bank(data: LatentSet) -> Tensor:
    """Compositions [9 * 9 * choices, 12] of the rendered portraits, for the composer."""
    return torch.from_numpy(fill_bank(data.composition, data.direction, OPTIONS, POCKET.compositions))


def replace_bank(path: Path, bank: Tensor) -> None:
    """Put `bank` into a checkpoint: after the renderer has learnt other cameras and poses."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    for part in ("model", "ema"):
        state[part]["composer.bank"] = bank
    save_atomically(state, path)


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    data = read_latents(args.work / "latents")
    batches = Batches(data, args.seed * 100 + context.rank)
    if context.leads:
        print(f"{len(batches.rows)} latents of {len(batches.references)} identities", flush=True)
    model = Conditioned(POCKET)
    if context.leads and args.new_bank:
        replace_bank(args.work / "denoiser.pt", make_bank(data))
    if not (args.work / "denoiser.pt").exists():  # a training that goes on keeps the bank it has
        model.composer.bank.copy_(make_bank(data))
    model = model.to(context.device, memory_format=torch.channels_last)
    compiled = torch.compile(model) if args.compile else model
    autoencoder = load_autoencoder(args.work).to(context.device)
    channels = channel_importance(autoencoder, batches.draw(8, context.device).latents)
    critic = None
    if args.critic:
        critic = load_part(LatentCritic(POCKET), args.work / "critic.pt").requires_grad_(False)
        critic = critic.to(context.device, memory_format=torch.channels_last)
    adversary = FeatureAdversary(args.work / "realness.pt", POCKET, context) if args.real else None
    faces = None
    if args.face:
        faces = FaceObjective(args.work, autoencoder, batches.draw(FITTED, context.device).latents, args.face, adversary, args.real)
    if faces and context.leads:
        print(f"drafts are {faces.error:.1f} dB from the decoder's", flush=True)
    ids, embeddings = (part.to(context.device) for part in sheet_requests(data, 4, 10))
    shape = (len(ids), POCKET.latent_channels, *POCKET.latent_size)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(context.device)
    choice = torch.rand(len(ids), 3, generator=torch.Generator().manual_seed(1)).to(context.device)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        told = batches.draw(batch, context.device)
        return flow_loss(compiled, told, channels, critic, args.critic or (0.0, 0.0), Guidance(*args.guided), faces)

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        if adversary:
            adversary.save()
        latents = sample_latents(ema, noise, ids, embeddings, ema.composer(ids, choice), args.show_steps, args.show_guidance)
        pictures = to_bytes(autoencoder.decode(latents)[0])
        write_sheet(args.work / "denoiser.png", [pictures[i : i + 10] for i in range(0, len(pictures), 10)])

    fit(context, args, model, "denoiser", loss_of, show)


def run(args: argparse.Namespace) -> None:
    """Train within the budget. Raises ValueError for discriminators without anything to look at."""
    if args.real and not args.face:
        raise ValueError("--real judges the faces that --face decodes: give --face too")
    launch(work, args, "denoiser")
