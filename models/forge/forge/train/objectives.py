"""What the denoiser is trained for: the velocity, and what a critic sees in the latents that it leads to."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from forge.data.face_regions import ZOOMS
from forge.nets.config import UNSET
from forge.nets.sampling import SHIFT, shift_sigma
from forge.train.batches import Told
from forge.train.face_objective import FaceObjective
from forge.train.metric import identity_contrast

DROP_IDENTITY = 0.1
# From where on the schedule whole portraits, and enlarged parts of every later pass, are learnt.
STARTS = (1.0, *(zoom.start for zoom in ZOOMS))
# How much the critic's word counts for each axis, mean 1: pose, styling and mood are the ones that portraits obey least.
AXIS_WEIGHTS = (0.4, 0.5, 1.6, 1.4, 1.8, 0.3)


@torch.no_grad()
def channel_importance(autoencoder: nn.Module, latents: Tensor) -> Tensor:
    """How much a unit error in each latent channel changes the picture: [1, C, 1, 1] of mean 1, from latents [B, C, h, w].

    All channels have unit variance, but a few carry place, light and colour and the others fine texture that no direction
    predicts (measured: 3 of 12 channels were explained to 40-50 % at sigma 1, the others to 0-6 %). Unweighted, three
    quarters of the gradient would be noise about texture.
    """
    base = autoencoder.decode(latents)[0]
    generator = torch.Generator().manual_seed(0)
    effects = []
    for channel in range(latents.shape[1]):
        changed = latents.clone()
        noise = torch.randn(changed[:, channel].shape, generator=generator)
        changed[:, channel] += noise.to(changed.device)
        effects.append((autoencoder.decode(changed)[0] - base).pow(2).mean().sqrt())
    effect = torch.stack(effects)
    return (effect / effect.mean()).view(1, -1, 1, 1)


def criticise(
    critic: nn.Module, predicted: Tensor, sigma: Tensor, told: Told, scale: Tensor
) -> tuple[Tensor, Tensor]:
    """Losses of direction and identity that the critic sees in predicted clean latents [B, C, h, w]. What was not told is not
    asked for, and the noisier the input the less: there the best prediction is a mean that shows nobody."""
    logits, found = critic(predicted.contiguous(memory_format=torch.channels_last), told.composition)
    clearness = 1 - sigma
    target = told.direction.long()
    axes = cross_entropy(logits.transpose(1, 2), target.where(target != UNSET, -100), reduction="none", label_smoothing=0.05)
    axes = axes * axes.new_tensor(AXIS_WEIGHTS)
    apart = identity_contrast(found, told.embedding, told.people) * told.seen * scale
    return (axes.mean(1) * (0.3 + clearness)).mean(), (apart * clearness).mean()


@dataclass(frozen=True)
class Guidance:
    """Scales of classifier-free guidance that the model learns: of the direction, and of the sitter on top of it."""

    direction: float = 1.0
    identity: float = 1.0

    @property
    def asked(self) -> bool:
        """Whether there is anything to learn."""
        return self.direction > 1 or self.identity > 1


@torch.no_grad()
def guidance_target(
    model: nn.Module, noisy: Tensor, sigma: Tensor, told: Told, velocity: Tensor, guidance: Guidance
) -> Tensor:
    """What to add to the true velocity so that the model learns the guided one (model guidance, Tang et al. 2025), [B, C, h, w].

    A model f that is trained to hit t + w (f - plain) settles where f = t + w / (1 - w) (t - plain): classifier-free guidance of
    scale g = 1 / (1 - w), in one evaluation. Direction and sitter have scales of their own (as two conditions have in Brooks et al.
    2023): f settles where f = plain + g_d (d - plain) + g_i (t - d), with d the unguided velocity of the direction told to nobody. What
    was told nothing keeps its target, so `plain` stays what it was, and what was told no sitter learns the direction's guidance alone.
    """
    unset, nobody = torch.full_like(told.direction, UNSET), torch.zeros_like(sigma)
    plain, directed = (
        model(noisy, sigma * 1000, direction, told.embedding, nobody, told.composition).float() for direction in (unset, told.direction)
    )
    return (1 - 1 / guidance.direction) * (directed - plain) + (1 - 1 / guidance.identity) * (velocity.detach().float() - directed)


def flow_loss(
    model: nn.Module, told: Told, channels: Tensor, critic: nn.Module | None, strengths: tuple[float, float],
    guidance: Guidance = Guidance(), faces: FaceObjective | None = None,
) -> tuple[Tensor, dict[str, float]]:
    """Importance-weighted error of the predicted velocity at the sigmas that the shifted sampler visits, plus the critic's and the
    face encoder's losses on the clean latents that this velocity leads to.

    The shift of Esser et al. 2024: with few samples seen, what is learned near sigma 1 (place, light, colours) decides the
    picture. Stratified over the batch, which takes noise out of the gradient. With `guidance` above 1 the model learns the guided
    velocity.
    """
    latents, device = told.latents, told.latents.device
    count = len(latents)
    even = (torch.randperm(count, device=device) + torch.rand(count, device=device)) / count
    sigma = shift_sigma(even.new_tensor(STARTS)[told.zoom] * even, SHIFT)
    scale = (torch.rand(count, device=device) >= DROP_IDENTITY).float()
    noise = torch.randn_like(latents)
    mix = sigma.view(-1, 1, 1, 1)
    noisy = (1 - mix) * latents + mix * noise
    velocity = model(noisy, sigma * 1000, told.direction, told.embedding, scale, told.composition)
    target = noise - latents
    if guidance.asked:
        target = target + guidance_target(model, noisy, sigma, told, velocity, guidance)
    flow = ((velocity - target).pow(2) * told.weights * channels).mean()
    predicted, numbers, loss = noisy - mix * velocity, {"flow": float(flow.detach())}, flow
    if critic is not None:
        axes, apart = criticise(critic, predicted, sigma, told, scale)
        numbers |= {"axes": float(axes.detach()), "apart": float(apart.detach())}
        loss = loss + strengths[0] * axes + strengths[1] * apart
    if faces is not None:
        likeness, seen = faces.loss(predicted, told, sigma, scale)
        loss, numbers = loss + likeness, numbers | seen
    return loss, numbers
