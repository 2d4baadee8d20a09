"""A quick look at what latents decode to: the decoder's first levels and a linear read-out, a quarter of the picture's size.

The last levels cost as much as all others and make detail that a face encoder's crop is too small to show.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, unfold

from forge.nets.autoencoder import Autoencoder, Upsample

# Levels of the decoder that are kept, and how much smaller than the picture a draft is.
LEVELS, SMALLER = 3, 4
# The read-out sees so much around every place, and is held back by this share of its inputs' mean power.
REACH, RIDGE = 3, 1e-4


class DraftDecoder(nn.Module):
    """Normalised latents [B, C, h, w] -> draft [B, 3, H / 4, W / 4] of the picture in about [-1, 1]; gradients reach the latents.

    `fit` has to be called once.
    """

    def __init__(self, autoencoder: Autoencoder) -> None:
        super().__init__()
        ends = [i for i, layer in enumerate(autoencoder.decoder) if isinstance(layer, Upsample)]
        self.trunk = autoencoder.decoder[: ends[LEVELS - 1]]
        self.register_buffer("mean", autoencoder.mean)
        self.register_buffer("deviation", autoencoder.deviation)
        width = [layer for layer in self.trunk.modules() if isinstance(layer, nn.Conv2d)][-1].out_channels
        latents = autoencoder.mean.shape[1]
        # Places of the trunk are 8 pixels apart, so each says 2 x 2 pixels of the draft; the latents add the decoder's linear path.
        side = autoencoder.expand[1].upscale_factor // SMALLER
        self.texture = nn.Sequential(nn.Conv2d(width, 12, REACH, padding=REACH // 2), nn.PixelShuffle(2))
        self.ground = nn.Sequential(nn.Conv2d(latents, 3 * side**2, 1), nn.PixelShuffle(side))
        self.requires_grad_(False)

    def forward(self, latents: Tensor) -> Tensor:
        """See the class."""
        raw = latents * self.deviation + self.mean
        return self.texture(self.trunk(raw)).float() + self.ground(raw).float()

    @torch.no_grad()
    def fit(self, autoencoder: Autoencoder, latents: Tensor) -> float:
        """Set the read-out by least squares to what the whole decoder makes of `latents` [B, C, h, w], averaged down. Returns the error
        that is left, dB of a range of 2."""
        raw = latents * self.deviation + self.mean
        # The decoder's linear path as it is, averaged over squares of 4 x 4 pixels.
        path, start = autoencoder.expand[0], autoencoder.expand[1].upscale_factor
        for own, whole in ((self.ground[0].weight, path.weight), (self.ground[0].bias, path.bias)):
            planes = whole[: 3 * start**2].reshape(3, start // SMALLER, SMALLER, start // SMALLER, SMALLER, -1)
            own.copy_(planes.mean((2, 4)).reshape(own.shape))
        wanted = avg_pool2d(autoencoder.decode_raw(raw)[0], SMALLER) - self.ground(raw)
        seen = unfold(self.trunk(raw), REACH, padding=REACH // 2).transpose(1, 2).flatten(0, 1)
        seen = torch.cat([seen, seen.new_ones(len(seen), 1)], 1).double()
        target = nn.functional.pixel_unshuffle(wanted, 2).flatten(2).transpose(1, 2).flatten(0, 1).double()
        power = seen.T @ seen
        power += RIDGE * power.diagonal().mean() * torch.eye(len(power), device=power.device, dtype=power.dtype)
        solution = torch.linalg.solve(power, seen.T @ target).T.float()
        self.texture[0].weight.copy_(solution[:, :-1].view_as(self.texture[0].weight))
        self.texture[0].bias.copy_(solution[:, -1])
        error = (self.texture(self.trunk(raw)) - wanted).pow(2).mean()
        return float(10 * torch.log10(4 / error))
