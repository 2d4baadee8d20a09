"""Discriminators on the face encoder's features: what they learn, what they ask for, what they keep."""

from pathlib import Path

import pytest
import torch

from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train.feature_adversary import STAGES, FeatureAdversary, patterns
from forge.train.parallel import Context

ALONE = Context(0, 1, torch.device("cpu"))


@pytest.fixture(scope="module")
def encoder() -> FaceEncoder:
    torch.manual_seed(3)
    return FaceEncoder(POCKET).requires_grad_(False)


def crops(count: int, seed: int) -> torch.Tensor:
    """Pictures [B, 3, 112, 112] with detail of every size."""
    draw = torch.Generator().manual_seed(seed)
    sizes = (7, 14, 28, 56, 112)
    octaves = [torch.randn(count, 3, side, side, generator=draw) for side in sizes]
    return sum(torch.nn.functional.interpolate(octave, 112, mode="bilinear") for octave in octaves).clamp(-3, 3) / 3


def blurred(pictures: torch.Tensor) -> torch.Tensor:
    """The same without its finest detail."""
    return torch.nn.functional.avg_pool2d(pictures, 5, 1, 2, count_include_pad=False)


@pytest.fixture(scope="module")
def taught(encoder: FaceEncoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[FeatureAdversary, list[float]]:
    """Taught to tell blurred pictures from whole ones."""
    torch.manual_seed(0)
    adversary = FeatureAdversary(tmp_path_factory.mktemp("work") / "realness.pt", POCKET, ALONE)
    right = []
    for step in range(40):
        whole = crops(4, step)
        right.append(adversary.learn(encoder.stages(blurred(whole)), encoder.stages(whole)))
    return adversary, right


def test_patterns_forget_contrast(encoder: FaceEncoder) -> None:
    stages = encoder.stages(crops(2, 0))
    seen, stronger = patterns(stages), patterns([2 * stage + 1 for stage in stages])
    assert [part.shape[2] for part in seen] == [56, 28, 14, 7] and len(seen) == len(STAGES)
    for part, other in zip(seen, stronger):
        assert part.shape == other.shape and part.mean(1).abs().max() < 1e-4
    # Almost: where a place has hardly any pattern, the smallest deviation that is divided by shows.
    assert torch.median((seen[0] - stronger[0]).abs()) < 1e-2


def test_it_learns_to_tell_made_from_true(taught: tuple[FeatureAdversary, list[float]]) -> None:
    _, right = taught
    assert sum(right[-10:]) / 10 > 0.8 > sum(right[:5]) / 5


def test_a_sharper_picture_costs_less_and_the_slope_sharpens(encoder: FaceEncoder, taught: tuple[FeatureAdversary, list[float]]) -> None:
    adversary, _ = taught
    whole = crops(3, 900)
    true = encoder.stages(whole)
    soft, half = blurred(whole), (blurred(whole) + whole) / 2
    costs = [float(adversary.loss(encoder.stages(picture), true).mean()) for picture in (soft, half, whole)]
    # Whole against itself: even odds.
    assert costs[0] > costs[1] > costs[2] == pytest.approx(0.6931, abs=1e-3)
    picture = soft.clone().requires_grad_(True)
    each = adversary.loss(encoder.stages(picture), true)
    assert each.shape == (3,)
    each[0].backward()
    assert picture.grad[0].any() and not picture.grad[1:].any()
    step = soft - 0.02 * picture.grad / picture.grad.abs().max()
    assert adversary.loss(encoder.stages(step), true)[0] < each[0].detach()
    # Nothing is left in the discriminators for the denoiser's backward pass.
    assert all(not p.requires_grad for p in adversary.heads.parameters())


def test_it_goes_on_from_its_file_and_bears_a_step_without_rows(encoder: FaceEncoder, taught: tuple[FeatureAdversary, list[float]]) -> None:
    adversary, _ = taught
    adversary.save()
    again = FeatureAdversary(Path(adversary.path), POCKET, ALONE)
    whole = crops(2, 901)
    stages = encoder.stages(blurred(whole)), encoder.stages(whole)
    assert torch.equal(again.loss(*stages), adversary.loss(*stages))
    assert again.learn([], []) == 0.5
    assert torch.isfinite(again.loss(*stages)).all()
