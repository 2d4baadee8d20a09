"""Aligned face crops of references and composed portraits, kept in memory for metric learning."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forge.data.align import align_from_large
from forge.data.shards import read_cache, read_references

# Crops are cut with room around the template, so that jitter has something to show.
SIZE = 128
ZOOM = 0.8


@dataclass(frozen=True)
class FaceCrops:
    """image u8 [N, 128, 128, 4] (the template covers the middle 80 %; the fourth channel is the subject's mask, 255 all over where
    none is known), identity i32 [N], directed bool [N] (cut from a portrait, not from a reference)."""

    image: np.ndarray
    identity: np.ndarray
    directed: np.ndarray


def gather_crops(data: Path, cache: Path, size: int = SIZE, zoom: float = ZOOM) -> FaceCrops:
    """Crops of all references in `data` and of all composed portraits in `cache` whose face is visible."""
    references = read_references(data)
    plain = align_from_large(references.image, references.points, size, zoom)
    images = [np.concatenate([plain, np.full_like(plain[..., :1], 255)], -1)]
    identities, directed = [references.identity], [np.zeros(len(references.identity), bool)]
    for shard in read_cache(cache):
        rows = np.flatnonzero(shard.visible)
        for part in np.array_split(rows, max(1, len(rows) // 64)):
            images.append(align_from_large(shard.image[part], shard.points[part], size, zoom))
        identities.append(shard.identity[rows])
        directed.append(np.ones(len(rows), bool))
    return FaceCrops(np.concatenate(images), np.concatenate(identities), np.concatenate(directed))


class PairSampler:
    """Draws two crops each of several identities: what a contrastive loss needs."""

    def __init__(self, crops: FaceCrops, seed: int) -> None:
        self.crops = crops
        self.random = np.random.default_rng(seed)
        order = np.argsort(crops.identity, kind="stable")
        self.identities, starts = np.unique(crops.identity[order], return_index=True)
        self.groups = [group for group in np.split(order, starts[1:])]

    def draw(self, pairs: int) -> tuple[np.ndarray, np.ndarray]:
        """(crops u8 [2 * pairs, S, S, 4]: all first views, then all second views; identities [pairs])."""
        chosen = self.random.choice(len(self.groups), pairs, replace=len(self.groups) < pairs)
        rows = np.array([self.random.choice(self.groups[i], 2, replace=len(self.groups[i]) < 2) for i in chosen])
        return self.crops.image[rows.T.reshape(-1)], self.identities[chosen]
