"""Cached latents, as `forge encode` writes them, in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class LatentSet:
    """Everything the denoiser trains on, in memory; the fields are those of `forge/train/encode.py`."""

    latents: np.ndarray
    weights: np.ndarray
    direction: np.ndarray
    identity: np.ndarray
    record: np.ndarray
    embedding: np.ndarray
    composition: np.ndarray
    zoom: np.ndarray
    reference_embedding: np.ndarray
    reference_identity: np.ndarray


FIELDS = ("latents", "weights", "direction", "identity", "record", "embedding", "composition", "zoom")


def read_latents(folder: Path) -> LatentSet:
    """All cached latents of a work folder. Raises FileNotFoundError when `forge encode` has not run, ValueError when an older one has."""
    shards = [np.load(path) for path in sorted(folder.glob("[0-9]*.npz"))]
    if not shards:
        raise FileNotFoundError(f"no latents in {folder}: run `forge encode` first")
    if not all("zoom" in shard for shard in shards):
        raise ValueError(f"{folder} does not say which pass its pictures belong to: remove it and run `forge encode` again")
    references = np.load(folder / "references.npz")
    columns = [np.concatenate([shard[field] for shard in shards]) for field in FIELDS]
    return LatentSet(*columns, references["embedding"], references["identity"])


def sitter_means(data: LatentSet) -> dict[int, np.ndarray]:
    """Identity -> mean of its reference embeddings, f32 [E] of unit length."""
    means = {}
    for person in np.unique(data.reference_identity):
        mean = data.reference_embedding[data.reference_identity == person].astype(np.float32).mean(0)
        means[int(person)] = mean / np.linalg.norm(mean)
    return means
