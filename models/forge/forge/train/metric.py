"""Metric learning shared by the face encoder and the judges' embedding: supervised contrast plus regression."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, smooth_l1_loss

from forge.data.align import to_tensor
from forge.data.augment import MOVED, change_backdrops, jitter, randomise
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


def identity_contrast(found: Tensor, wanted: Tensor, people: Tensor) -> Tensor:
    """Each of `found` [B, E] should be nearer to its own sitter's embedding `wanted` [B, E] than to the other sitters' of
    the batch; `people` [B] are their numbers (a sitter is not contrasted with himself). Returns losses [B]."""
    similarity = found.float() @ wanted.T / TEMPERATURE
    same = people[:, None] == people[None]
    itself = torch.eye(len(people), dtype=torch.bool, device=found.device)
    similarity = similarity.masked_fill(same & ~itself, -1e4)
    return cross_entropy(similarity, torch.arange(len(people), device=found.device), reduction="none")


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


def settle(embeddings: Tensor, identities: Tensor, places: Tensor) -> Tensor:
    """How far embeddings [2P, D] are from the `places` [P, D] that their sitters (`identities` [P]) have already, by themselves
    and compared with the other sitters' places."""
    wanted = places.repeat(2, 1)
    far = 1 - (embeddings.float() * wanted).sum(1)
    return 2 * far.mean() + identity_contrast(embeddings, wanted, identities.repeat(2)).mean()


def metric_loss(
    model: Regressed, crops: FaceCrops, known: Identities, size: int, zoom: float, seed: int, regression: float = 1.0,
    places: dict[int, np.ndarray] | None = None,
) -> Callable[[int], tuple[Tensor, dict[str, float]]]:
    """The `loss_of` of `fit` for metric learning on `crops`; `zoom` is the part of a crop that the template covers. With `places`
    (identity -> embedding) sitters go where an earlier encoder had them, so that what was trained with its embeddings stays
    valid."""
    sampler = PairSampler(crops, seed)
    targets, weights = torch.from_numpy(known.targets()), torch.from_numpy(known.weights())
    row_of = {int(seed_): i for i, seed_ in enumerate(known.seed)}

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        images, identities = sampler.draw(batch // 2)
        device = next(model.parameters()).device
        cut = jitter(to_tensor(images), size, zoom)
        views = randomise(change_backdrops(cut[:, :3], (cut[:, 3:] + 1) / 2, MOVED))
        embeddings, predicted = model(views.to(device, memory_format=torch.channels_last))
        people = torch.from_numpy(identities).to(device)
        loss, hit = contrast(embeddings, people)
        if places:
            loss = loss + settle(embeddings, people, torch.from_numpy(np.stack([places[int(i)] for i in identities])).to(device))
        rows = [row_of[int(i)] for i in identities]
        errors = smooth_l1_loss(predicted, targets[rows].repeat(2, 1).to(device), reduction="none")
        error = (errors * weights.to(device)).mean()
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
