"""A network that reads a sitter and a direction off latents. It never ships: `forge train` asks it whether the latents that the
denoiser predicts show the sitter and the direction that were asked for (an identity loss, as in PuLID, Guo et al. 2024, but on
latents, where it costs a fifth of the denoiser instead of decoding a picture)."""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, silu

from forge.nets.config import AXES, OPTIONS, PocketConfig

FINE, COARSE, SQUEEZED, HIDDEN, GROUP = 64, 160, 48, 512, 16


class PlainResidual(nn.Module):
    """Pre-normalised residual block of two 3x3 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.GroupNorm(channels // GROUP, channels) for _ in range(2)])
        self.convolutions = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2)])

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] -> the same shape."""
        y = x
        for norm, convolution in zip(self.norms, self.convolutions):
            y = convolution(silu(norm(y)))
        return x + y


class LatentCritic(nn.Module):
    """latents [B, C, 20, 16] -> (axis logits [B, 6, 9], embedding [B, E] of unit length in the face encoder's space)."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        rows, columns = (side // 2 for side in config.latent_size)
        self.trunk = nn.Sequential(
            nn.Conv2d(config.latent_channels, FINE, 3, padding=1), PlainResidual(FINE), PlainResidual(FINE),
            nn.Conv2d(FINE, COARSE, 3, 2, 1), PlainResidual(COARSE), PlainResidual(COARSE), PlainResidual(COARSE),
            nn.GroupNorm(COARSE // GROUP, COARSE), nn.SiLU(), nn.Conv2d(COARSE, SQUEEZED, 1), nn.SiLU(),
        )
        self.hidden = nn.Sequential(nn.Dropout(0.2), nn.Linear(SQUEEZED * rows * columns, HIDDEN), nn.SiLU(), nn.Dropout(0.2))
        self.axes = nn.Linear(HIDDEN, len(AXES) * OPTIONS)
        self.identity = nn.Linear(HIDDEN, config.embedding)

    def forward(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        seen = self.hidden(self.trunk(latents).flatten(1))
        return self.axes(seen).unflatten(1, (len(AXES), OPTIONS)), normalize(self.identity(seen), dim=1, eps=1e-6)
