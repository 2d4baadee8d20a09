"""What makes predicted faces look like faces: small discriminators on the frozen features of the face encoder.

Reading features instead of pixels makes a discriminator useful within minutes (projected GANs, Sauer et al. 2021); each made picture
is compared with the true one of its row (relativistic pairing, Jolicoeur-Martineau 2018; Huang et al. 2024), so that what differs
between people is no evidence. Used only while the denoiser is trained; never shipped.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, leaky_relu, softplus

from forge.nets.config import PocketConfig
from forge.train.loop import save_atomically
from forge.train.parallel import Context

# Stages of the face encoder that are read: a half, a quarter, an eighth and a sixteenth of a crop's side.
STAGES = (1, 4, 7, 11)
WIDTH = 64
RATE = 5e-4
# How strongly slopes of the discriminators are held down (R1 and R2 of Roth et al. 2017, by differences), and the noise that finds them.
PENALTY, PROBE = 0.05, 0.1


class FeatureHead(nn.Module):
    """Features [B, C, h, w] -> realness [B, 1, h, w]. Reads their pattern in every place: a change of contrast moves little."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, WIDTH, 1)
        self.around = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.leave = nn.Conv2d(WIDTH, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        hidden = leaky_relu(self.enter(features), 0.2)
        return self.leave(leaky_relu(self.around(hidden), 0.2)).float()


def patterns(stages: list[Tensor]) -> list[Tensor]:
    """The stages that are read [B, C, h, w], of mean 0 and deviation 1 in every place."""
    return [layer_norm(stages[index].float().permute(0, 2, 3, 1), stages[index].shape[1:2]).permute(0, 3, 1, 2) for index in STAGES]


class FeatureAdversary:
    """The discriminators with their optimiser, trained a step for every step of the denoiser."""

    def __init__(self, path: Path, config: PocketConfig, context: Context) -> None:
        """Continues from the file at `path` where there is one; `save` writes it."""
        self.path, self.context = path, context
        widths = [config.face_stem, *(block[3] for block in config.face_blocks)]
        self.heads = nn.ModuleList(FeatureHead(widths[index]) for index in STAGES).to(context.device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.heads.parameters(), RATE, betas=(0.0, 0.9))
        self.heads.requires_grad_(False)
        if path.exists():
            state = torch.load(path, map_location=context.device, weights_only=True)
            self.heads.load_state_dict(state["heads"])
            self.optimiser.load_state_dict(state["optimiser"])

    def save(self) -> None:
        """Write the discriminators beside the other checkpoints."""
        save_atomically({"heads": self.heads.state_dict(), "optimiser": self.optimiser.state_dict()}, self.path)

    def judge(self, seen: list[Tensor]) -> list[Tensor]:
        """Realness of `patterns`, one map for every head."""
        return [head(features) for head, features in zip(self.heads, seen)]

    def learn(self, made: list[Tensor], true: list[Tensor]) -> float:
        """One step of the discriminators on stages of made and true pictures of the same rows; returns how often they are right, a share
        of places. Every worker has to call it in every step, with no stages where it has no rows."""
        self.heads.requires_grad_(True)
        self.optimiser.zero_grad(set_to_none=True)
        right = 0.5
        if made:
            both = [patterns([stage.detach() for stage in stages]) for stages in (made, true)]
            logits = [self.judge(seen) for seen in both]
            gaps = [theirs - mine for mine, theirs in zip(*logits)]
            loss = torch.stack([softplus(-gap).mean() for gap in gaps]).sum()
            for seen, before in zip(both, logits):
                after = self.judge([features + PROBE * torch.randn_like(features) for features in seen])
                loss = loss + PENALTY * torch.stack([((b - a) / PROBE).pow(2).mean() for a, b in zip(before, after)]).sum()
            loss.backward()
            right = float(torch.stack([(gap > 0).float().mean() for gap in gaps]).mean())
        self.context.average(list(self.heads.parameters()), 0.0)
        self.optimiser.step()
        self.heads.requires_grad_(False)
        return right

    def loss(self, made: list[Tensor], true: list[Tensor]) -> Tensor:
        """How much less real each made picture looks than the true one of its row [B]; gradients reach `made`."""
        with torch.no_grad():
            theirs = self.judge(patterns(true))
        mine = self.judge(patterns(made))
        return torch.stack([softplus(b - a).mean((1, 2, 3)) for a, b in zip(mine, theirs)]).mean(0)
