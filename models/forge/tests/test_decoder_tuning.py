"""Windows of portraits beside their latents, and what the decoder is tuned by."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from forge.nets.autoencoder import Autoencoder
from forge.nets.bundle import Conditioned
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train import decoder, portrait_windows
from forge.train.decoder import FEATURE_WINDOWS, face_loss, feature_loss, freeze_latents
from forge.train.parallel import Context
from forge.train.picture_losses import reconstruction_loss
from forge.train.portrait_crops import CROP, place_window
from forge.train.portrait_windows import CELLS, WINDOW, Windows, predict

ROWS, COLUMNS = POCKET.latent_size
CELL = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)


class Still(nn.Module):
    """No velocity; remembers for how many a sitter was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0.0

    def forward(self, latents, timestep, direction, embedding, scale, composition) -> torch.Tensor:
        self.told += float(scale.sum())
        return torch.zeros_like(latents)


def write_work(folder: Path, visible: bool = True) -> Path:
    """Two portraits whose pixels and latents hold the number of the cell they lie in; the mirror images have other latents."""
    for name in ("large", "latents"):
        (folder / name).mkdir()
    picture = CELL.astype(np.float32).repeat(32, 0).repeat(32, 1) % 256
    image = np.repeat(picture[None, ..., None], 4, 3).repeat(2, 0).astype(np.uint8)
    np.save(folder / "large/00003.npy", image)
    points = np.full((2, 5, 2), 300, np.float32)
    np.savez(
        folder / "large/00003.npz", direction=np.zeros((2, 6), np.uint8), identity=np.arange(2, dtype=np.int32), points=points,
        visible=np.full(2, visible), record=np.arange(2), composition=np.zeros((2, 12), np.float32),
    )
    latents = np.broadcast_to(CELL, (4, POCKET.latent_channels, ROWS, COLUMNS)).astype(np.float16).copy()
    latents[2:] = -1
    embedding = np.zeros((4, POCKET.embedding), np.float16)
    embedding[0, 0] = 1
    np.savez(folder / "latents/00003.npz", latents=latents, embedding=embedding)
    return folder


def test_windows_show_what_their_latents_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portrait_windows, "flow_sigmas", lambda steps: [0.0] * (steps + 1))
    monkeypatch.setattr(portrait_windows, "second_order", lambda velocity, latents, sigmas: latents)
    windows = Windows(write_work(tmp_path), Still(), 0, torch.device("cpu"))
    pictures, points, latents = windows.draw(24)
    assert pictures.shape == (24, 4, WINDOW, WINDOW) and latents.shape == (24, POCKET.latent_channels, CELLS, CELLS)
    seen = ((pictures[:, 0, ::32, ::32] + 1) * 127.5).round()
    assert torch.equal(seen, latents[:, 0] % 256)
    # Landmarks move with the window.
    corner = latents[:, 0, 0, 0].long()
    left, top = corner % COLUMNS * 32, corner // COLUMNS * 32
    assert torch.allclose(points[:, 0], 300 - torch.stack([left, top], 1).float())


def test_hidden_faces_are_far_outside_and_nobody_is_told(tmp_path: Path) -> None:
    denoiser = Still()
    _, points, _ = Windows(write_work(tmp_path, visible=False), denoiser, 0, torch.device("cpu")).draw(10)
    assert (points == -1000).all()
    told = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    before = denoiser.told
    predict(denoiser, torch.zeros(2, 3, 4, 4), torch.zeros(2, 6).int(), told, torch.zeros(2, 12), 7)
    assert denoiser.told - before == 1


def test_predictions_come_from_little_noise() -> None:
    """Without a velocity what is left of a picture is the share that was not noise."""
    torch.manual_seed(0)
    clean = torch.full((64, 2, 8, 8), 3.0)
    for start, kept in ((6, 0.5), (7, 0.7)):
        noisy = predict(Still(), clean, torch.zeros(64, 6).int(), torch.ones(64, 4), torch.zeros(64, 12), start)
        assert torch.isclose(noisy.mean() / 3, torch.tensor(kept), atol=0.02)


def test_workers_share_the_portraits(tmp_path: Path) -> None:
    folder = write_work(tmp_path)
    halves = [Windows(folder, Still(), 0, torch.device("cpu"), rank, 2) for rank in range(2)]
    assert [[row for _, row in half.places] for half in halves] == [[0], [1]]
    assert all(half.made.shape == (1, POCKET.latent_channels, ROWS, COLUMNS) and half.made.dtype == np.float16 for half in halves)


