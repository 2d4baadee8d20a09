"""All Pocket networks together: building, saving and loading them, and flow-matching sampling in PyTorch."""

from pathlib import Path

import torch
from torch import Tensor, nn

from forge.nets.autoencoder import Autoencoder
from forge.nets.conditioner import DirectionEncoder, IdentityProjector
from forge.nets.composition import Composer
from forge.nets.config import AXES, UNSET, PocketConfig
from forge.nets.denoiser import Denoiser
from forge.nets.face_encoder import FaceEncoder
from forge.nets.sampling import euler, trailing_sigmas


class Conditioned(nn.Module):
    """Denoiser with its conditioners: the networks that train together, and the composer's bank."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        self.direction_encoder = DirectionEncoder(config)
        self.identity_projector = IdentityProjector(config)
        self.denoiser = Denoiser(config)
        self.composer = Composer(config)

    def forward(
        self, latents: Tensor, timestep: Tensor, direction_ids: Tensor, embedding: Tensor, identity_scale: Tensor,
        composition: Tensor,
    ) -> Tensor:
        """latents [B, C, h, w], timestep [B] (sigma * 1000), direction_ids int32 [B, 6], embedding [B, 256],
        identity_scale [B], composition [B, 12] -> velocity [B, C, h, w]."""
        direction = self.direction_encoder(direction_ids)
        identity = self.identity_projector(embedding)
        return self.denoiser(latents, timestep, direction, identity, identity_scale, composition)


class Bundle(nn.Module):
    """Every network of a pack."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        self.config = config
        self.autoencoder = Autoencoder(config)
        self.face_encoder = FaceEncoder(config)
        self.conditioned = Conditioned(config)


def load_part(module: nn.Module, path: Path) -> nn.Module:
    """Load the averaged weights of a training checkpoint into `module`; returns it in eval mode.

    Raises FileNotFoundError or RuntimeError (sizes differ) rather than continuing with random weights.
    """
    module.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["ema"])
    return module.eval()


@torch.no_grad()
def sample_latents(
    model: Conditioned,
    noise: Tensor,
    direction_ids: Tensor,
    embedding: Tensor,
    composition: Tensor,
    steps: int,
    guidance_scale: float = 1.0,
    identity_strength: float = 1.0,
) -> Tensor:
    """Euler steps along sigma = 1 .. 0 from `noise` [B, C, h, w]; direction_ids int32 [B, 6]; embedding [B, 256];
    composition [B, 12], which both branches of guidance are told.

    Classifier-free guidance costs a second evaluation with all axes unset and identity scale 0.
    """
    batch = noise.shape[0]
    strength = noise.new_full((batch,), identity_strength)
    nobody = torch.zeros_like(strength)
    unset = torch.full((batch, len(AXES)), UNSET, dtype=torch.int32, device=noise.device)

    def velocity(latents: Tensor, timestep: float) -> Tensor:
        told = noise.new_full((batch,), timestep)
        answer = model(latents, told, direction_ids, embedding, strength, composition)
        if guidance_scale == 1.0:
            return answer
        plain = model(latents, told, unset, embedding, nobody, composition)
        return plain + guidance_scale * (answer - plain)

    return euler(velocity, noise, trailing_sigmas(steps))
