"""Low-rank adapters (Hu et al. 2021) fused into the weights they were trained for, as the browser fuses them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

# Layers that latent consistency adapters for Stable Diffusion train (diffusers' distillation script), by the end of their names.
LAYERS = (
    "to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2", "conv1", "conv2", "conv_shortcut",
    "downsamplers.0.conv", "upsamplers.0.conv", "time_emb_proj",
)


@dataclass(frozen=True)
class LowRank:
    """An adapter of one layer: up [out, rank], down [rank, in], both with two more axes for a convolution; it adds alpha / rank * up @ down."""

    up: Tensor
    down: Tensor
    alpha: float

    @property
    def factor(self) -> float:
        """How strongly it acts."""
        return self.alpha / self.down.shape[0]


def key_of(layer: str) -> str:
    """A layer's name in an adapter's file: down_blocks.0.conv1 -> lora_unet_down_blocks_0_conv1"""
    return f"lora_unet_{layer.replace('.', '_')}"


def draw_adapters(unet: nn.Module, rank: int, draw: torch.Generator | None, half: bool) -> dict[str, LowRank]:
    """Random adapters for every layer of LAYERS, rounded to half precision if asked: name of the layer -> adapter."""
    adapters = {}
    for name, module in unet.named_modules():
        if not isinstance(module, (nn.Linear, nn.Conv2d)) or not name.endswith(LAYERS):
            continue
        out, *rest = module.weight.shape
        ones = [1] * (len(rest) - 1)
        up = torch.randn(out, rank, *ones, generator=draw)
        down = torch.randn(rank, *rest, generator=draw) * (0.3 / np.sqrt(module.weight[0].numel() * rank))
        if half:
            up, down = up.half().float(), down.half().float()
        adapters[name] = LowRank(up, down, alpha=rank / 2)
    return adapters


def fuse(weight: Tensor, adapter: LowRank) -> Tensor:
    """weight + factor * up @ down, summed in float64 in the order of the rank and rounded once (`workers/assembly/transforms.ts`)."""
    up = adapter.up.numpy().astype(np.float64).reshape(weight.shape[0], -1)
    down = adapter.down.numpy().astype(np.float64).reshape(adapter.down.shape[0], -1)
    base = weight.numpy().reshape(up.shape[0], -1)
    fused = np.empty(base.shape, np.float32)
    # A few rows at a time stay in the processor's cache.
    rows = max(1, 2**16 // base.shape[1])
    for start in range(0, base.shape[0], rows):
        part = slice(start, start + rows)
        sums = np.zeros(base[part].shape)
        for r in range(down.shape[0]):
            sums += up[part, r : r + 1] * down[r]
        fused[part] = base[part].astype(np.float64) + adapter.factor * sums
    return torch.from_numpy(fused).reshape(weight.shape)