def test_most_latents_of_a_batch_are_the_denoisers(tmp_path: Path) -> None:
    windows = Windows(write_work(tmp_path), Still(), 0, torch.device("cpu"))
    windows.made = np.full_like(windows.made, -7)
    latents = windows.draw(10)[2]
    assert [bool((part == -7).all()) for part in latents] == [True] * 6 + [False] * 4


@pytest.mark.parametrize("step", [1, POCKET.factor])
def test_windows_stay_inside_and_lie_around_faces(step: int) -> None:
    random = np.random.default_rng(0)
    face = np.full((5, 2), (400, 120), np.float32)
    places = np.array([place_window(face, (512, 640), random, CROP, step) for _ in range(400)])
    assert places.min() >= 0 and (places.max(0) <= (512 - CROP, 640 - CROP)).all() and not (places % step).any()
    assert ((places[:, 1] <= 80) & (places[:, 0] >= 176)).mean() > 0.4
    assert np.unique([place_window(None, (512, 640), random, CROP, step) for _ in range(400)], axis=0).shape[0] > 80


def test_no_encoded_portraits_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="forge encode"):
        Windows(tmp_path, Still(), 0, torch.device("cpu"))


def test_only_the_decoder_moves_and_only_near_faces_count() -> None:
    model = Autoencoder(POCKET)
    freeze_latents(model)
    free = {name.split(".")[0] for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert free == {"decoder", "expand"}
    torch.manual_seed(0)
    faces = FaceEncoder(POCKET).eval()
    first, second = torch.randn(2, 3, WINDOW, WINDOW), torch.randn(2, 3, WINDOW, WINDOW)
    near = np.array([[[100, 100], [150, 100], [125, 130], [110, 150], [140, 150]]] * 2, np.float32)
    assert face_loss(faces, first, second, near) > face_loss(faces, first, first, near) + 0.1
    assert face_loss(faces, first, second, near * 0.3) == 0 and face_loss(faces, first, second, near - 1000) == 0


def test_scales_of_edges_are_weighed() -> None:
    draw = torch.Generator().manual_seed(0)
    target, weights = torch.zeros(1, 3, 16, 16), torch.ones(1, 1, 16, 16)
    grain = torch.randn(1, 3, 16, 16, generator=draw)
    errors = [reconstruction_loss(grain, target, weights, scales) for scales in ((0.0,), (0.1, 0.4), (0.4, 0.4))]
    assert torch.isclose(errors[0], grain.abs().mean()) and errors[0] < errors[1] < errors[2]
    # What no mean of 4 x 4 pixels shows costs only its share.
    board = (torch.arange(16)[:, None] + torch.arange(16)).remainder(2).float().mul(2).sub(1).expand(1, 3, -1, -1)
    assert torch.isclose(reconstruction_loss(board, target, weights, (0.0,), 0.25), torch.tensor(0.25))


def test_early_features_tell_textures_apart() -> None:
    torch.manual_seed(0)
    faces = FaceEncoder(POCKET).eval()
    first, second = torch.randn(4, 3, 64, 64), torch.randn(4, 3, 64, 64)
    assert feature_loss(faces, first, first) < 1e-3 < feature_loss(faces, second, first)
    changed = torch.cat([first[:FEATURE_WINDOWS], second[FEATURE_WINDOWS:]])
    assert feature_loss(faces, changed, first) < 1e-3  # the others are not looked at


def test_a_short_run_moves_the_decoder_and_nothing_else(tmp_path: Path) -> None:
    torch.manual_seed(0)
    folder = write_work(tmp_path)
    for name, network in {"autoencoder": Autoencoder(POCKET), "denoiser": Conditioned(POCKET), "face": FaceEncoder(POCKET)}.items():
        torch.save({"ema": network.state_dict()}, folder / f"{name}.pt")
    before = torch.load(folder / "autoencoder.pt", weights_only=True)["ema"]
    parser = argparse.ArgumentParser()
    decoder.add_arguments(parser)
    args = parser.parse_args(["--work", str(folder), "--budget", "1s", "--batch", "2", "--alone", "0", "--ema", "0.5"])
    decoder.work(args, Context(0, 1, torch.device("cpu")))
    after = torch.load(folder / "autoencoder.pt", weights_only=True)["ema"]
    moved = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"decoder", "expand"}
    assert (folder / "decoder.png").exists() and (folder / "adversary.pt").exists()
