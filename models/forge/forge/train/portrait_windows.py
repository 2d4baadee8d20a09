"""Windows of composed portraits beside their latents, and beside what the denoiser makes of those: what the decoder meets in a pack."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from forge.data.align import to_tensor
from forge.data.shards import Portraits, open_composed
from forge.nets.config import POCKET
from forge.nets.sampling import flow_sigmas, second_order
from forge.train.portrait_crops import place_window

# Side of a window in latents and in pixels.
CELLS = 8
WINDOW = CELLS * POCKET.factor
# Share of a batch whose latents are the denoiser's own, and from which of a pack's steps on they are: from sigmas .5 and .3. Earlier ones
# leave too little of the picture that a window is compared with.
PREDICTED = 0.6
STEPS, STARTS = 8, (6, 7)
# Portraits that the denoiser finishes at a time.
TOGETHER = 32


@dataclass(frozen=True)
class Shard:
    """One composed shard and the arrays of `forge encode` for it (without the mirror images)."""

    portraits: Portraits
    latents: np.ndarray
    embedding: np.ndarray


def read_shards(work: Path) -> list[Shard]:
    """All composed shards of a work folder that are encoded. Raises FileNotFoundError where there is none."""
    shards = []
    for composed in sorted((work / "large").glob("*.npz")):
        encoded = work / "latents" / composed.name
        if encoded.exists():
            portraits, arrays = open_composed(composed), np.load(encoded)
            count = len(portraits.identity)
            shards.append(Shard(portraits, arrays["latents"][:count], arrays["embedding"][:count]))
    if not shards:
        raise FileNotFoundError(f"no encoded portraits in {work}: run `forge encode` first")
    return shards


@torch.no_grad()
def predict(denoiser: nn.Module, latents: Tensor, direction: Tensor, embedding: Tensor, composition: Tensor, start: int) -> Tensor:
    """What the denoiser, told everything, makes of `latents` [B, C, h, w] that were noised up to step `start`, by the pack's own steps. Nobody
    is told where the embedding [B, E] is zero (no face is seen)."""
    seen = embedding.any(1).float()

    def velocity(noisy: Tensor, timestep: float) -> Tensor:
        return denoiser(noisy, noisy.new_full((len(noisy),), timestep), direction, embedding, seen, composition).float()

    sigmas = flow_sigmas(STEPS)[start:]
    noisy = (1 - sigmas[0]) * latents + sigmas[0] * torch.randn_like(latents)
    return second_order(velocity, noisy, sigmas)


class Windows:
    """Draws windows of random portraits, of which it takes every `every`th from the `first` on. What the denoiser makes of them is worked out
    once, before the training: some twelve windows of every portrait would ask for the same."""

    def __init__(self, work: Path, denoiser: nn.Module, seed: int, device: torch.device, first: int = 0, every: int = 1) -> None:
        self.shards, self.device = read_shards(work), device
        self.places = [(shard, row) for shard in self.shards for row in range(len(shard.latents))][first::every]
        self.random = np.random.default_rng(seed)
        torch.manual_seed(seed)
        parts = [self.places[at : at + TOGETHER] for at in range(0, len(self.places), TOGETHER)]
        made = [self.finish(denoiser, part, STARTS[i % len(STARTS)]) for i, part in enumerate(parts)]
        self.made = np.concatenate(made)

    def finish(self, denoiser: nn.Module, places: list[tuple[Shard, int]], start: int) -> np.ndarray:
        """See `predict`: f16 [N, C, h, w]."""
        latents, embedding = (
            torch.from_numpy(np.stack([getattr(shard, key)[row] for shard, row in places]).astype(np.float32)).to(self.device)
            for key in ("latents", "embedding")
        )
        direction, composition = (
            torch.from_numpy(np.stack([getattr(shard.portraits, key)[row] for shard, row in places])).to(self.device)
            for key in ("direction", "composition")
        )
        return predict(denoiser, latents, direction.int(), embedding, composition, start).half().cpu().numpy()

    def draw(self, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        """(pictures [B, 4, WINDOW, WINDOW] with the mask in the last plane, both in [-1, 1]; landmarks [B, 5, 2] in pixels, far outside
        where no face is seen; normalised latents [B, C, CELLS, CELLS])."""
        chosen = self.random.integers(len(self.places), size=batch)
        places, share = [self.places[i] for i in chosen], round(PREDICTED * batch)
        own = [shard.latents[row] for shard, row in places[share:]]
        latents = torch.from_numpy(np.stack([*self.made[chosen[:share]], *own]).astype(np.float32)).to(self.device)
        pictures, points, windows = [], [], []
        for (shard, row), whole in zip(places, latents):
            portraits = shard.portraits
            height, width = portraits.image.shape[1:3]
            seen = bool(portraits.visible[row])
            marks = portraits.points[row]
            x, y = place_window(marks if seen else None, (width, height), self.random, WINDOW, POCKET.factor)
            left, top = x // POCKET.factor, y // POCKET.factor
            pictures.append(portraits.image[row, y : y + WINDOW, x : x + WINDOW])
            points.append(marks - (x, y) if seen else np.full_like(marks, -1000))
            windows.append(whole[:, top : top + CELLS, left : left + CELLS])
        stacked = torch.from_numpy(np.stack(points).astype(np.float32))
        return to_tensor(np.stack(pictures)).to(self.device), stacked, torch.stack(windows)
