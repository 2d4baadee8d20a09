"""Drafts of decoded pictures, and what the face encoder asks of the faces in them."""

import argparse
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d

from forge.nets.autoencoder import Autoencoder
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train import denoiser
from forge.train.batches import Told
from forge.train.draft import SMALLER, DraftDecoder
from forge.train.face_objective import SHARE, WINDOW_SHARE, FaceObjective
from forge.train.feature_adversary import FeatureAdversary
from forge.train.parallel import Context


def smooth_latents(count: int, seed: int = 0) -> torch.Tensor:
    """Latents [B, C, 20, 16] whose neighbours are alike."""
    draw = torch.Generator().manual_seed(seed)
    coarse = torch.randn(count, POCKET.latent_channels, 5, 4, generator=draw)
    return nn.functional.interpolate(coarse, POCKET.latent_size, mode="bilinear") * 1.5


def autoencoder(strength: float) -> Autoencoder:
    """With random weights; its networks add this much to the linear path."""
    torch.manual_seed(0)
    model = Autoencoder(POCKET).requires_grad_(False)
    last = [layer for layer in model.decoder if isinstance(layer, nn.Conv2d)][-1]
    last.weight.copy_(torch.randn_like(last.weight) * strength)
    return model


def test_draft_is_the_decoder_averaged_down() -> None:
    latents = smooth_latents(6)
    for strength, least in ((0.0, 60.0), (0.3, 18.0)):
        model = autoencoder(strength)
        draft = DraftDecoder(model)
        draft.fit(model, latents[:4])
        wanted = avg_pool2d(model.decode_raw(latents[4:] * model.deviation + model.mean)[0], SMALLER)
        error = (draft(latents[4:]) - wanted).pow(2).mean()
        assert 10 * torch.log10(wanted.var() / error) > least
        assert draft(latents).shape == (6, 3, 160, 128)
        # The read-out earns its place: the linear path alone is no picture.
        if strength:
            alone = (draft.ground(latents[4:] * model.deviation + model.mean) - wanted).pow(2).mean()
            assert error < 0.5 * alone


def plain_told(count: int) -> Told:
    """Upright faces, from eyes to mouth 30 pixels of the draft."""
    points = np.array([[49, 70], [79, 70], [64, 85], [56, 100], [72, 100]]) / (128, 160)
    composition = torch.from_numpy(np.r_[points.ravel(), 0, 1].astype(np.float32)).expand(count, 12)
    embedding = nn.functional.normalize(torch.randn(count, POCKET.embedding, generator=torch.Generator().manual_seed(1)), dim=1)
    return Told(
        smooth_latents(count, 2), torch.ones(count, 1, *POCKET.latent_size), torch.zeros(count, 6, dtype=torch.int32), embedding,
        torch.arange(count), torch.ones(count), composition.clone(), torch.zeros(count, dtype=torch.int64),
    )


@pytest.fixture(scope="module")
def objective(tmp_path_factory: pytest.TempPathFactory) -> FaceObjective:
    work: Path = tmp_path_factory.mktemp("work")
    torch.manual_seed(3)
    torch.save({"ema": FaceEncoder(POCKET).state_dict()}, work / "face.pt")
    return FaceObjective(work, autoencoder(0.3), smooth_latents(4))


def test_only_faces_that_can_be_judged_are(objective: FaceObjective) -> None:
    told, sigma, scale = plain_told(6 * SHARE), torch.full((6 * SHARE,), 0.4), torch.ones(6 * SHARE)
    assert objective.choose(told, sigma, scale).tolist() == list(range(6))
    seen, composition = told.seen.clone(), told.composition.clone()
    seen[0] = 0
    composition[1, :10] = 0.5 + (composition[1, :10] - 0.5) * 0.6
    sigma[2], scale[3] = 0.95, 0
    chosen = objective.choose(replace(told, seen=seen, composition=composition), sigma, scale)
    assert chosen.tolist() == [4, 5, 6, 7, 8, 9]
    hidden = replace(told, seen=torch.zeros_like(seen))
    loss, numbers = objective.loss(told.latents, hidden, sigma, scale)
    assert float(loss) == 0 and numbers == {}


