"""Networks that only measure: an embedding unlike the face encoder, and a reader of whole portraits. They never ship."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from forge.nets.config import AXES, OPTIONS

JUDGE_SIZE = 96
JUDGE_WIDTH = 192
# The reader sees portraits at half size.
READER_SIZE = (160, 128)


def unit(channels_in: int, channels_out: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, hard swish."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels_out), nn.Hardswish())


class Inverted(nn.Module):
    """Inverted residual with a depthwise 5x5 convolution (as in MobileNetV3): nothing the face encoder is built of."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 3 * channels
        self.body = nn.Sequential(unit(channels, wide, 1, 1), unit(wide, wide, 5, 1, wide), nn.Conv2d(wide, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        return x + self.body(x)


class JudgeEncoder(nn.Module):
    """crop [B, 3, 96, 96] in [-1, 1] -> embedding [B, 192] of unit length, by average and maximum pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            unit(3, 32, 3, 2), unit(32, 48, 3, 2), Inverted(48),
            unit(48, 96, 3, 2), Inverted(96), Inverted(96),
            unit(96, 160, 3, 2), Inverted(160), unit(160, 256, 1, 1),
        )
        self.head = nn.Linear(256 * 5, JUDGE_WIDTH)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        x = self.trunk(crop)
        quarters = nn.functional.adaptive_avg_pool2d(x, 2).flatten(1)
        return normalize(self.head(torch.cat([quarters, x.amax((2, 3))], 1)), dim=1, eps=1e-6)


class PortraitReader(nn.Module):
    """sample [B, 3, 160, 128] in [-1, 1] -> landmarks [B, 5, 2] in [0, 1] of the picture, and logits [B, 6, 9]."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            unit(3, 32, 5, 2), unit(32, 48, 3, 2), Inverted(48),
            unit(48, 96, 3, 2), Inverted(96),
            unit(96, 160, 3, 2), Inverted(160), Inverted(160), unit(160, 64, 1, 1),
        )
        flat = 64 * (READER_SIZE[0] // 16) * (READER_SIZE[1] // 16)
        self.hidden = nn.Sequential(nn.Linear(flat, 384), nn.Hardswish(), nn.Dropout(0.2))
        self.points = nn.Linear(384, 10)
        self.axes = nn.Linear(384, len(AXES) * OPTIONS)

    def forward(self, sample: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        x = self.hidden(self.trunk(sample).flatten(1))
        return torch.sigmoid(self.points(x)).unflatten(1, (5, 2)), self.axes(x).unflatten(1, (len(AXES), OPTIONS))
