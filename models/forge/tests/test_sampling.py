"""The samplers against diffusers' numbers, against each other and against a flow whose end is known."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from forge.nets.sampling import SCHEDULERS, euler, flow_sigmas, sample, second_order, shift_sigma, trailing_sigmas
from forge.pack.micro import MICRO_THRESHOLD, enliven
from forge.nets.bundle import Bundle, sample_latents
from forge.nets.config import MICRO
from forge.pack.runner import PackRunner
from forge.pack.write import default_settings, write_pack

REFERENCE = Path(__file__).parents[3] / "tests" / "golden" / "schedulers-reference.json"
FLOW = [
    case for case in json.loads(REFERENCE.read_text())["cases"]
    if case["config"].get("use_flow_sigmas") and case["config"].get("solver_type", "midpoint") == "midpoint"
]


@pytest.mark.parametrize("case", FLOW, ids=lambda case: f"{case['steps']} steps")
def test_second_order_reaches_what_diffusers_reaches(case: dict) -> None:
    shift = case["config"].get("flow_shift", 1.0)
    told: list[float] = []

    def toy(latents: np.ndarray, timestep: float) -> np.ndarray:
        told.append(timestep)
        return latents * timestep / (timestep + 1)

    reached = sample("dpmpp-2m", toy, np.arange(24) / 24, case["steps"], shift)
    assert told == case["timesteps"]
    assert np.abs(reached - case["result"]).max() < 2e-4 * np.abs(case["result"]).max()


def test_there_are_cases_to_compare_with() -> None:
    assert len(FLOW) >= 2


def test_tables_fall_from_noise_to_none() -> None:
    assert trailing_sigmas(8) == [float(shift_sigma(1 - i / 8, 3.0)) for i in range(9)]
    for table in (trailing_sigmas(8), flow_sigmas(8)):
        assert table[-1] == 0 and all(before > after for before, after in zip(table, table[1:]))
    assert trailing_sigmas(8)[0] == 1 > flow_sigmas(8)[0] > 0.999
    assert np.allclose(trailing_sigmas(8), flow_sigmas(8), atol=2e-3)


def spread(latents: np.ndarray, timestep: float) -> np.ndarray:
    """The velocity of the flow from noise to normal data of deviation .5, where the best guess of x0 is linear in x."""
    sigma = timestep / 1000
    variance = 0.25 * (1 - sigma) ** 2 + sigma**2
    return latents * (sigma - 0.25 * (1 - sigma)) / variance


def test_second_order_keeps_more_of_the_spread_than_euler_does() -> None:
    start = np.linspace(-2, 2, 9)
    # Along the true path the deviation goes from 1 to .5, and every value keeps its place in it.
    short = [np.abs(sample(kind, spread, start, 8) - start / 2).max() for kind in ("flow-match-euler", "dpmpp-2m")]
    assert short[1] < 0.9 * short[0]
    many = np.abs(sample("dpmpp-2m", spread, start, 200) - start / 2).max()
    assert many < 0.1 * short[1]


def test_tensors_and_arrays_go_the_same_way() -> None:
    start = np.linspace(-1, 1, 5, dtype=np.float32)
    for update, table in ((euler, trailing_sigmas(4)), (second_order, flow_sigmas(4))):
        assert np.allclose(update(spread, start, table), update(spread, torch.from_numpy(start), table).numpy(), atol=1e-6)
    with pytest.raises(KeyError):
        sample("ancestral", spread, start, 4)


@pytest.mark.parametrize("kind", sorted(SCHEDULERS))
def test_a_pack_runs_by_the_scheduler_that_its_manifest_names(kind: str, tmp_path: Path) -> None:
    shipped, _ = write_pack(
        enliven(Bundle(MICRO), 5), tmp_path, {"id": "micro", "title": "Micro", "version": "0.1.0"}, default_settings(4, 1.0),
        MICRO_THRESHOLD, scheduler=kind,
    )
    assert json.loads((tmp_path / "manifest.json").read_text())["scheduler"] == {"kind": kind, "config": SCHEDULERS[kind]}
    noise = np.random.default_rng(0).normal(size=(1, MICRO.latent_channels, *MICRO.latent_size)).astype(np.float32)
    ids, composition = np.array([[0, 3, 9, 8, 1, 2]], np.int32), np.full((1, 12), 0.5, np.float32)
    embedding = np.full((1, MICRO.embedding), MICRO.embedding**-0.5, np.float32)
    runner = PackRunner(tmp_path, 1)
    made = runner.denoise(noise, ids, embedding, composition, 4, 1.0, 1.0)
    assert runner.evaluations == 4 and made.dtype == np.float32
    told = [torch.from_numpy(part) for part in (noise, ids, embedding, composition)]
    straight = sample_latents(shipped.conditioned, *told, 4).numpy()
    apart = np.abs(made - straight).max()
    assert apart < 1e-3 if kind == "flow-match-euler" else apart > 0.01
