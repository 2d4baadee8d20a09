"""The judges' geometry and networks: crops follow faces, heat maps point where they are hottest, backgrounds can be swapped."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

from forge.data.faces import REFINE_SIZE, face_size, from_crop, into_crop, refinement_crops, upright, wander
from forge.nets.config import AXES, MICRO
from forge.nets.judges import FACE_SIZE, READER_SIZE, Locator, PointFinder, PortraitReader, cell_centres
from forge.pack.fidelity import kernel_distance
from forge.nets.bundle import Bundle, Conditioned
from forge.pack import judge_unpack, unpack
from forge.pack.judge_files import CHECKPOINTS, load_judge, write_weights
from forge.pack.judging import locate, read_axes
from forge.pack.score import drift_by_tone
from forge.train.judges import point_loss

POINTS = np.array([[[100, 120], [130, 120], [115, 135], [105, 150], [125, 150]]], np.float64)


def test_a_face_is_as_large_as_its_longer_side() -> None:
    assert face_size(POINTS)[0] == 30
    turned = POINTS.copy()
    turned[:, 1, 0] = 104  # in profile the eyes lie close together
    assert face_size(turned)[0] > 29
    assert face_size(np.zeros((1, 5, 2)))[0] == 4


def test_wandering_keeps_the_shape_of_a_face() -> None:
    moved = wander(np.repeat(POINTS, 200, 0), np.random.default_rng(0), 0.2)
    apart = lambda p: np.linalg.norm(p[:, :, None] - p[:, None], axis=-1)  # noqa: E731
    ratio = apart(moved) / np.where(apart(POINTS) > 0, apart(POINTS), 1)
    scale = ratio[:, 0, 1]
    assert np.allclose(ratio[:, 2, 3], scale) and np.allclose(ratio[:, 0, 4], scale)
    assert 0.1 < np.log(scale).std() < 0.3
    assert 3 < (moved - POINTS).mean(1).std() < 9


def test_refinement_crops_map_there_and_back() -> None:
    picture = np.zeros((1, 320, 256, 3), np.uint8)
    picture[0, 118:122, 98:102] = 255
    crops, places = refinement_crops(picture, POINTS + 5)
    inside = into_crop(POINTS, places)
    assert np.allclose(from_crop(inside, places), POINTS)
    assert crops.shape == (1, REFINE_SIZE, REFINE_SIZE, 3)
    row, column = np.unravel_index(crops[0, ..., 0].argmax(), crops.shape[1:3])
    assert np.abs(inside[0, 0] - (column + 0.5, row + 0.5)).max() < 2


def test_upright_crops_hold_the_face_in_the_middle() -> None:
    picture = np.zeros((1, 320, 256, 3), np.uint8)
    x, y = POINTS[0].mean(0).astype(int)
    picture[0, y - 4 : y + 4, x - 4 : x + 4] = 255
    crop = upright(picture, POINTS, FACE_SIZE)[0, ..., 0].astype(float)
    ticks = np.arange(FACE_SIZE) + 0.5
    assert abs(np.average(ticks, weights=crop.sum(0)) - FACE_SIZE / 2) < 1
    assert abs(np.average(ticks, weights=crop.sum(1)) - FACE_SIZE / 2) < 1


def test_a_heat_map_points_where_it_is_hot() -> None:
    cells = cell_centres(4, 8)
    assert cells.shape == (32, 2) and cells[0].tolist() == [1 / 16, 1 / 8] and cells[-1].tolist() == [15 / 16, 7 / 8]
    found, logs = PointFinder().eval()(torch.zeros(2, 3, 64, 32))
    assert found.shape == (2, 5, 2) and torch.allclose(logs.exp().sum(2), torch.ones(2, 5), atol=1e-5)


def test_the_locator_learns_a_point() -> None:
    torch.manual_seed(0)
    model = PointFinder()
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        centre = torch.rand(16, 1, 2) * 0.6 + 0.2
        near = (cell_centres(32, 32) - centre).norm(dim=-1) < 0.08
        return near.float().unflatten(1, (1, 32, 32)).expand(-1, 3, -1, -1), centre.expand(-1, 5, -1)

    first = point_loss(model, *batch())[0].item()
    for _ in range(40):
        loss, _ = point_loss(model, *batch())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert point_loss(model, *batch())[0].item() < 0.7 * first


def test_judges_take_whole_portraits() -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (2, 320, 256, 3), np.uint8)
    points = locate(Locator().eval(), pictures)
    assert points.shape == (2, 5, 2) and np.isfinite(points).all()
    assert read_axes(PortraitReader().eval(), pictures, points).shape == (2, len(AXES))
    assert READER_SIZE == (pictures.shape[1] // 2, pictures.shape[2] // 2)


def test_shipped_judges_judge_alike(tmp_path: Path) -> None:
    torch.manual_seed(0)
    trained = Locator().eval()
    write_weights(trained.state_dict(), tmp_path / "locator.npz")
    shipped = load_judge(Locator(), tmp_path, "locator")
    size = (tmp_path / "locator.npz").stat().st_size
    assert size < 0.3 * sum(tensor.numel() * 4 for tensor in trained.state_dict().values())
    view = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(trained.refine(view)[0], shipped.refine(view)[0], atol=0.01)


def test_kernel_distance_is_zero_within_and_grows_between_distributions() -> None:
    draw = np.random.default_rng(0)
    sample = lambda shift: draw.normal(size=(200, 32)) + shift  # noqa: E731
    base = sample(0)
    same, near, far = (kernel_distance(base, sample(shift)) for shift in (0, 0.3, 1.0))
    assert abs(same) < 0.02 and same < near < far
    # By hand, D = 1: kernels of x = (0, 1) and y = (1, 2), diagonals left out.
    assert kernel_distance(np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])) == pytest.approx(1 + 27 - 2 * (1 + 1 + 8 + 27) / 4)


def test_skin_drift_is_told_for_each_tone() -> None:
    def portrait(drift: float | None, angle: float | None) -> dict:
        return {"skinDrift": drift, "skinAngle": angle}

    rows = drift_by_tone([portrait(-4, 50), portrait(6, 60), portrait(20, -20), portrait(None, 50), portrait(9, None)])
    assert rows == {
        "all": {"portraits": 3, "medianDegrees": 6.0},
        "light": {"portraits": 2, "medianDegrees": 5.0},
        "dark": {"portraits": 1, "medianDegrees": 20.0},
    }


def test_packed_judges_can_go_on_learning(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = PortraitReader().state_dict()
    (tmp_path / "packed").mkdir()
    for name in CHECKPOINTS:
        write_weights(state, tmp_path / "packed" / f"{name}.npz")
    args = argparse.Namespace(judges=tmp_path / "packed", work=tmp_path / "work")
    judge_unpack.run(args)
    checkpoint = torch.load(tmp_path / "work" / "reader.pt", weights_only=True)
    assert checkpoint["model"].keys() == state.keys() and checkpoint["elapsed"] == 0
    # Rounded to int8: near, not equal.
    assert all(torch.allclose(checkpoint["ema"][k].float(), v.float(), atol=0.02) for k, v in state.items())
    with pytest.raises(FileExistsError):
        judge_unpack.run(args)


def test_training_goes_on_with_the_teacher_not_the_student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    shipped, teacher = Bundle(MICRO), Conditioned(MICRO)
    write_weights(teacher.state_dict(), tmp_path / "teacher.npz")
    monkeypatch.setattr(unpack, "read_bundle", lambda pack, config: shipped)
    monkeypatch.setattr(unpack, "config_of", lambda pack: MICRO)
    monkeypatch.setattr(unpack, "POCKET", MICRO)
    args = argparse.Namespace(pack=tmp_path, work=tmp_path / "work", teacher=tmp_path / "teacher.npz")
    unpack.run(args)
    states = {n: torch.load(tmp_path / "work" / f"{n}.pt", weights_only=True)["ema"] for n in ("distilled", "denoiser")}
    for name, tensor in teacher.state_dict().items():
        assert torch.allclose(states["denoiser"][name].float(), tensor.float(), atol=0.03)
        assert torch.equal(states["distilled"][name], shipped.conditioned.state_dict()[name])
