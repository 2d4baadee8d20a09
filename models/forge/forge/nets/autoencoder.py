"""Latent autoencoder: 32x downsampling (16x of half the picture), convolutions and ReLU only, so that it decodes quickly on a CPU.

Beside the networks runs a linear path, one projection of every 16x16 patch, set to the principal components of real
patches before training (`set_components`). Ten minutes on two cores are then spent on what is not linear.

The first latent channels come from a coarse encoder, the others from a detail encoder that sees the picture at full size. They
are two so that a code can be widened without moving: a denoiser that knows the first channels keeps what it knows.

There is no normalisation layer: residual branches start near zero instead, which keeps the graph to Conv, Relu, Add and
DepthToSpace. The latent normalisation (mean and deviation of a channel over the training set) is part of both halves.
"""

import torch
from torch import Tensor, nn

from forge.nets.config import PocketConfig

# Latents are squashed softly to this range, so that one odd picture cannot leave the range that the denoiser knows.
LATENT_LIMIT = 4.0


class ResidualBlock(nn.Module):
    """x + conv(relu(conv(relu(x)))), second convolution started near zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.normal_(self.second.weight, 0, 1e-3)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        return x + self.second(torch.relu(self.first(torch.relu(x))))


class Upsample(nn.Sequential):
    """Convolution and depth-to-space: doubles both sides."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1) -> None:
        super().__init__(nn.Conv2d(channels_in, channels_out * 4, kernel, padding=kernel // 2), nn.PixelShuffle(2))


def detail_encoder(channels: tuple[int, ...], latents: int) -> nn.Sequential:
    """Picture [B, 3, H, W] -> [B, latents, H / f, W / f] with f = 4 for the stem and 2 for every further level."""
    layers: list[nn.Module] = [nn.Conv2d(3, channels[0], 8, 4, 2), ResidualBlock(channels[0])]
    for before, after in zip(channels, channels[1:]):
        layers += [nn.Conv2d(before, after, 3, 2, 1), ResidualBlock(after)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Conv2d(channels[-1], latents, 3, padding=1))


class Autoencoder(nn.Module):
    """Encoder and decoder with shared latent statistics (`mean`, `deviation`, set after training by `set_statistics`)."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        a, b, c = config.encoder_channels
        # The 8x8 stride-4 stem sees overlapping patches: cheaper than convolutions at full size, no block edges.
        self.encoder = nn.Sequential(
            nn.Conv2d(3, a, 8, 4, 2), ResidualBlock(a),
            nn.Conv2d(a, b, 3, 2, 1), ResidualBlock(b),
            nn.Conv2d(b, c, 3, 2, 1), ResidualBlock(c), nn.ReLU(),
            nn.Conv2d(c, config.latent_channels - config.detail_channels, 3, padding=1),
        )
        self.detail = (
            detail_encoder(config.detail_encoder_channels, config.detail_channels) if config.detail_channels else None
        )
        layers: list[nn.Module] = [nn.Conv2d(config.latent_channels, config.decoder_channels[0], 3, padding=1)]
        for level, (channels, blocks) in enumerate(zip(config.decoder_channels, config.decoder_blocks)):
            if level:
                # The fifth level makes detail out of neighbours: at half the picture's size there is nothing finer to shuffle.
                if level > 3:
                    layers.append(nn.ReLU())
                layers.append(Upsample(config.decoder_channels[level - 1], channels, 3 if level > 3 else 1))
            layers += [ResidualBlock(channels) for _ in range(blocks)]
        # Four planes for every pixel (red, green, blue, subject mask), 2x2 pixels for every position.
        layers += [nn.ReLU(), nn.Conv2d(config.decoder_channels[-1], 16, 3, padding=1), nn.PixelShuffle(2)]
        self.decoder = nn.Sequential(*layers)
        self.pool = config.pool
        side = config.factor // config.pool
        self.project = nn.Conv2d(3, config.latent_channels - config.detail_channels, side, side)
        self.expand = nn.Sequential(
            nn.Conv2d(config.latent_channels, 4 * config.factor**2, 1), nn.PixelShuffle(config.factor)
        )
        # Started at nothing: the networks add to the linear path.
        for layer in (self.encoder[-1], self.decoder[-2]):
            nn.init.normal_(layer.weight, 0, 1e-3)
            nn.init.zeros_(layer.bias)
        self.register_buffer("mean", torch.zeros(1, config.latent_channels, 1, 1))
        self.register_buffer("deviation", torch.ones(1, config.latent_channels, 1, 1))

    def set_statistics(self, mean: Tensor, deviation: Tensor) -> None:
        """Set the latent mean and deviation, [C] each, measured on raw latents."""
        self.mean.copy_(mean.view_as(self.mean))
        self.deviation.copy_(deviation.view_as(self.deviation))

    @torch.no_grad()
    def set_components(self, patches: Tensor) -> None:
        """Set the linear path of the coarse latents to the principal components of `patches` [N, 3, side, side] in [-1, 1] of pictures as the
        encoder sees them (`pool` times smaller), scaled to unit variance. The mask starts at even odds."""
        flat = patches.flatten(1)
        mean = flat.mean(0)
        values, vectors = torch.linalg.eigh((flat - mean).T @ (flat - mean) / len(flat))
        count = self.project.out_channels
        axes, scale = vectors.flip(1)[:, :count].T, values.flip(0)[:count].sqrt()
        weight = axes / scale[:, None]
        self.project.weight.copy_(weight.view_as(self.project.weight))
        self.project.bias.copy_(-(weight @ mean))
        self.expand[0].weight.zero_()
        self.expand[0].bias.zero_()
        side, pixels = patches.shape[2], 3 * (patches.shape[2] * self.pool) ** 2

        def enlarge(planes: Tensor) -> Tensor:
            planes = planes.view(-1, 3, side, side).repeat_interleave(self.pool, 2).repeat_interleave(self.pool, 3)
            return planes.flatten(1)

        self.expand[0].weight[:pixels, :count] = enlarge(axes * scale[:, None]).T[:, :, None, None]
        self.expand[0].bias[:pixels] = enlarge(mean)[0]

    def encode_raw(self, sample: Tensor) -> Tensor:
        """sample [B, 3, H, W] in [-1, 1] -> latents [B, C, H / 32, W / 32] before normalisation."""
        small = nn.functional.avg_pool2d(sample, self.pool) if self.pool > 1 else sample
        raw = self.encoder(small) + self.project(small)
        if self.detail is not None:
            raw = torch.cat([raw, self.detail(sample)], 1)
        return LATENT_LIMIT * torch.tanh(raw / LATENT_LIMIT)

    def encode(self, sample: Tensor) -> Tensor:
        """sample [B, 3, H, W] in [-1, 1] -> normalised latents [B, C, H / 32, W / 32]."""
        return self.normalise(self.encode_raw(sample))

    def normalise(self, raw: Tensor) -> Tensor:
        """Raw latents -> latents of mean 0 and deviation 1 in every channel."""
        return (raw - self.mean) / self.deviation

    def decode_raw(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Raw latents -> unclamped sample [B, 3, H, W] and mask logits [B, 1, H, W] (what the losses need)."""
        planes = self.decoder(latents) + self.expand(latents)
        return planes[:, :3], planes[:, 3:]

    def decode(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised latents -> sample [B, 3, H, W] in [-1, 1] and subject mask [B, 1, H, W] in [0, 1]."""
        sample, logits = self.decode_raw(latents * self.deviation + self.mean)
        return sample.clamp(-1, 1), torch.sigmoid(logits)
