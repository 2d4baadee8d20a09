"""What makes decoded pictures look like pictures: a patch discriminator (Isola et al. 2017, hinge loss, weighted as in VQGAN,
Esser et al. 2021, its features matched as in Wang et al. 2018) and distances in the face encoder's features. Used only while the decoder is tuned; never shipped.

The features are the face encoder's, whose first blocks are EfficientNet-Lite1's: `forge eval` measures with another network, Lite0.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, relu
from torch.nn.utils.parametrizations import spectral_norm

from forge.nets.face_encoder import FaceEncoder
from forge.train.loop import save_atomically
from forge.train.parallel import Context
from forge.train.picture_losses import stage_distance

WIDTHS = (24, 48, 96)
RATE = 3e-4
# How often the weight is measured again, and its limits.
MEASURE_EVERY, LOWEST, HIGHEST = 8, 1e-6, 2.0
# Weight of the distance between features beside the realness.
MATCHING = 2.0


class PatchDiscriminator(nn.Module):
    """pictures [B, 3, H, W] in [-1, 1] -> realness [B, 1, H / 8, W / 8], a number for every patch of about 40 pixels. No convolution
    amplifies (spectral norm, Miyato et al. 2018): without that it runs ahead, and the decoder swings after it."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c = WIDTHS
        layers = (nn.Conv2d(3, a, 4, 2, 1), nn.Conv2d(a, b, 4, 2, 1), nn.Conv2d(b, c, 4, 2, 1), nn.Conv2d(c, c, 3, 1, 1))
        self.layers = nn.ModuleList(spectral_norm(layer) for layer in layers)
        self.norms = nn.ModuleList([nn.Identity(), *(nn.GroupNorm(4, width) for width in (b, c, c))])
        self.last = spectral_norm(nn.Conv2d(c, 1, 3, 1, 1))

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Outputs of every layer but the last."""
        outputs = [pictures]
        for layer, norm in zip(self.layers, self.norms):
            outputs.append(leaky_relu(norm(layer(outputs[-1])), 0.2))
        return outputs[1:]

    def forward(self, pictures: Tensor) -> Tensor:
        """See the class."""
        return self.last(self.features(pictures)[-1])


class Adversary:
    """A discriminator with its optimiser, trained a step for every step of the decoder."""

    def __init__(self, folder: Path, context: Context) -> None:
        self.path, self.context = folder / "adversary.pt", context
        self.network = PatchDiscriminator().to(context.device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.network.parameters(), RATE, betas=(0.5, 0.9))
        self.calls, self.weight = 0, LOWEST
        if self.path.exists():
            state = torch.load(self.path, map_location=context.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.weight = state["weight"]

    def save(self) -> None:
        """Write the discriminator beside the other checkpoints."""
        state = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "weight": self.weight}
        save_atomically(state, self.path)

    def learn(self, output: Tensor, target: Tensor) -> float:
        """One step of the discriminator on decoded and real pictures; returns its loss (1 when it cannot tell them apart)."""
        self.network.requires_grad_(True)
        loss = (relu(1 - self.network(target)).mean() + relu(1 + self.network(output.detach())).mean()) / 2
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.context.average(list(self.network.parameters()), 0.0)
        self.optimiser.step()
        self.network.requires_grad_(False)
        return float(loss.detach())

    def loss(self, output: Tensor, target: Tensor, reconstruction: Tensor, last_layer: Tensor, strength: float) -> Tensor:
        """How real `output` looks and how far its features are from the target's, weighted so that their gradient at the decoder's last
        layer is `strength` times that of the `reconstruction` loss."""
        mine = self.network.features(output)
        with torch.no_grad():
            theirs = self.network.features(target)
        apart = torch.stack([(a - b).abs().mean() for a, b in zip(mine, theirs)]).mean()
        adversarial = MATCHING * apart - self.network.last(mine[-1]).mean()
        if self.calls % MEASURE_EVERY == 0:
            wanted = torch.autograd.grad(reconstruction, last_layer, retain_graph=True)[0].norm()
            found = torch.autograd.grad(adversarial, last_layer, retain_graph=True)[0].norm()
            now = float((wanted / (found + 1e-6)).clamp(LOWEST, HIGHEST))
            self.weight += 0.2 * (now - self.weight) if self.calls else now - self.weight
        self.calls += 1
        return strength * self.weight * adversarial


def face_distance(encoder: FaceEncoder, output: Tensor, target: Tensor) -> Tensor:
    """Mean distance of aligned crops [B, 3, 112, 112] in the encoder's features and embedding."""
    made, wanted = encoder.stages(output), encoder.stages(target)
    # The encoder before this one had four stages: so many keep the weight that this loss has beside the others.
    return (4 * stage_distance(made, wanted) + (1 - (encoder.embed(made[-1]) * encoder.embed(wanted[-1])).sum(1))).mean()
