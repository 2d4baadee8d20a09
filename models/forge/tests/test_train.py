"""Data and training: alignment, weights, losses, and that a run stops in time and continues where it stopped."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from forge.data.align import TEMPLATE, align_faces, align_from_large, anchors, flip_points, similarity
from forge.data.crops import FaceCrops, PairSampler
from forge.data.latents import LatentSet
from forge.data.shards import read_cache, shard_paths
from forge.nets.autoencoder import Autoencoder
from forge.nets.config import MICRO, POCKET
from forge.nets.critic import LatentCritic, align_latents
from forge.train.batches import Batches
from forge.train.loop import add_training_arguments, fit, learning_rate, seconds
from forge.train.metric import contrast, identity_contrast
from forge.train.optimiser import build_optimiser, orthogonalise
from forge.train.parallel import Context, launch
from forge.train.picture_losses import cut_patches, importance


def test_alignment_puts_landmarks_on_the_template() -> None:
    angle, scale, shift = 0.3, 70.0, np.array([90.0, 120.0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    placed = TEMPLATE @ turn.T * scale + shift
    points = np.stack([placed[0], placed[1], placed[2], placed[2] - 4, placed[2] + 4])[None].astype(np.float32)
    matrix = similarity(anchors(points.astype(float)), TEMPLATE[None] * 112)[0]
    assert np.allclose(anchors(points)[0] @ matrix[:, :2].T + matrix[:, 2], TEMPLATE * 112, atol=1e-3)
    image = np.zeros((1, 256, 256, 3), np.uint8)
    x, y = placed[0].astype(int)
    image[0, y - 1 : y + 2, x - 1 : x + 2] = 255
    crop = align_faces(image, points, 112)[0].mean(2)
    row, column = (float(np.average(np.arange(112), weights=crop.sum(axis))) for axis in (1, 0))
    assert abs(column - 0.38 * 112) < 3 and abs(row - 0.46 * 112) < 3


def test_large_faces_are_averaged_into_crops_and_small_ones_keep_their_detail() -> None:
    rows, columns = np.mgrid[:256, :320]
    chequers = np.repeat((((rows + columns) % 2) * 255).astype(np.uint8)[None, ..., None], 3, -1)
    ramp = np.repeat((columns / 320 * 255).astype(np.uint8)[None, ..., None], 3, -1)
    shape = (TEMPLATE - TEMPLATE.mean(0)) @ np.array([[0.8, 0.6], [-0.6, 0.8]])

    def seen(image: np.ndarray, face: float, align: Callable) -> np.ndarray:
        eyes_mouth = shape * face + (160, 128)
        points = np.stack([*eyes_mouth[:2], eyes_mouth[2], eyes_mouth[2] - 2, eyes_mouth[2] + 2])[None].astype(np.float32)
        return align(image, points, 32)[0].astype(int)

    # Turned 37 degrees and four times as large as its crop: nothing but the mean is left of single pixels.
    assert np.ptp(seen(chequers, 140, align_faces)) > 100
    assert np.ptp(seen(chequers, 140, align_from_large)) <= 1
    # Averaging moves nothing.
    assert np.abs(seen(ramp, 140, align_from_large) - seen(ramp, 140, align_faces)).max() <= 2
    assert np.array_equal(seen(chequers, 40, align_from_large), seen(chequers, 40, align_faces))


def test_edges_are_replicated() -> None:
    points = np.array([[[4, 5], [12, 5], [8, 9], [5, 13], [11, 13]]], np.float32)
    crop = align_faces(np.full((1, 20, 20, 3), 200, np.uint8), points, 112)
    assert crop.min() == 200


def test_flipping_twice_changes_nothing() -> None:
    points = np.random.default_rng(0).random((3, 5, 2)).astype(np.float32) * 200
    once = flip_points(points, 256)
    assert np.allclose(flip_points(once, 256), points, atol=1e-4)
    assert np.allclose(once[:, 0, 0], 256 - points[:, 1, 0])


def test_importance_peaks_on_the_face_and_ignores_hidden_ones() -> None:
    points = torch.tensor([[[50.0, 50], [70, 50], [60, 60], [54, 74], [66, 74]], [[-1000.0, -1000]] * 5])
    weights = importance(points, 128, 128)
    assert weights[0, 0, 50, 50] > 4 and weights[0, 0, 120, 120] < 1.1
    assert torch.allclose(weights[1], torch.ones(1, 128, 128))


def test_linear_path_starts_at_the_principal_components() -> None:
    draw = torch.Generator().manual_seed(0)
    smooth = nn.functional.interpolate(torch.randn(8, 3, 10, 8, generator=draw), (80, 64), mode="bilinear")
    pictures = smooth.mul(0.4).clamp(-1, 1)
    model = Autoencoder(MICRO)
    model.set_components(cut_patches(pictures, MICRO.factor))
    latents = model.encode(pictures)
    assert torch.allclose(latents.mean((0, 2, 3)), torch.zeros(8), atol=0.2)
    output, _ = model.decode(latents)
    flat = pictures - pictures.mean((2, 3), keepdim=True)
    assert (output - pictures).pow(2).mean() < 0.6 * flat.pow(2).mean()


def test_contrast_prefers_grouped_identities() -> None:
    identities = torch.arange(4)
    good, hit = contrast(torch.eye(4).repeat(2, 1), identities)
    bad, miss = contrast(torch.cat([torch.eye(4), torch.eye(4).roll(1, 0)]), identities)
    assert good < bad and hit == 1 and miss == 0


def test_pairs_share_an_identity() -> None:
    identity = np.repeat(np.arange(5, dtype=np.int32), 3)
    image = np.broadcast_to(identity[:, None, None, None].astype(np.uint8), (15, 4, 4, 3))
    views, drawn = PairSampler(FaceCrops(image, identity, np.zeros(15, bool)), 0).draw(4)
    assert np.array_equal(views[:4, 0, 0, 0], drawn) and np.array_equal(views[4:, 0, 0, 0], drawn)


def latent_set() -> LatentSet:
    random = np.random.default_rng(0)
    embedding = random.normal(size=(12, 256))
    embedding /= np.linalg.norm(embedding, axis=1, keepdims=True)
    identity = np.repeat(np.arange(4, dtype=np.int32), 3)
    return LatentSet(
        random.normal(size=(12, POCKET.latent_channels, 20, 16)).astype(np.float16), np.ones((12, 20, 16), np.float16),
        random.integers(0, 9, (12, 6)).astype(np.uint8), identity, np.arange(12), embedding.astype(np.float16),
        random.random((12, 12)).astype(np.float32), np.zeros(12, np.uint8), embedding.astype(np.float16), identity,
    )


def test_batches_drop_axes_and_describe_by_other_pictures() -> None:
    data = latent_set()
    batches = Batches(data, 0)
    told = batches.draw(400, torch.device("cpu"))
    assert told.latents.shape == (400, POCKET.latent_channels, 20, 16) and torch.allclose(told.weights.mean((2, 3)), torch.ones(400, 1))
    unset = (told.direction == 9).float().mean()
    assert 0.12 < unset < 0.28 and told.direction.max() == 9 and told.direction.dtype == torch.int32
    assert torch.allclose(told.embedding.norm(dim=1), torch.ones(400), atol=1e-4)
    assert set(told.people.tolist()) == {0, 1, 2, 3} and told.seen.min() == 1
    # Row 3 belongs to identity 1, whose pictures are rows 3 to 5.
    described = [batches.describe(3) for _ in range(40)]
    assert all(np.max(data.embedding[3:6].astype(np.float32) @ d) > 0.4 for d in described)
    # The description leans towards the portrait's own face, and is never that face alone, which no app has.
    alike = np.array([data.embedding[3].astype(np.float32) @ d for d in described])
    assert alike.min() > 0.3 and np.median(alike) < 0.95


def test_contrast_of_sitters_does_not_punish_the_same_person_twice() -> None:
    wanted = nn.functional.normalize(torch.randn(4, 16, generator=torch.Generator().manual_seed(3)), dim=1)
    wanted[1] = wanted[0]
    alone = identity_contrast(wanted, wanted, torch.tensor([0, 1, 2, 3]))
    together = identity_contrast(wanted, wanted, torch.tensor([0, 0, 2, 3]))
    assert together[0] < alone[0] - 0.5 and torch.allclose(together[2:], alone[2:])


def test_critic_reads_latents_of_the_pack() -> None:
    composition = torch.tensor([[0.42, 0.35, 0.6, 0.34, 0.52, 0.42, 0.44, 0.48, 0.58, 0.47, 0.2, 1.0]]).repeat(2, 1)
    logits, embedding = LatentCritic(POCKET)(torch.randn(2, POCKET.latent_channels, 20, 16), composition)
    assert logits.shape == (2, 6, 9) and torch.allclose(embedding.norm(dim=1), torch.ones(2), atol=1e-5)


def test_critic_finds_the_face_where_the_composition_says() -> None:
    latents = torch.zeros(1, 12, 20, 16)
    latents[0, 0, 4:9, 3:8] = 1
    there = [0.3, 0.3, 0.42, 0.3, 0.36, 0.36, 0.31, 0.4, 0.41, 0.4, 0, 1]
    elsewhere = [value + 0.5 if i < 10 else value for i, value in enumerate(there)]
    seen = [align_latents(latents, torch.tensor([points]))[0, 0].mean() for points in (there, elsewhere)]
    assert seen[0] > 0.15 and seen[1] < 0.01


def test_durations_and_schedule() -> None:
    assert (seconds("90s"), seconds("9m"), seconds("1.5h"), seconds("30")) == (90, 540, 5400, 30)
    with pytest.raises(ValueError):
        seconds("soon")
    rates = [learning_rate(p, 1.0) for p in (0, 0.02, 0.5, 1.0, 2.0)]
    assert rates[0] < rates[2] < rates[1] == 1.0 and rates[3] == rates[4] == pytest.approx(0.02)


def test_muon_update_is_nearly_orthogonal_and_learns() -> None:
    update = orthogonalise(torch.randn(24, 60, generator=torch.Generator().manual_seed(0)))
    values = torch.linalg.svdvals(update)
    assert values.min() > 0.4 and values.max() < 2.05
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 32))
    optimiser = build_optimiser("muon", model, 0.05)
    x, y = torch.randn(64, 32), torch.randn(64, 32)
    losses = []
    for _ in range(40):
        loss = (model(x) - y).pow(2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]


def arguments(work: Path, *extra: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_training_arguments(parser, batch=8, rate=0.01)
    return parser.parse_args(["--work", str(work), *extra])


def train_line(args: argparse.Namespace, context: Context) -> None:
    """A tiny regression that `fit` can train; module-level so that worker processes can import it."""
    model = nn.Linear(4, 1)

    def loss_of(batch: int) -> tuple[torch.Tensor, dict[str, float]]:
        x = torch.randn(batch, 4)
        # Noise in the target: the weights never settle, so a continued run always moves them.
        target = x.sum(1, keepdim=True) + torch.randn(len(x), 1)
        return (model(x) - target).pow(2).mean(), {}

    fit(context, args, model, "line", loss_of)


def test_a_run_keeps_its_budget_and_continues(tmp_path: Path) -> None:
    for budget in ("1s", "0.5s"):
        launch(train_line, arguments(tmp_path, "--budget", budget, "--threads", "1"), "line")
        state = torch.load(tmp_path / "line.pt", weights_only=True)
        if budget == "1s":
            first = state
    # The upper bounds leave room for one slow step on a busy machine.
    assert 1.0 <= first["elapsed"] < 2.0 and first["elapsed"] + 0.5 <= state["elapsed"] < first["elapsed"] + 1.5
    assert state["step"] > first["step"] and state["count"] == 8 * state["step"]
    assert not torch.equal(state["ema"]["weight"], first["ema"]["weight"])


def draw_only(args: argparse.Namespace, context: Context) -> None:
    """Writes down what a run would draw first."""
    np.save(args.work / "drawn.npy", [args.seed, int(torch.randint(1 << 30, ()))])


def test_a_run_that_goes_on_draws_anew_and_repeatably(tmp_path: Path) -> None:
    def drawn() -> list[int]:
        launch(draw_only, arguments(tmp_path, "--budget", "1s", "--threads", "1", "--seed", "5"), "line")
        return np.load(tmp_path / "drawn.npy").tolist()

    first, same = drawn(), drawn()
    assert first == same and first[0] == 5
    later = []
    for step in (40, 41):
        torch.save({"step": step}, tmp_path / "line.pt")
        later.append(drawn())
        assert later[-1] == drawn()
    assert len({seed for seed, _ in (first, *later)}) == len({number for _, number in (first, *later)}) == 3


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    launch(train_line, arguments(tmp_path, "--budget", "1s", "--processes", "2"), "line")
    assert torch.load(tmp_path / "line.pt", weights_only=True)["step"] >= 2


def wait_long(args: argparse.Namespace, context: Context) -> None:
    """Says who it is and does nothing for longer than any test."""
    (args.work / f"worker-{context.rank}").write_text(str(os.getpid()))
    time.sleep(600)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell a process that its parent died")
def test_workers_end_with_a_run_that_was_killed(tmp_path: Path) -> None:
    start = "import sys; from pathlib import Path; import test_train as t; t.launch(t.wait_long, t.arguments(Path(sys.argv[1]), '--processes', '2'), 'line')"
    # As a shell does with what it starts in the background.
    command = ["bash", "-c", 'trap "" INT; exec "$@"', "-", sys.executable, "-c", start, str(tmp_path)]
    run = subprocess.Popen(command, cwd=Path(__file__).parent)
    told = [tmp_path / f"worker-{rank}" for rank in range(2)]

    def until(done: Callable[[], bool]) -> bool:
        end = time.monotonic() + 60
        while not done() and time.monotonic() < end:
            time.sleep(0.1)
        return done()

    try:
        assert until(lambda: all(path.exists() and path.read_text() for path in told))
        workers = [Path("/proc") / path.read_text() for path in told]
        assert all(worker.exists() for worker in workers)
    finally:
        run.kill()
        run.wait()
    # A zombie without a parent that collects it is dead as well.
    assert until(lambda: not any(worker.exists() and "zombie" not in (worker / "status").read_text() for worker in workers))


def test_half_written_shards_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "portraits"
    folder.mkdir()
    np.savez(folder / "00000.npz", a=np.zeros(3))
    (folder / "00001.npz").write_bytes((folder / "00000.npz").read_bytes()[:50])
    assert [path.name for path in shard_paths(tmp_path, "portraits")] == ["00000.npz"]
    with pytest.raises(FileNotFoundError):
        next(read_cache(tmp_path / "nothing"))
