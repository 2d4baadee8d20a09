"""What the denoiser is trained for: what the critic asks of it, and the guided velocity that it settles at."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from forge.nets.config import POCKET
from forge.train.batches import Told
from forge.train.objectives import Guidance, criticise, flow_loss, guidance_target


def told_batch(count: int) -> Told:
    torch.manual_seed(0)
    embedding = nn.functional.normalize(torch.randn(count, 256), dim=1)
    direction = torch.randint(0, 9, (count, 6), dtype=torch.int32)
    direction[:, 2] = 9
    return Told(
        torch.randn(count, POCKET.latent_channels, 20, 16), torch.ones(count, 1, 20, 16), direction, embedding, torch.arange(count), torch.ones(count),
        torch.rand(count, 12), torch.zeros(count, dtype=torch.int64),
    )


class KnowingCritic(nn.Module):
    """Says what it was set up to say, whatever it sees."""

    def __init__(self, logits: torch.Tensor, embedding: torch.Tensor) -> None:
        super().__init__()
        self.said = (logits, embedding)

    def forward(self, latents: torch.Tensor, composition: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.said


def test_critic_asks_for_what_was_told_only() -> None:
    told = told_batch(6)
    right = 20.0 * nn.functional.one_hot(told.direction.long() % 9, 9).float()
    on, low = torch.ones(6), torch.full((6,), 0.2)
    good = criticise(KnowingCritic(right, told.embedding), told.latents, low, told, on)
    wrong = criticise(KnowingCritic(-right, told.embedding.roll(1, 0)), told.latents, low, told, on)
    assert good[0] < wrong[0] and good[1] < wrong[1] - 1
    # An axis that was left open, a hidden face and a sitter who was not told cost nothing.
    open_axis = right.clone()
    open_axis[:, 2] = torch.randn(6, 9) * 20
    assert criticise(KnowingCritic(open_axis, told.embedding), told.latents, low, told, on)[0] == good[0]
    nobody = criticise(KnowingCritic(right, told.embedding.roll(1, 0)), told.latents, low, told, torch.zeros(6))
    assert nobody[1] == 0
    # In pure noise nobody can be recognised.
    assert criticise(KnowingCritic(right, told.embedding.roll(1, 0)), told.latents, on, told, on)[1] == 0


class ThreeMinds(nn.Module):
    """One velocity when it is told a sitter, another when it is told a direction alone, a third when it is told nothing."""

    def __init__(self, told: float, directed: float, plain: float) -> None:
        super().__init__()
        self.told, self.directed, self.plain = (nn.Parameter(torch.tensor(value)) for value in (told, directed, plain))

    def forward(
        self, latents: torch.Tensor, timestep: torch.Tensor, direction: torch.Tensor, embedding: torch.Tensor, scale: torch.Tensor,
        *_: torch.Tensor,
    ) -> torch.Tensor:
        nothing = (direction == 9).all(1).view(-1, 1, 1, 1)
        nobody = torch.where(nothing, self.plain, self.directed)
        return torch.where(scale.view(-1, 1, 1, 1) > 0, self.told, nobody).expand_as(latents)


def test_guided_velocity_is_where_training_settles() -> None:
    told = told_batch(4)
    somebody, nobody = torch.ones(4), torch.zeros(4)
    plain, directed, true, sigma = 0.2, 0.5, 1.0, torch.full((4,), 0.5)
    for guidance in (Guidance(2.0, 2.0), Guidance(2.0, 4.0), Guidance(1.0, 3.0), Guidance(3.0, 1.0)):
        guided_direction = plain + guidance.direction * (directed - plain)
        guided = guided_direction + guidance.identity * (true - directed)
        model = ThreeMinds(guided, guided_direction, plain)

        def settled(batch: Told, scale: torch.Tensor, of: float) -> torch.Tensor:
            velocity = model(batch.latents, sigma, batch.direction, batch.embedding, scale)
            return of + guidance_target(model, batch.latents, sigma, batch, velocity, guidance)

        assert torch.allclose(settled(told, somebody, true), torch.full_like(told.latents, guided), atol=1e-5)
        # Told a direction and nobody: the direction's guidance alone.
        assert torch.allclose(settled(told, nobody, directed), torch.full_like(told.latents, guided_direction), atol=1e-5)
        nothing = replace(told, direction=torch.full_like(told.direction, 9))
        assert torch.allclose(settled(nothing, nobody, plain), torch.full_like(told.latents, plain), atol=1e-5)
    # One scale for both is classifier-free guidance of everything together.
    model = ThreeMinds(2.0, 0.8, 0.2)
    velocity = model(told.latents, sigma, told.direction, told.embedding, somebody)
    together = guidance_target(model, told.latents, sigma, told, velocity, Guidance(2.0, 2.0))
    assert torch.allclose(together, torch.full_like(together, 0.5 * (2.0 - 0.2)), atol=1e-5)
    assert not Guidance(1.0, 1.0).asked and Guidance(1.0, 1.1).asked and Guidance(1.1, 1.0).asked


def test_guided_loss_moves_only_what_was_told() -> None:
    told, model = told_batch(8), ThreeMinds(1.0, 0.5, 0.0)
    channels = torch.ones(1, POCKET.latent_channels, 1, 1)
    slopes = []
    for guidance in (Guidance(), Guidance(2.0, 2.0)):
        torch.manual_seed(1)  # everybody of this batch is told
        loss, _ = flow_loss(model, told, channels, None, (0.0, 0.0), guidance)
        model.zero_grad()
        loss.backward()
        slopes.append(float(model.told.grad))
        assert model.plain.grad is None or not model.plain.grad.any()
    # The guided target lies higher by half of the distance between told and plain: the slope falls by 2 x 0.5 x 1.
    assert slopes[0] - slopes[1] == pytest.approx(1.0, abs=1e-4)
