"""Denoiser: a two-level UNet on latents with direction cross-attention and decoupled identity cross-attention.

The decoupling follows IP-Adapter (Ye et al. 2023): one query, two key/value pairs, the identity branch scaled by
`identity_scale`. Identity also colours the whole picture (skin, hair) through the modulation, where it is multiplied by the
same scale, so a scale of 0 switches it off exactly. Blocks are modulated as in DiT (Peebles and Xie 2023). Attention is
written as plain matrix products: fast in the backward pass on a CPU, and exportable without special operators.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from forge.nets.composition import CompositionMaps
from forge.nets.config import PocketConfig


class TimedResidual(nn.Module):
    """Residual block whose second half is scaled and shifted by the time embedding."""

    def __init__(self, channels_in: int, channels_out: int, config: PocketConfig) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(channels_in // config.group_width, channels_in)
        self.conv_in = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.modulation = nn.Linear(config.time_width, 2 * channels_out)
        self.norm_out = nn.GroupNorm(channels_out // config.group_width, channels_out)
        self.conv_out = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """x [B, C, H, W], time [B, T] -> [B, C', H, W]."""
        scale, shift = self.modulation(time)[:, :, None, None].chunk(2, 1)
        y = self.conv_in(silu(self.norm_in(x)))
        return self.skip(x) + self.conv_out(silu(self.norm_out(y) * (1 + scale) + shift))


class TransformerBlock(nn.Module):
    """Self-attention, cross-attention to direction and identity, feed-forward; each branch starts at zero."""

    def __init__(self, width: int, config: PocketConfig) -> None:
        super().__init__()
        self.heads = width // config.head_width
        self.scale = config.head_width**-0.5
        self.norm_self, self.norm_cross, self.norm_mlp = (nn.LayerNorm(width) for _ in range(3))
        self.to_qkv = nn.Linear(width, 3 * width, bias=False)
        self.self_out = nn.Linear(width, width)
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_kv = nn.Linear(config.context, 2 * width, bias=False)
        self.to_kv_identity = nn.Linear(config.context, 2 * width, bias=False)
        self.cross_out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 3 * width), nn.SiLU(), nn.Linear(3 * width, width))
        self.modulation = nn.Linear(config.time_width, 4 * width)
        for layer in (self.self_out, self.cross_out, self.mlp[2], self.modulation):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def split(self, x: Tensor) -> Tensor:
        """[B, N, D] -> [B, heads, N, D / heads]."""
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def attend(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Scaled dot-product attention over split heads -> [B, N, D]."""
        weights = torch.softmax((query * self.scale) @ key.transpose(-1, -2), dim=-1)
        return (weights @ value).transpose(1, 2).reshape(query.shape[0], query.shape[2], -1)

    def forward(
        self, x: Tensor, time: Tensor, direction: Tensor, identity: Tensor, identity_scale: Tensor
    ) -> Tensor:
        """x [B, N, D]; time [B, T]; direction and identity tokens [B, M, context]; identity_scale [B, 1, 1]."""
        scale, shift, scale_mlp, shift_mlp = self.modulation(time)[:, None].chunk(4, -1)
        seen = self.norm_self(x) * (1 + scale) + shift
        query, key, value = (self.split(part) for part in self.to_qkv(seen).chunk(3, -1))
        x = x + self.self_out(self.attend(query, key, value))
        query = self.split(self.to_q(self.norm_cross(x)))
        key, value = (self.split(part) for part in self.to_kv(direction).chunk(2, -1))
        key_identity, value_identity = (self.split(part) for part in self.to_kv_identity(identity).chunk(2, -1))
        seen = self.attend(query, key, value) + identity_scale * self.attend(query, key_identity, value_identity)
        x = x + self.cross_out(seen)
        return x + self.mlp(self.norm_mlp(x) * (1 + scale_mlp) + shift_mlp)


class Denoiser(nn.Module):
    """Predicts the flow-matching velocity (noise - clean latents). Shapes are in `forward`."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        fine, coarse = config.denoiser_channels
        rows, columns = config.latent_size
        half = config.time_width // 4
        self.register_buffer("frequencies", torch.exp(-math.log(10000.0) * torch.arange(half) / half), persistent=False)
        self.time = nn.Sequential(
            nn.Linear(2 * half, config.time_width), nn.SiLU(), nn.Linear(config.time_width, config.time_width)
        )
        # Pooled direction: axes such as mood and look colour the whole picture, which modulation does best.
        self.pooled = nn.Linear(config.direction_tokens * config.context, config.time_width)
        self.pooled_identity = nn.Linear(config.identity_tokens * config.context, config.time_width, bias=False)
        nn.init.zeros_(self.pooled_identity.weight)
        self.stem = nn.Conv2d(config.latent_channels, fine, 3, padding=1)
        self.composition = CompositionMaps(fine, config)
        # Framing is about absolute place, which convolutions alone do not know.
        self.place_fine = nn.Parameter(torch.randn(1, fine, rows, columns) * 0.02)
        self.place_coarse = nn.Parameter(torch.randn(1, coarse, (rows + 1) // 2, (columns + 1) // 2) * 0.02)
        self.down = nn.ModuleList([TimedResidual(fine, fine, config) for _ in range(2)])
        self.shrink = nn.Conv2d(fine, coarse, 3, 2, 1)
        self.enter = TimedResidual(coarse, coarse, config)
        self.blocks = nn.ModuleList([TransformerBlock(coarse, config) for _ in range(config.transformer_blocks)])
        self.leave = TimedResidual(coarse, coarse, config)
        self.grow = nn.Sequential(nn.Conv2d(coarse, 4 * fine, 1), nn.PixelShuffle(2))
        self.up = nn.ModuleList([TimedResidual(2 * fine, fine, config) for _ in range(2)])
        self.norm_out = nn.GroupNorm(fine // config.group_width, fine)
        self.conv_out = nn.Conv2d(fine, config.latent_channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(
        self, latents: Tensor, timestep: Tensor, direction: Tensor, identity: Tensor, identity_scale: Tensor,
        composition: Tensor,
    ) -> Tensor:
        """latents [B, 12, 20, 16], timestep [B] (sigma * 1000), direction tokens [B, 12, 192], identity tokens
        [B, 8, 192], identity_scale [B], composition [B, 12] -> velocity, the shape of latents."""
        angles = timestep[:, None] * self.frequencies
        time = self.time(torch.cat([angles.cos(), angles.sin()], 1)) + self.pooled(direction.flatten(1))
        layout, arranged = self.composition(composition)
        time = silu(time + arranged + identity_scale[:, None] * self.pooled_identity(identity.flatten(1)))
        skips = [self.stem(latents) + self.place_fine + layout]
        for block in self.down:
            skips.append(block(skips[-1], time))
        x = self.enter(self.shrink(skips[-1]) + self.place_coarse, time)
        batch, width, rows, columns = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens, time, direction, identity, identity_scale[:, None, None])
        x = self.leave(tokens.transpose(1, 2).reshape(batch, width, rows, columns), time)
        x = self.grow(x)
        if x.shape[-2:] != latents.shape[-2:]:  # odd latent sizes: only the micro model has them
            x = x[:, :, : latents.shape[2], : latents.shape[3]]
        for block in self.up:
            x = block(torch.cat([x, skips.pop()], 1), time)
        return self.conv_out(silu(self.norm_out(x)))
