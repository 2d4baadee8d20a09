"""Windows of composed portraits beside their latents, and beside what the denoiser makes of those: what the decoder meets in a pack."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from forge.data.align import to_tensor
from forge.data.shards import Portraits, open_composed
from forge.nets.config import POCKET
from forge.train.portrait_crops import place_window

# Side of a window in latents and in pixels.
CELLS = 8
WINDOW = CELLS * POCKET.factor
# Share of a batch whose latents are the denoiser's, and the sigmas from which it predicts them: its last of eight steps starts at .3.
PREDICTED = 0.6
LEAST_SIGMA, MOST_SIGMA = 0.1, 0.4


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
def predict(denoiser: nn.Module, latents: Tensor, direction: Tensor, embedding: Tensor, composition: Tensor) -> Tensor:
    """What the denoiser, told everything, takes a little noisy `latents` [B, C, h, w] for. Nobody is told where the embedding
    [B, E] is zero (no face is seen)."""
    sigma = LEAST_SIGMA + (MOST_SIGMA - LEAST_SIGMA) * torch.rand(len(latents), device=latents.device)
    mix = sigma.view(-1, 1, 1, 1)
    noisy = (1 - mix) * latents + mix * torch.randn_like(latents)
    seen = embedding.any(1).float()
    return noisy - mix * denoiser(noisy, sigma * 1000, direction, embedding, seen, composition).float()


class Windows:
    """Draws windows of random portraits."""

    def __init__(self, work: Path, denoiser: nn.Module, seed: int, device: torch.device) -> None:
        self.shards, self.denoiser, self.device = read_shards(work), denoiser, device
        self.ends = np.cumsum([len(shard.latents) for shard in self.shards])
        self.random = np.random.default_rng(seed)

    def draw(self, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        """(pictures [B, 4, WINDOW, WINDOW] with the mask in the last plane, both in [-1, 1]; landmarks [B, 5, 2] in pixels, far outside
        where no face is seen; normalised latents [B, C, CELLS, CELLS])."""
        indices = self.random.integers(self.ends[-1], size=batch)
        which = np.searchsorted(self.ends, indices, side="right")
        places = [(self.shards[s], i - (self.ends[s - 1] if s else 0)) for s, i in zip(which, indices)]
        latents = torch.from_numpy(np.stack([shard.latents[row] for shard, row in places]).astype(np.float32)).to(self.device)
        share = round(PREDICTED * batch)
        told = (np.stack([getattr(shard.portraits, key)[row] for shard, row in places[:share]]) for key in ("direction", "composition"))
        direction, composition = (torch.from_numpy(part).to(self.device) for part in told)
        embedding = torch.from_numpy(np.stack([shard.embedding[row] for shard, row in places[:share]]).astype(np.float32)).to(self.device)
        made = predict(self.denoiser, latents[:share], direction.int(), embedding, composition)
        latents = torch.cat([made, latents[share:]])
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
