"""`forge distil`: few evaluations and no guidance at run time.

The student starts as the denoiser and learns where two guided steps of the denoiser lead (progressive distillation, Salimans and
Ho 2022, with the guidance inside, Meng et al. 2023), at the sigmas of the sampler that will run. Half of the time it starts from its
own intermediate latents, so that it learns to mend what it makes itself; and the critic is asked about the picture that each step
aims at (a reward on the last steps only, as in DRaFT, Clark et al. 2024), which pulls portraits towards the sitter and the direction.
"""

import argparse
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from forge.nets.bundle import Conditioned, load_part, sample_latents
from forge.nets.config import POCKET, UNSET
from forge.nets.critic import LatentCritic
from forge.nets.sampling import SHIFT, shift_sigma
from forge.train.autoencoder import load_autoencoder
from forge.train.batches import Batches, Told
from forge.train.denoiser import sheet_requests
from forge.data.latents import read_latents
from forge.train.loop import add_training_arguments, fit
from forge.train.objectives import channel_importance, criticise
from forge.train.parallel import Context, launch
from forge.train.sheet import to_bytes, write_sheet

# Steps that the teacher takes for one of the student's.
TEACHER_STEPS = 2
# How often the sitter is not told at all, and how often only half: strengths between must work too.
NOBODY, HALF = 0.1, 0.15
# How often a step starts from the student's own latents.
OWN = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge distil`."""
    add_training_arguments(parser, batch=32, rate=3e-4)
    parser.add_argument("--steps", type=int, default=8, help="evaluations of the sampler that the student is made for")
    parser.add_argument("--guidance", type=float, default=2.0, help="guidance scale of the teacher")
    parser.add_argument("--critic", type=float, nargs=2, default=(0.2, 0.2), metavar=("DIRECTION", "IDENTITY"))


@dataclass(frozen=True)
class Grid:
    """The student's sigmas, from 1 to 0, and the teacher's between them."""

    sigmas: Tensor

    @staticmethod
    def of(steps: int, device: torch.device) -> "Grid":
        """Trailing spacing with the pack's shift, as the browser's scheduler has it."""
        return Grid(shift_sigma(torch.linspace(1, 0, steps + 1, device=device), SHIFT))

    @property
    def steps(self) -> int:
        """Number of evaluations."""
        return len(self.sigmas) - 1


def ask(model: nn.Module, latents: Tensor, sigma: Tensor, told: Told, scale: Tensor) -> Tensor:
    """Velocity [B, C, h, w] at `sigma` [B]."""
    return model(latents, sigma * 1000, told.direction, told.embedding, scale, told.composition)


@torch.no_grad()
def teach(teacher: nn.Module, latents: Tensor, start: Tensor, end: Tensor, told: Told, scale: Tensor, guidance: float) -> Tensor:
    """Mean velocity from sigma `start` to `end` [B] along TEACHER_STEPS guided Euler steps of the teacher."""
    unset, nobody = torch.full_like(told.direction, UNSET), torch.zeros_like(scale)
    at, sigma = latents, start
    for step in range(TEACHER_STEPS):
        following = start + (end - start) * (step + 1) / TEACHER_STEPS
        plain = teacher(at, sigma * 1000, unset, told.embedding, nobody, told.composition)
        velocity = plain + guidance * (ask(teacher, at, sigma, told, scale) - plain)
        at, sigma = at + (following - sigma).view(-1, 1, 1, 1) * velocity, following
    return (at - latents) / (end - start).view(-1, 1, 1, 1)


@torch.no_grad()
def own_latents(student: nn.Module, grid: Grid, index: int, told: Told, scale: Tensor) -> Tensor:
    """What the student itself has made of noise when it comes to step `index`."""
    latents = torch.randn_like(told.latents)
    for sigma, following in zip(grid.sigmas[:index], grid.sigmas[1 : index + 1]):
        velocity = ask(student, latents, sigma.expand(len(latents)), told, scale)
        latents = latents + (following - sigma) * velocity
    return latents


def distil_loss(
    student: nn.Module, teacher: nn.Module, critic: nn.Module, grid: Grid, told: Told, channels: Tensor,
    args: argparse.Namespace, draw: torch.Generator,
) -> tuple[Tensor, dict[str, float]]:
    """Distance from the teacher's step, and the critic's losses on the clean latents that the student's step aims at."""
    count, device = len(told.latents), told.latents.device
    chance = torch.rand(count, device=device)
    scale = torch.where(chance < NOBODY, 0.0, torch.where(chance < NOBODY + HALF, 0.5, 1.0))
    if float(torch.rand(1, generator=draw)) < OWN:
        # Late steps more often: what they make is what one sees.
        index = grid.steps - 1 - int(grid.steps * float(torch.rand(1, generator=draw)) ** 1.5)
        start, end = (grid.sigmas[i].expand(count) for i in (index, index + 1))
        noisy = own_latents(student, grid, index, told, scale)
    else:
        index = torch.randint(grid.steps, (count,), device=device)
        start, end = grid.sigmas[index], grid.sigmas[index + 1]
        mix = start.view(-1, 1, 1, 1)
        noisy = (1 - mix) * told.latents + mix * torch.randn_like(told.latents)
    target = teach(teacher, noisy, start, end, told, scale, args.guidance)
    velocity = ask(student, noisy, start, told, scale)
    apart_from_teacher = ((velocity - target).pow(2) * told.weights * channels).mean()
    clean = noisy - start.view(-1, 1, 1, 1) * velocity
    axes, apart = criticise(critic, clean, start, told, scale)
    numbers = {"teacher": float(apart_from_teacher.detach()), "axes": float(axes.detach()), "apart": float(apart.detach())}
    return apart_from_teacher + args.critic[0] * axes + args.critic[1] * apart, numbers


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    data = read_latents(args.work / "latents")
    batches = Batches(data, args.seed * 100 + context.rank)
    teacher = load_part(Conditioned(POCKET), args.work / "denoiser.pt").requires_grad_(False)
    student = deepcopy(teacher).requires_grad_(True).to(context.device, memory_format=torch.channels_last)
    teacher = teacher.to(context.device, memory_format=torch.channels_last)
    critic = load_part(LatentCritic(POCKET), args.work / "critic.pt").requires_grad_(False)
    critic = critic.to(context.device, memory_format=torch.channels_last)
    autoencoder = load_autoencoder(args.work).to(context.device)
    grid = Grid.of(args.steps, context.device)
    channels = channel_importance(autoencoder, batches.draw(8, context.device).latents)
    # Workers must agree on where a batch starts, or they would wait for each other.
    draw = torch.Generator().manual_seed(args.seed)
    ids, embeddings = (part.to(context.device) for part in sheet_requests(data, 4, 10))
    shape = (len(ids), POCKET.latent_channels, *POCKET.latent_size)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(context.device)
    choice = torch.rand(len(ids), 3, generator=torch.Generator().manual_seed(1)).to(context.device)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        return distil_loss(student, teacher, critic, grid, batches.draw(batch, context.device), channels, args, draw)

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        composition = ema.composer(ids, choice)
        for steps in (args.steps, args.steps // 2):
            latents = sample_latents(ema, noise, ids, embeddings, composition, steps, 1.0)
            pictures = to_bytes(autoencoder.decode(latents)[0])
            rows = [pictures[i : i + 10] for i in range(0, len(pictures), 10)]
            write_sheet(args.work / f"distilled-{steps}.png", rows)

    fit(context, args, student, "distilled", loss_of, show)


def run(args: argparse.Namespace) -> None:
    """Train within the budget."""
    launch(work, args, "distilled")
