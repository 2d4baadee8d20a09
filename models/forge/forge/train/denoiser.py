"""`forge train`: the denoiser with its conditioners, by flow matching on cached latents."""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from forge.data.composition import POINTS, fill_bank
from forge.nets.bundle import SHIFT, Conditioned, load_part, sample_latents, shift_sigma
from forge.nets.config import AXES, OPTIONS, POCKET, UNSET
from forge.nets.critic import LatentCritic
from forge.train.autoencoder import load_autoencoder
from forge.train.critic import identity_contrast
from forge.train.encode import LatentSet, read_latents
from forge.train.loop import add_training_arguments, fit
from forge.train.parallel import Context, launch
from forge.train.sheet import to_bytes, write_sheet

DROP_AXIS = 0.1
DROP_ALL = 0.1
DROP_IDENTITY = 0.1
# How often the sitter is described by another directed portrait instead of references.
DIRECTED = 0.25
EMBEDDING_NOISE = 0.01
# Standard deviation of the points told, as a share of the distance from eyes to mouth: a composition is somebody else's, so
# the proportions of a face have to come from the sitter.
POINT_NOISE = 0.06
# How much the critic's word counts for each axis, mean 1: mood and pose are the ones that portraits obey least.
AXIS_WEIGHTS = (0.3, 0.6, 0.6, 2.2, 2.0, 0.3)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train`."""
    add_training_arguments(parser, batch=32, rate=8e-4)
    parser.add_argument("--show-steps", type=int, default=10)
    parser.add_argument("--show-guidance", type=float, default=1.0)
    parser.add_argument("--critic", type=float, nargs=2, metavar=("DIRECTION", "IDENTITY"), help="weights of the critic's losses (needs `train-critic`)")


@dataclass(frozen=True)
class Told:
    """A batch for the denoiser: latents [B, C, 20, 16], face importance [B, 1, 20, 16] of mean 1, direction int32 [B, 6],
    embedding f32 [B, E] of the sitter, people i64 [B], whether the face is seen f32 [B], and composition f32 [B, 12]."""

    latents: Tensor
    weights: Tensor
    direction: Tensor
    embedding: Tensor
    people: Tensor
    seen: Tensor
    composition: Tensor


class Batches:
    """Draws training batches: latents, importance, directions, and an embedding of *another* picture of the sitter."""

    def __init__(self, data: LatentSet, seed: int) -> None:
        self.data = data
        self.random = np.random.default_rng(seed)
        seen = np.flatnonzero(np.any(data.embedding != 0, 1))
        people = np.unique(data.identity)
        self.references = {int(p): np.flatnonzero(data.reference_identity == p) for p in people}
        self.portraits = {int(p): seen[data.identity[seen] == p] for p in people}
        self.rows = np.array([i for i, p in enumerate(data.identity) if len(self.references[int(p)])])

    def describe(self, row: int) -> np.ndarray:
        """A unit-length embedding f32 [256] of the sitter of `row`, from pictures other than that render."""
        person = int(self.data.identity[row])
        if self.random.random() < DIRECTED:
            others = self.portraits[person]
            others = others[self.data.record[others] != self.data.record[row]]
            if len(others):
                return self.data.embedding[self.random.choice(others)].astype(np.float32)
        pictures = self.random.choice(self.references[person], self.random.integers(1, 4))
        mean = self.data.reference_embedding[pictures].astype(np.float32).mean(0)
        return mean / np.linalg.norm(mean)

    def blur_points(self, composition: np.ndarray) -> np.ndarray:
        """Compositions [B, 12] with their points moved a little."""
        places = composition[:, :POINTS].reshape(-1, 5, 2)
        size = np.linalg.norm(places[:, 3:].mean(1) - places[:, :2].mean(1), axis=1)[:, None, None]
        moved = places + POINT_NOISE * size * self.random.standard_normal(places.shape)
        return np.concatenate([moved.reshape(-1, POINTS), composition[:, POINTS:]], 1).astype(np.float32)

    def draw(self, batch: int, device: torch.device) -> Told:
        """A random batch on `device`."""
        rows = self.random.choice(self.rows, batch)
        weights = torch.from_numpy(self.data.weights[rows].astype(np.float32))[:, None]
        weights = weights / weights.mean((2, 3), keepdim=True)
        direction = self.data.direction[rows].astype(np.int32)
        direction[self.random.random(direction.shape) < DROP_AXIS] = UNSET
        direction[self.random.random(batch) < DROP_ALL] = UNSET
        embedding = torch.from_numpy(np.stack([self.describe(int(row)) for row in rows]))
        embedding = embedding + EMBEDDING_NOISE * torch.randn_like(embedding)
        latents = torch.from_numpy(self.data.latents[rows].astype(np.float32)).contiguous(memory_format=torch.channels_last)
        people = torch.from_numpy(self.data.identity[rows].astype(np.int64))
        seen = torch.from_numpy(np.any(self.data.embedding[rows] != 0, 1)).float()
        composition = torch.from_numpy(self.blur_points(self.data.composition[rows]))
        embedding = nn.functional.normalize(embedding, dim=1)
        told = Told(latents, weights, torch.from_numpy(direction), embedding, people, seen, composition)
        return Told(*(getattr(told, field.name).to(device) for field in fields(Told)))


@torch.no_grad()
def channel_importance(autoencoder: nn.Module, latents: Tensor) -> Tensor:
    """How much a unit error in each latent channel changes the picture: [1, C, 1, 1] of mean 1, from latents [B, C, h, w].

    All channels have unit variance, but a few carry place, light and colour and the others fine texture that no direction
    predicts (measured: 3 of 12 channels were explained to 40-50 % at sigma 1, the others to 0-6 %). Unweighted, three
    quarters of the gradient would be noise about texture.
    """
    base = autoencoder.decode(latents)[0]
    generator = torch.Generator().manual_seed(0)
    effects = []
    for channel in range(latents.shape[1]):
        changed = latents.clone()
        noise = torch.randn(changed[:, channel].shape, generator=generator)
        changed[:, channel] += noise.to(changed.device)
        effects.append((autoencoder.decode(changed)[0] - base).pow(2).mean().sqrt())
    effect = torch.stack(effects)
    return (effect / effect.mean()).view(1, -1, 1, 1)


def criticise(
    critic: nn.Module, predicted: Tensor, sigma: Tensor, told: Told, scale: Tensor
) -> tuple[Tensor, Tensor]:
    """Losses of direction and identity that the critic sees in predicted clean latents [B, C, h, w]. What was not told is not
    asked for, and the noisier the input the less: there the best prediction is a mean that shows nobody."""
    logits, found = critic(predicted.contiguous(memory_format=torch.channels_last))
    clearness = 1 - sigma
    target = told.direction.long()
    axes = cross_entropy(logits.transpose(1, 2), target.where(target != UNSET, -100), reduction="none", label_smoothing=0.05)
    axes = axes * axes.new_tensor(AXIS_WEIGHTS)
    apart = identity_contrast(found, told.embedding, told.people) * told.seen * scale
    return (axes.mean(1) * (0.3 + clearness)).mean(), (apart * clearness).mean()


def flow_loss(
    model: nn.Module, told: Told, channels: Tensor, critic: nn.Module | None, strengths: tuple[float, float]
) -> tuple[Tensor, dict[str, float]]:
    """Importance-weighted error of the predicted velocity at the sigmas that the shifted sampler visits, plus the critic's
    losses on the clean latents that this velocity leads to.

    The shift of Esser et al. 2024: with few samples seen, what is learned near sigma 1 (place, light, colours) decides the
    picture. Stratified over the batch, which takes noise out of the gradient.
    """
    latents, device = told.latents, told.latents.device
    count = len(latents)
    even = (torch.randperm(count, device=device) + torch.rand(count, device=device)) / count
    sigma = shift_sigma(even, SHIFT)
    scale = (torch.rand(count, device=device) >= DROP_IDENTITY).float()
    noise = torch.randn_like(latents)
    mix = sigma.view(-1, 1, 1, 1)
    noisy = (1 - mix) * latents + mix * noise
    velocity = model(noisy, sigma * 1000, told.direction, told.embedding, scale, told.composition)
    flow = ((velocity - (noise - latents)).pow(2) * told.weights * channels).mean()
    if critic is None:
        return flow, {}
    axes, apart = criticise(critic, noisy - mix * velocity, sigma, told, scale)
    numbers = {"flow": float(flow.detach()), "axes": float(axes.detach()), "apart": float(apart.detach())}
    return flow + strengths[0] * axes + strengths[1] * apart, numbers


def sheet_requests(data: LatentSet, sitters: int, directions: int) -> tuple[Tensor, Tensor]:
    """Direction ids int32 [S * D, 6] and embeddings [S * D, 256] for a fixed sheet of training sitters, as a check that
    training works; honest numbers come from `forge eval` on held-out sitters."""
    random = np.random.default_rng(5)
    people = random.choice(np.unique(data.reference_identity), sitters)
    ids = random.integers(0, 9, (directions, len(AXES))).astype(np.int32)
    rows = [np.flatnonzero(data.reference_identity == person)[0] for person in people]
    embeddings = torch.from_numpy(data.reference_embedding[rows].astype(np.float32))
    return torch.from_numpy(ids).repeat(sitters, 1), embeddings.repeat_interleave(directions, 0)


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    data = read_latents(args.work / "latents")
    batches = Batches(data, args.seed * 100 + context.rank)
    if context.leads:
        print(f"{len(batches.rows)} latents of {len(batches.references)} identities", flush=True)
    model = Conditioned(POCKET)
    if not (args.work / "denoiser.pt").exists():  # a training that goes on keeps the bank it has
        bank = fill_bank(data.composition, data.direction, OPTIONS, POCKET.compositions)
        model.composer.bank.copy_(torch.from_numpy(bank))
    model = model.to(context.device, memory_format=torch.channels_last)
    compiled = torch.compile(model) if args.compile else model
    autoencoder = load_autoencoder(args.work).to(context.device)
    channels = channel_importance(autoencoder, batches.draw(8, context.device).latents)
    critic = None
    if args.critic:
        critic = load_part(LatentCritic(POCKET), args.work / "critic.pt").requires_grad_(False)
        critic = critic.to(context.device, memory_format=torch.channels_last)
    ids, embeddings = (part.to(context.device) for part in sheet_requests(data, 4, 10))
    shape = (len(ids), POCKET.latent_channels, *POCKET.latent_size)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(context.device)
    choice = torch.rand(len(ids), 3, generator=torch.Generator().manual_seed(1)).to(context.device)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        return flow_loss(compiled, batches.draw(batch, context.device), channels, critic, args.critic or (0.0, 0.0))

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        latents = sample_latents(ema, noise, ids, embeddings, ema.composer(ids, choice), args.show_steps, args.show_guidance)
        pictures = to_bytes(autoencoder.decode(latents)[0])
        write_sheet(args.work / "denoiser.png", [pictures[i : i + 10] for i in range(0, len(pictures), 10)])

    fit(context, args, model, "denoiser", loss_of, show)


def run(args: argparse.Namespace) -> None:
    """Train within the budget."""
    launch(work, args)
