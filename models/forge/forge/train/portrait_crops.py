"""Random crops of composed portraits, faces preferred."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from forge.data.align import to_tensor
from forge.data.shards import Portraits, read_cache

CROP = 256
# How often a window lies around the face, where there is one, and how far off, as a share of its side.
AROUND_FACE, OFF = 0.6, 1 / 6


def place_window(
    points: np.ndarray | None, size: tuple[int, int], random: np.random.Generator, side: int = CROP, step: int = 1
) -> tuple[int, int]:
    """Left and top, multiples of `step` pixels, of a square window in a portrait of `size` (width, height), around the landmarks [5, 2] mostly."""
    most = [(length - side) // step for length in size]
    if points is not None and random.random() < AROUND_FACE:
        corner = points.mean(0) + random.normal(0, side * OFF, 2) - side / 2
        left, top = np.clip(np.rint(corner / step), 0, most).astype(int)
    else:
        left, top = (random.integers(cells + 1) for cells in most)
    return int(left) * step, int(top) * step


class Crops:
    """Random crops of the composed portraits in a cache folder; looks again for new shards when asked."""

    def __init__(self, cache: Path, seed: int) -> None:
        self.cache = cache
        self.random = np.random.default_rng(seed)
        self.shards: list[Portraits] = []
        self.reload()

    def reload(self) -> None:
        """Map all shards that are there now."""
        self.shards = list(read_cache(self.cache))
        self.ends = np.cumsum([len(shard.identity) for shard in self.shards])

    def draw(self, batch: int) -> tuple[Tensor, Tensor]:
        """(pictures [B, 4, CROP, CROP] with the mask in the last plane, both in [-1, 1]; landmarks [B, 5, 2])."""
        pictures = np.empty((batch, CROP, CROP, 4), np.uint8)
        points = np.empty((batch, 5, 2), np.float32)
        for i in range(batch):
            index = int(self.random.integers(self.ends[-1]))
            which = int(np.searchsorted(self.ends, index, side="right"))
            shard, row = self.shards[which], index - (self.ends[which - 1] if which else 0)
            height, width = shard.image.shape[1:3]
            marks = shard.points[row]
            left, top = place_window(marks if shard.visible[row] else None, (width, height), self.random)
            pictures[i] = shard.image[row, top : top + CROP, left : left + CROP]
            # An invisible face weighs nothing: move its landmarks far outside.
            points[i] = marks - (left, top) if shard.visible[row] else -1000
        tensor = to_tensor(pictures)
        return tensor, torch.from_numpy(points)
