"""What the denoiser is trained on: random rows of the cached latents, each with a description of its sitter."""

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from forge.data.composition import POINTS
from forge.data.face_regions import ZOOMS
from forge.nets.config import UNSET
from forge.data.latents import LatentSet

DROP_AXIS = 0.1
DROP_ALL = 0.1
# How often another directed portrait helps to describe the sitter.
DIRECTED = 0.5
# How much of the very portrait's own face is in the description. An app is given photographs in good light, which say more than two
# made references under any light do: the nearer description was missing, and the denoiser learnt to half believe what it is told.
OWN = 0.5
EMBEDDING_NOISE = 0.01
# Standard deviation of the points told, as a share of the distance from eyes to mouth: a composition is somebody else's, so
# the proportions of a face have to come from the sitter.
POINT_NOISE = 0.06


@dataclass(frozen=True)
class Told:
    """A batch for the denoiser: latents [B, C, 20, 16], face importance [B, 1, 20, 16] of mean 1, direction int32 [B, 6],
    embedding f32 [B, E] of the sitter, people i64 [B], whether the face is seen f32 [B], composition f32 [B, 12], and which of the
    later passes makes such a picture, i64 [B], 0 for whole portraits."""

    latents: Tensor
    weights: Tensor
    direction: Tensor
    embedding: Tensor
    people: Tensor
    seen: Tensor
    composition: Tensor
    zoom: Tensor

    @property
    def enlarged(self) -> Tensor:
        """Whether it is a part of a portrait, enlarged, bool [B]."""
        return self.zoom > 0


class Batches:
    """Draws training batches: latents, importance, directions, and an embedding of *another* picture of the sitter."""

    def __init__(self, data: LatentSet, seed: int) -> None:
        self.data = data
        self.random = np.random.default_rng(seed)
        seen = np.flatnonzero(np.any(data.embedding != 0, 1))
        people = np.unique(data.identity)
        self.references = {int(p): np.flatnonzero(data.reference_identity == p) for p in people}
        self.portraits = {int(p): seen[data.identity[seen] == p] for p in people}
        known = np.array([len(self.references[int(p)]) > 0 for p in data.identity])
        self.rows, *self.enlarged = (np.flatnonzero(known & (data.zoom == zoom)) for zoom in range(1 + len(ZOOMS)))

    def describe(self, row: int) -> np.ndarray:
        """A unit-length embedding f32 [256] of the sitter of `row`, from other pictures and, in part, its own face."""
        person = int(self.data.identity[row])
        references = self.references[person]
        pictures = self.random.choice(references, self.random.integers(1, len(references) + 1), replace=False)
        found = [*self.data.reference_embedding[pictures].astype(np.float32)]
        others = self.portraits[person]
        others = others[self.data.record[others] != self.data.record[row]]
        if len(others) and self.random.random() < DIRECTED:
            found.append(self.data.embedding[self.random.choice(others)].astype(np.float32))
        mean = np.mean(found, 0)
        told = mean / np.linalg.norm(mean) + OWN * self.data.embedding[row].astype(np.float32)
        return told / np.linalg.norm(told)

    def choose(self, batch: int) -> np.ndarray:
        """Rows [B] of a batch, whole pictures and enlarged parts mixed."""
        shares = [round(zoom.share * batch) if len(rows) else 0 for zoom, rows in zip(ZOOMS, self.enlarged)]
        parts = [self.random.choice(rows, share) for rows, share in zip(self.enlarged, shares) if share]
        return self.random.permutation(np.concatenate([self.random.choice(self.rows, batch - sum(shares)), *parts]))

    def blur_points(self, composition: np.ndarray) -> np.ndarray:
        """Compositions [B, 12] with their points moved a little."""
        places = composition[:, :POINTS].reshape(-1, 5, 2)
        size = np.linalg.norm(places[:, 3:].mean(1) - places[:, :2].mean(1), axis=1)[:, None, None]
        moved = places + POINT_NOISE * size * self.random.standard_normal(places.shape)
        return np.concatenate([moved.reshape(-1, POINTS), composition[:, POINTS:]], 1).astype(np.float32)

    def draw(self, batch: int, device: torch.device) -> Told:
        """A random batch on `device`."""
        rows = self.choose(batch)
        weights = torch.from_numpy(self.data.weights[rows].astype(np.float32))[:, None]
        weights = weights / weights.mean((2, 3), keepdim=True)
        direction = self.data.direction[rows].astype(np.int32)
        zoom = torch.from_numpy(self.data.zoom[rows].astype(np.int64))
        direction[self.random.random(direction.shape) < DROP_AXIS] = UNSET
        direction[self.random.random(batch) < DROP_ALL] = UNSET
        embedding = torch.from_numpy(np.stack([self.describe(int(row)) for row in rows]))
        embedding = embedding + EMBEDDING_NOISE * torch.randn_like(embedding)
        latents = torch.from_numpy(self.data.latents[rows].astype(np.float32)).contiguous(memory_format=torch.channels_last)
        people = torch.from_numpy(self.data.identity[rows].astype(np.int64))
        seen = torch.from_numpy(np.any(self.data.embedding[rows] != 0, 1)).float()
        composition = torch.from_numpy(self.blur_points(self.data.composition[rows]))
        embedding = nn.functional.normalize(embedding, dim=1)
        told = Told(latents, weights, torch.from_numpy(direction), embedding, people, seen, composition, zoom)
        return Told(*(getattr(told, field.name).to(device) for field in fields(Told)))
