"""Random crops of composed portraits, faces preferred."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from forge.data.align import to_tensor
from forge.data.shards import Portraits, read_cache

CROP = 256


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
            if shard.visible[row] and self.random.random() < 0.6:
                centre = marks.mean(0) + self.random.normal(0, CROP / 6, 2)
                left, top = (centre - CROP / 2).astype(int)
            else:
                left, top = self.random.integers(width - CROP + 1), self.random.integers(height - CROP + 1)
            left, top = int(np.clip(left, 0, width - CROP)), int(np.clip(top, 0, height - CROP))
            pictures[i] = shard.image[row, top : top + CROP, left : left + CROP]
            # An invisible face weighs nothing: move its landmarks far outside.
            points[i] = marks - (left, top) if shard.visible[row] else -1000
        tensor = to_tensor(pictures)
        return tensor, torch.from_numpy(points)
