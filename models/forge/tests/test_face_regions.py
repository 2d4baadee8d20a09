"""Regions of faces: the same numbers as the app's, faces in one place, and how they are drawn and trained."""

from pathlib import Path

import numpy as np
import pytest
import torch

from forge.data.composition import POINTS
from forge.data.face_regions import BOX_HEIGHT, CHEST, EYES, FACE, HEAD, ZOOMS, Zoom, enlarge_faces, face_regions, jitter
from forge.data.shards import Portraits
from forge.nets.config import POCKET, UNSET
from forge.train.batches import Batches
from forge.data.latents import FIELDS, LatentSet, read_latents
from forge.train.objectives import flow_loss
from forge.nets.sampling import SHIFT, shift_sigma

SIZE = (512, 640)


def face(x: float, y: float, unit: float) -> np.ndarray:
    """Points [5, 2] of an upright face whose eyes are around (x, y), `unit` above its mouth."""
    return np.array([[x - unit / 2, y], [x + unit / 2, y], [x, y + unit / 2], [x - unit / 4, y + unit], [x + unit / 4, y + unit]], np.float32)


def shard(points: np.ndarray, visible: np.ndarray) -> Portraits:
    random = np.random.default_rng(0)
    count = len(points)
    image = random.integers(0, 256, (count, SIZE[1], SIZE[0], 4)).astype(np.uint8)
    composition = np.concatenate([(points / SIZE).reshape(-1, POINTS), random.random((count, 2))], 1).astype(np.float32)
    return Portraits(image, random.integers(0, 9, (count, 6)).astype(np.uint8), np.arange(count), points, visible, np.arange(count), composition)


@pytest.mark.parametrize(("zoom", "heights", "middle"), [(HEAD, 2.4, 0.6), (FACE, 1.5, 0.5), (CHEST, 2.8, 2.0)])
def test_region_is_the_one_that_the_app_makes_again(zoom: Zoom, heights: float, middle: float) -> None:
    unit, eyes = 50.0, 250
    left, top, wide, tall = face_regions(face(256, eyes, unit)[None], SIZE, zoom)[0]
    assert np.isclose(tall, BOX_HEIGHT * heights * unit) and np.isclose(wide, tall * 512 / 640)
    # The app's figures for the same face: box from composedFace, then detailRegion (its middle so far below the box's top).
    box_top = eyes - EYES * BOX_HEIGHT * unit
    assert np.isclose(top + tall / 2, box_top + middle * BOX_HEIGHT * unit) and np.isclose(left + wide / 2, 256)


def test_regions_stay_in_the_picture() -> None:
    random = np.random.default_rng(1)
    points = np.stack([face(*random.uniform((0, 0, 5), (512, 640, 300))) for _ in range(200)])
    cut = [face_regions(points, SIZE, zoom) for zoom in ZOOMS]
    for regions in (*cut, *(jitter(region, SIZE, random) for region in cut)):
        left, top, wide, tall = regions.T
        assert (left >= 0).all() and (top >= 0).all()
        assert (left + wide <= 512.01).all() and (top + tall <= 640.01).all()
        assert np.allclose(wide / tall, 0.8)


def test_enlarged_faces_lie_in_one_place_and_leave_the_framing_open() -> None:
    points = np.stack([face(200, 300, 60), face(256, 200, 90), face(256, 300, HEAD.smallest - 2), face(256, 300, 140), face(300, 280, 70)])
    visible = np.array([True, True, True, True, False])
    made = enlarge_faces(shard(points, visible), HEAD, np.random.default_rng(2))
    assert made.record.tolist() == [0, 1]
    # The closer pass sees larger faces too, and is not taught by smaller ones.
    assert enlarge_faces(shard(points, visible), FACE, np.random.default_rng(2)).record.tolist() == [1, 3]
    assert made.image.shape == (2, 640, 512, 4) and (made.direction[:, 0] == UNSET).all()
    units = np.linalg.norm(made.points[:, :2].mean(1) - made.points[:, 3:].mean(1), axis=1)
    assert np.allclose(units, 640 / (BOX_HEIGHT * HEAD.heights), rtol=0.35)
    assert np.allclose(made.composition[:, :POINTS].reshape(-1, 5, 2) * SIZE, made.points, atol=0.1)


