"""Composition in the networks: the composer draws one for a direction, the maps show it to the denoiser.

What the twelve values mean is said in `forge.data.composition`.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from forge.data.composition import LENGTH, POINTS
from forge.nets.config import OPTIONS, PocketConfig

FRAMING, POSE = 0, 4
# Maps of `CompositionMaps`, and values of its `summary`.
MAPS, SUMMARY = 11, LENGTH + 3
HIDDEN = 64


class Composer(nn.Module):
    """direction_ids int32 [B, 6] (9 = unset), choice f32 [B, 3] in [0, 1) -> composition [B, 12].

    Looked up in a bank of compositions of rendered portraits. `choice` says which one, and which framing and pose where
    the direction leaves those to the photographer.
    """

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        self.choices = config.compositions
        self.register_buffer("bank", torch.zeros(OPTIONS * OPTIONS * self.choices, LENGTH))

    def forward(self, direction_ids: Tensor, choice: Tensor) -> Tensor:
        """See the class."""

        def settle(axis: int, drawn: Tensor) -> Tensor:
            ids = direction_ids[:, axis].long()
            return torch.where(ids < OPTIONS, ids, (drawn * OPTIONS).long())

        cell = settle(FRAMING, choice[:, 1]) * OPTIONS + settle(POSE, choice[:, 2])
        return self.bank[cell * self.choices + (choice[:, 0] * self.choices).long()]


class CompositionMaps(nn.Module):
    """composition [B, 12] -> features [B, channels, rows, columns] for the stem and [B, time_width] for the modulation.

    The maps hold soft spots at the five points and the face's own coordinates: origin between the eyes, the mouth at (0, 1).
    Both outputs start at zero, so that a denoiser trained without composition goes on where it was.
    """

    def __init__(self, channels: int, config: PocketConfig) -> None:
        super().__init__()
        rows, columns = config.latent_size
        self.aspect = config.image_height / config.image_width
        self.register_buffer("across", ((torch.arange(columns) + 0.5) / columns).view(1, 1, 1, -1), persistent=False)
        down = (torch.arange(rows) + 0.5) / rows * self.aspect
        self.register_buffer("down", down.view(1, 1, -1, 1), persistent=False)
        self.to_stem = nn.Conv2d(MAPS, channels, 3, padding=1, bias=False)
        self.hidden = nn.Linear(SUMMARY, HIDDEN)
        self.to_time = nn.Linear(HIDDEN, config.time_width, bias=False)
        nn.init.zeros_(self.to_stem.weight)
        nn.init.zeros_(self.to_time.weight)

    def forward(self, composition: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        # Units of the picture's width from here on, so that the face's coordinates turn without distortion.
        x = composition[:, 0:POINTS:2, None, None]
        y = composition[:, 1:POINTS:2, None, None] * self.aspect
        eye_x, eye_y = (x[:, 0:1] + x[:, 1:2]) / 2, (y[:, 0:1] + y[:, 1:2]) / 2
        axis_x, axis_y = (x[:, 3:4] + x[:, 4:5]) / 2 - eye_x, (y[:, 3:4] + y[:, 4:5]) / 2 - eye_y
        square = axis_x * axis_x + axis_y * axis_y + 1e-4

        def own(place_x: Tensor, place_y: Tensor) -> tuple[Tensor, Tensor]:
            right, below = place_x - eye_x, place_y - eye_y
            return (right * axis_y - below * axis_x) / square, (right * axis_x + below * axis_y) / square

        u, v = own(self.across, self.down)
        v = v - 0.5
        distance = u * u + v * v
        near, around = torch.exp(-0.5 * distance), torch.exp(-0.125 * distance)
        offset_x, offset_y = self.across - x, self.down - y
        spots = torch.exp(-(offset_x * offset_x + offset_y * offset_y) / (0.25 * square + 8e-4))
        maps = torch.cat([torch.tanh(0.5 * u), torch.tanh(0.5 * v), u * near, v * near, near, around, spots], 1)
        nose = own(x[:, 2:3], y[:, 2:3])
        extra = [part.flatten(1) for part in (torch.log(square), *nose)]
        return self.to_stem(maps), self.to_time(silu(self.hidden(torch.cat([composition, *extra], 1))))
