"""A network that reads a sitter and a direction off latents. It never ships: `forge train` asks it whether the latents that the
denoiser predicts show the sitter and the direction that were asked for (an identity loss, as in PuLID, Guo et al. 2024, but on
latents, where it costs a fifth of the denoiser instead of decoding a picture)."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, silu

from forge.data.align import TEMPLATE, anchors, sample_places, similarity
from forge.data.composition import POINTS
from forge.nets.config import AXES, OPTIONS, PocketConfig

FINE, COARSE, SQUEEZED, HIDDEN, GROUP = 64, 160, 48, 512, 16
# Channels and side of the aligned face, and how much smaller it is drawn than the face encoder's crop.
FACE, FACE_SIZE, FACE_ZOOM = 96, 14, 0.8


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
    """latents [B, C, 20, 16] and composition [B, 12] -> (axis logits [B, 6, 9], embedding [B, E] of unit length in the face
    encoder's space).

    It looks twice: at the whole, and at the face alone, turned upright and brought to one size by the points of the
    composition. A face is a handful of latents; found and aligned, it says who it is and how it is lit.
    """

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        rows, columns = (side // 2 for side in config.latent_size)
        self.trunk = nn.Sequential(
            nn.Conv2d(config.latent_channels, FINE, 3, padding=1), PlainResidual(FINE), PlainResidual(FINE),
            *narrow(FINE),
        )
        self.face = nn.Sequential(
            nn.Conv2d(config.latent_channels, FACE, 3, padding=1), PlainResidual(FACE), PlainResidual(FACE), *narrow(FACE)
        )
        face_cells = ((FACE_SIZE + 1) // 2) ** 2
        self.look = nn.Sequential(nn.Dropout(0.1), nn.Linear(SQUEEZED * face_cells, HIDDEN), nn.SiLU())
        self.hidden = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(SQUEEZED * rows * columns, HIDDEN), nn.SiLU(), nn.Dropout(0.2)
        )
        self.axes = nn.Linear(2 * HIDDEN, len(AXES) * OPTIONS)
        self.identity = nn.Linear(HIDDEN, config.embedding)

    def forward(self, latents: Tensor, composition: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        faces = align_latents(latents, composition).contiguous(memory_format=torch.channels_last)
        face = self.look(self.face(faces).flatten(1))
        seen = torch.cat([self.hidden(self.trunk(latents).flatten(1)), face], 1)
        return self.axes(seen).unflatten(1, (len(AXES), OPTIONS)), normalize(self.identity(face), dim=1, eps=1e-6)


def narrow(channels: int) -> list[nn.Module]:
    """The second half of a trunk: half the size, three blocks, few channels for the flattened layer after it."""
    return [
        nn.Conv2d(channels, COARSE, 3, 2, 1), PlainResidual(COARSE), PlainResidual(COARSE), PlainResidual(COARSE),
        nn.GroupNorm(COARSE // GROUP, COARSE), nn.SiLU(), nn.Conv2d(COARSE, SQUEEZED, 1), nn.SiLU(),
    ]


def align_latents(latents: Tensor, composition: Tensor) -> Tensor:
    """Faces [B, C, FACE_SIZE, FACE_SIZE] of latents [B, C, rows, columns], aligned like the face encoder's crops by the points
    of composition [B, 12], a little more around them. Gradients reach the latents."""
    rows, columns = latents.shape[2:]
    points = composition[:, :POINTS].detach().cpu().numpy().reshape(-1, 5, 2) * (columns, rows)
    target = ((TEMPLATE - 0.5) * FACE_ZOOM + 0.5) * FACE_SIZE
    source = anchors(points.astype(np.float64))
    places = similarity(np.broadcast_to(target, source.shape), source)
    return sample_places(latents, torch.from_numpy(places).float().to(latents.device), FACE_SIZE)
