"""Face encoder: aligned crop to an identity embedding of unit length."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from forge.nets.config import PocketConfig


class NormedResidual(nn.Module):
    """Two 3x3 convolutions with batch normalisation around an identity path. Export folds the normalisation away."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape, non-negative."""
        y = torch.relu(self.first_norm(self.first(x)))
        return torch.relu(x + self.second_norm(self.second(y)))


class FaceEncoder(nn.Module):
    """crop [B, 3, 112, 112] in [-1, 1] -> embedding [B, 256], L2-normalised."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        a, b, c = config.face_channels

        def step(channels_in: int, channels_out: int, kernel: int, stride: int, padding: int) -> list[nn.Module]:
            convolution = nn.Conv2d(channels_in, channels_out, kernel, stride, padding, bias=False)
            return [convolution, nn.BatchNorm2d(channels_out), nn.ReLU()]

        self.trunk = nn.Sequential(
            *step(3, a, 6, 4, 1), NormedResidual(a),
            *step(a, b, 3, 2, 1), NormedResidual(b),
            *step(b, c, 3, 2, 1), NormedResidual(c), NormedResidual(c),
            *step(c, 32, 1, 1, 0),
        )
        # Flattened, not pooled: after alignment a position has a meaning (hairline, brow, jaw).
        side = config.crop_size // 16
        self.head = nn.Linear(32 * side * side, config.embedding)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        return normalize(self.head(self.trunk(crop).flatten(1)), dim=1, eps=1e-6)