def test_the_right_face_costs_nothing_and_another_does(objective: FaceObjective) -> None:
    told, sigma, scale = plain_told(SHARE), torch.full((SHARE,), 0.4), torch.ones(SHARE)
    points = told.composition[:1, :10].numpy().reshape(1, 5, 2) * (128, 160)
    own = objective.look(told.latents[:1], points)[-1]
    right = replace(told, embedding=own.expand(SHARE, -1))
    loss, numbers = objective.loss(told.latents, right, sigma, scale)
    assert float(loss) == pytest.approx(0, abs=1e-5) and numbers["features"] == pytest.approx(0, abs=1e-5)
    predicted = smooth_latents(SHARE, 9).requires_grad_(True)
    wrong, _ = objective.loss(predicted, right, sigma, scale)
    assert wrong > 0.01
    wrong.backward()
    # The first row is the one that is looked at, and near its face alone.
    moved = predicted.grad.abs().sum((1, 2, 3))
    assert moved[0] > 0 and not moved[1:].any()
    noisier, _ = objective.loss(predicted.detach(), right, torch.full((SHARE,), 0.8), scale)
    assert noisier == pytest.approx(0.4 * float(wrong.detach()), rel=1e-4)
    # A step down its slope shows more of the sitter.
    better, _ = objective.loss(predicted.detach() - 0.5 * predicted.grad / predicted.grad.abs().max(), right, sigma, scale)
    assert better < wrong


def test_the_adversary_sees_faces_and_windows_of_whole_portraits_and_clothes(objective: FaceObjective, tmp_path: Path) -> None:
    count = 3 * WINDOW_SHARE
    told, sigma, scale = plain_told(count), torch.full((count,), 0.4), torch.ones(count)
    zoom, seen = told.zoom.clone(), told.seen.clone()
    # An enlarged face, an enlarged coat, too much noise, nobody seen.
    zoom[0], zoom[3], sigma[1], seen[2] = 1, 3, 0.95, 0
    told = replace(told, zoom=zoom, seen=seen)
    assert not len(objective.choose_windows(told, sigma))
    adversary = FeatureAdversary(tmp_path / "realness.pt", POCKET, Context(0, 1, torch.device("cpu")))
    asked = copy(objective)
    asked.adversary, asked.realness = adversary, 1.0
    assert asked.choose_windows(told, sigma).tolist() == [2, 3, 4]
    # A window is a piece of the draft, unturned: the encoder finds in it what it finds in that piece.
    *stages, embedding = asked.look(told.latents[:2], np.zeros((0, 5, 2)), (7, 30))
    piece = asked.drafts(told.latents[:2])[..., 30 : 30 + POCKET.crop_size, 7 : 7 + POCKET.crop_size]
    assert len(embedding) == 0 and torch.allclose(stages[-1], asked.faces.stages(piece)[-1], atol=1e-4)
    predicted = smooth_latents(count, 9).requires_grad_(True)
    plain, _ = objective.loss(predicted.detach(), told, sigma, scale)
    loss, numbers = asked.loss(predicted, told, sigma, scale)
    assert 0 <= numbers["caught"] <= 1
    assert float(loss.detach()) == pytest.approx(float(plain) + numbers["unreal"], rel=1e-3)
    loss.backward()
    moved = predicted.grad.abs().sum((1, 2, 3)) > 0
    # Four faces are judged, and the windows of three portraits, one of which shows no face.
    assert moved.nonzero().flatten().tolist() == [0, 2, 3, 4, 5]
    # Beyond sigma .75 looking real counts less too, but not as little as likeness.
    high = torch.full_like(sigma, 0.8)
    plain, _ = objective.loss(predicted.detach(), told, high, scale)
    loss, numbers = asked.loss(predicted.detach(), told, high, scale)
    assert float(loss) == pytest.approx(float(plain) + 0.8 * numbers["unreal"], rel=1e-3)


def test_discriminators_without_faces_are_refused(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    denoiser.add_arguments(parser)
    with pytest.raises(ValueError, match="--face"):
        denoiser.run(parser.parse_args(["--work", str(tmp_path), "--real", "0.1"]))
