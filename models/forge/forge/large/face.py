"""The face encoder of ArcFace's reference implementation (IResNet; Deng et al. 2019), with the parameter names of its checkpoints."""

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Norm, convolution, norm, PReLU, convolution with stride, norm, and a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.prelu = nn.PReLU(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.downsample = shortcut if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """[B, inputs, h, w] -> [B, outputs, h / stride, w / stride]"""
        out = self.prelu(self.bn2(self.conv1(self.bn1(x))))
        out = self.bn3(self.conv2(out))
        return out + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    """crop [B, 3, S, S] in [-1, 1] -> embedding [B, E], not normalised."""

    def __init__(self, blocks: tuple[int, ...], widths: tuple[int, ...], crop: int, embedding: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.prelu = nn.PReLU(widths[0])
        inputs = widths[0]
        for index, (count, width) in enumerate(zip(blocks, widths)):
            layers = [Block(inputs, width, 2), *(Block(width, width, 1) for _ in range(count - 1))]
            setattr(self, f"layer{index + 1}", nn.Sequential(*layers))
            inputs = width
        self.bn2 = nn.BatchNorm2d(inputs)
        self.fc = nn.Linear(inputs * (crop // 16) ** 2, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        x = self.prelu(self.bn1(self.conv1(crop)))
        for index in range(4):
            x = getattr(self, f"layer{index + 1}")(x)
        return self.features(self.fc(torch.flatten(self.bn2(x), 1)))
