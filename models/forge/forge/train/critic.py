"""`forge train-critic`: the network that judges predicted latents while the denoiser trains."""

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from forge.data.latents import read_latents, sitter_means
from forge.nets.bundle import Conditioned, load_part
from forge.nets.config import AXES, POCKET, UNSET
from forge.nets.critic import LatentCritic
from forge.train.batches import Batches
from forge.train.loop import add_training_arguments, fit
from forge.train.metric import identity_contrast
from forge.train.parallel import Context, launch

# Share of a batch that is not clean latents but what the denoiser predicts from noisy ones, told nothing.
PREDICTED = 0.4
MOST_NOISE = 0.4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-critic`."""
    add_training_arguments(parser, batch=96, rate=2e-3)


@torch.no_grad()
def predict_untold(model: nn.Module, latents: Tensor, sigma: Tensor, composition: Tensor) -> Tensor:
    """What the denoiser, told the composition [B, 12] but neither direction nor sitter, takes noisy `latents` [B, C, h, w] for
    at `sigma` [B]: nothing the critic sees there can be the denoiser's own idea of a direction or a face."""
    count, mix = len(latents), sigma.view(-1, 1, 1, 1)
    noisy = (1 - mix) * latents + mix * torch.randn_like(latents)
    unset = torch.full((count, len(AXES)), UNSET, dtype=torch.int32, device=latents.device)
    nobody = torch.zeros(count, POCKET.embedding, device=latents.device)
    return noisy - mix * model(noisy, sigma * 1000, unset, nobody, torch.zeros_like(sigma), composition)


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    data = read_latents(args.work / "latents")
    means = sitter_means(data)
    batches = Batches(data, args.seed * 100 + context.rank)
    seen = np.any(data.embedding != 0, 1)
    denoiser = load_part(Conditioned(POCKET), args.work / "denoiser.pt").to(context.device, memory_format=torch.channels_last)
    model = LatentCritic(POCKET).to(context.device, memory_format=torch.channels_last)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        chosen = batches.choose(batch)
        latents = torch.from_numpy(data.latents[chosen].astype(np.float32)).to(context.device)
        people = torch.from_numpy(data.identity[chosen].astype(np.int64)).to(context.device)
        wanted = torch.from_numpy(np.stack([means[int(p)] for p in data.identity[chosen]])).to(context.device)
        target = torch.from_numpy(data.direction[chosen].astype(np.int64)).to(context.device)
        visible = torch.from_numpy(seen[chosen]).float().to(context.device)
        share = int(batch * PREDICTED)
        sigma = torch.rand(share, device=context.device) * 0.9
        composition = torch.from_numpy(batches.blur_points(data.composition[chosen])).to(context.device)
        own = torch.from_numpy(data.embedding[chosen].astype(np.float32)).to(context.device)
        dirty = predict_untold(denoiser, latents[:share], sigma, composition[:share])
        noise = MOST_NOISE * torch.rand(batch - share, 1, 1, 1, device=context.device)
        latents = torch.cat([dirty, latents[share:] + noise * torch.randn_like(latents[share:])])
        logits, found = model(latents.contiguous(memory_format=torch.channels_last), composition)
        # Enlarged faces have no framing.
        axes = cross_entropy(logits.flatten(0, 1), target.where(target != UNSET, -100).flatten(), label_smoothing=0.05)
        apart = (identity_contrast(found, wanted, people) * visible).sum() / visible.sum()
        clean = slice(share, None)
        told = target[clean] != UNSET
        hits = ((logits[clean].argmax(2) == target[clean]) & told).sum(0) / told.sum(0)
        right = ((found[clean] @ wanted[clean].T).argmax(1) == torch.arange(batch - share, device=context.device)).float().mean()
        # Every picture has an embedding of its own: that teaches more about faces than telling sitters apart does.
        alike = ((1 - (found.float() * own).sum(1)) * visible).sum() / visible.sum()
        numbers = {"alike": float(alike.detach()), "contrast": float(apart.detach()), "top1": float(right)}
        return axes + 0.5 * apart + 2 * alike, numbers | {name: float(hit) for name, hit in zip(AXES, hits)}

    fit(context, args, model, "critic", loss_of)


def run(args: argparse.Namespace) -> None:
    """Train within the budget."""
    launch(work, args, "critic")
