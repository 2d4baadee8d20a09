"""Metric learning shared by the face encoder and the judges' embedding: supervised contrast plus regression."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, smooth_l1_loss

from forge.data.align import to_tensor
from forge.data.augment import jitter, randomise
from forge.data.crops import FaceCrops, PairSampler
from forge.data.shards import Identities

TEMPERATURE = 0.1


def contrast(embeddings: Tensor, identities: Tensor) -> tuple[Tensor, float]:
    """Supervised contrastive loss (Khosla et al. 2020) over two views, and the top-1 retrieval rate inside the batch.

    embeddings [2P, D] of unit length (first views, then second views), identities [P].
    """
    pairs = len(identities)
    labels = identities.repeat(2)
    similarity = embeddings @ embeddings.T / TEMPERATURE
    itself = torch.eye(2 * pairs, dtype=torch.bool, device=embeddings.device)
    similarity = similarity.masked_fill(itself, -1e4)
    positive = ((labels[:, None] == labels[None]) & ~itself).float()
    positive = positive / positive.sum(1, keepdim=True)
    loss = cross_entropy(similarity, positive)
    hit = (labels[similarity.argmax(1)] == labels).float().mean()
    return loss, float(hit)


class Regressed(nn.Module):
    """An embedding network with a linear read-out of the known attributes and shape, which only training uses."""

    def __init__(self, network: nn.Module, width: int, targets: int) -> None:
        super().__init__()
        self.network = network
        self.read = nn.Linear(width, targets)
        self.gain = width**0.5

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor]:
        """crop -> (embedding, predicted standardised attributes and shape)."""
        embedding = self.network(crop)
        return embedding, self.read(embedding * self.gain)


def metric_loss(
    model: Regressed, crops: FaceCrops, known: Identities, size: int, zoom: float, seed: int, regression: float = 1.0
) -> Callable[[int], tuple[Tensor, dict[str, float]]]:
    """The `loss_of` of `fit` for metric learning on `crops`; `zoom` is the part of a crop that the template covers."""
    sampler = PairSampler(crops, seed)
    targets = torch.from_numpy(known.targets())
    row_of = {int(seed_): i for i, seed_ in enumerate(known.seed)}

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        images, identities = sampler.draw(batch // 2)
        device = next(model.parameters()).device
        views = randomise(jitter(to_tensor(images), size, zoom)).to(device, memory_format=torch.channels_last)
        embeddings, predicted = model(views)
        loss, hit = contrast(embeddings, torch.from_numpy(identities).to(device))
        rows = [row_of[int(i)] for i in identities]
        error = smooth_l1_loss(predicted, targets[rows].repeat(2, 1).to(device))
        return loss + regression * error, {"hit": hit, "regression": float(error.detach())}

    return loss_of


def save_network(checkpoint: Path, out: Path) -> None:
    """Write the averaged embedding network inside a `Regressed` checkpoint alone, as {'ema': state}."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["ema"]
    inner = {key.removeprefix("network."): value for key, value in state.items() if key.startswith("network.")}
    torch.save({"ema": inner}, out)


@torch.no_grad()
def embed(network: nn.Module, images: np.ndarray, batch: int = 64) -> np.ndarray:
    """Embeddings f32 [N, D] of crops u8 [N, S, S, 3] that have exactly the size the network takes."""
    parts = [network(to_tensor(images[i : i + batch])).numpy() for i in range(0, len(images), batch)]
    return np.concatenate(parts)