def test_clothes_are_cut_out_whoever_wears_them() -> None:
    points = np.stack([face(200, 150, 60), face(256, 150, 70), face(256, 150, CHEST.smallest - 2), face(256, 200, 90)])
    visible = np.array([True, False, True, True])
    made = enlarge_faces(shard(points, visible), CHEST, np.random.default_rng(2))
    # Turned away is no reason to leave out a coat; too small is, and a region that is nearly the picture.
    assert made.record.tolist() == [0, 1] and not made.visible.any() and (made.direction[:, 0] == UNSET).all()
    mouths = made.points[:, 3:].mean(1)
    assert (mouths[:, 1] < 0.2 * SIZE[1]).all()
    assert np.allclose(made.composition[:, :POINTS].reshape(-1, 5, 2) * SIZE, made.points, atol=0.1)


def test_the_pixel_under_a_point_stays_under_it() -> None:
    points = face(256, 250, 60)[None]
    one = shard(points, np.array([True]))
    one.image[:] = 0
    x, y = points[0, 2].astype(int)
    one.image[0, y - 3 : y + 3, x - 3 : x + 3] = 255
    made = enlarge_faces(one, HEAD, np.random.default_rng(3))
    for plane in range(4):
        rows, columns = np.nonzero(made.image[0, ..., plane] > 128)
        assert np.allclose((columns.mean() + 0.5, rows.mean() + 0.5), made.points[0, 2], atol=1.0)


def latents(zoom: np.ndarray) -> LatentSet:
    random, count = np.random.default_rng(0), len(zoom)
    direction = random.integers(0, 9, (count, 6)).astype(np.uint8)
    direction[zoom > 0, 0] = UNSET
    embedding = random.normal(size=(count, 256)).astype(np.float16)
    columns = {
        "latents": np.zeros((count, POCKET.latent_channels, 20, 16), np.float16), "weights": np.ones((count, 20, 16), np.float16),
        "direction": direction, "identity": np.arange(count), "record": np.arange(count), "embedding": embedding,
        "composition": random.random((count, 12)).astype(np.float32), "zoom": zoom.astype(np.uint8),
    }
    return LatentSet(*(columns[name] for name in FIELDS), embedding, np.arange(count))


def test_latents_of_an_older_encoder_are_not_guessed_at(tmp_path: Path) -> None:
    kept = {name: getattr(latents(np.zeros(2, int)), name) for name in FIELDS}
    np.savez(tmp_path / "references.npz", embedding=kept["embedding"], identity=kept["identity"])
    np.savez(tmp_path / "00000.npz", **kept)
    assert read_latents(tmp_path).zoom.tolist() == [0, 0]
    del kept["zoom"]
    np.savez(tmp_path / "00001.npz", **kept)
    with pytest.raises(ValueError, match="run `forge encode` again"):
        read_latents(tmp_path)


def test_shares_of_a_batch_are_enlarged_pictures_where_there_are_any() -> None:
    some = Batches(latents(np.minimum(np.arange(40) // 4, 3)), 0).draw(60, torch.device("cpu"))
    assert some.zoom.bincount().tolist() == [27, 9, 12, 12]
    only = Batches(latents(np.arange(40) < 4), 0).draw(60, torch.device("cpu"))
    assert only.zoom.bincount().tolist() == [51, 9] and int(only.enlarged.sum()) == 9
    # Dropped framings of whole pictures do not count.
    assert not bool(Batches(latents(np.zeros(40, int)), 0).draw(60, torch.device("cpu")).enlarged.any())


def test_enlarged_pictures_are_learnt_at_the_sigmas_of_their_pass() -> None:
    told = Batches(latents(np.arange(40) % 4), 0).draw(400, torch.device("cpu"))
    asked = {}

    def model(noisy, timestep, *rest) -> torch.Tensor:
        asked["sigma"] = timestep / 1000
        return torch.zeros_like(noisy)

    flow_loss(model, told, torch.ones(1, POCKET.latent_channels, 1, 1), None, (0, 0))
    # The pack's own passes start below: five, four and five of eight steps.
    for number, (zoom, started) in enumerate(zip(ZOOMS, (5 / 8, 4 / 8, 5 / 8)), 1):
        highest, own = (float(shift_sigma(torch.tensor(share), SHIFT)) for share in (zoom.start, started))
        learnt = float(asked["sigma"][told.zoom == number].max())
        assert own < learnt <= highest < float(asked["sigma"][~told.enlarged].max())
