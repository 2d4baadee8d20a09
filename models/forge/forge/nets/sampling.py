"""Flow-matching samplers: tables of noise levels, and the updates along them, for tensors and for NumPy arrays alike.

x_sigma = (1 - sigma) * x0 + sigma * noise; a model answers the velocity noise - x0; its timestep is sigma * 1000.
"""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from torch import Tensor

# Where the sampler spends its steps: `shift` and `flow_shift` of diffusers' schedulers.
SHIFT = 3.0
TRAIN_STEPS = 1000

Array = TypeVar("Array", Tensor, np.ndarray)
# (latents, timestep) -> velocity
Velocity = Callable[[Array, float], Array]

Number = TypeVar("Number", float, Tensor, np.ndarray)

SCHEDULERS = {
    "flow-match-euler": {"num_train_timesteps": TRAIN_STEPS, "shift": SHIFT, "timestep_spacing": "trailing"},
    "dpmpp-2m": {
        "num_train_timesteps": TRAIN_STEPS, "prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": SHIFT,
    },
}


def shift_sigma(sigma: Number, shift: float) -> Number:
    """Moves sigmas in [0, 1] towards 1 (Esser et al. 2024, as in diffusers' flow-match scheduler)."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def trailing_sigmas(steps: int, shift: float = SHIFT) -> list[float]:
    """steps + 1 noise levels from 1 to 0, evenly spaced before the shift: what the denoiser trains on."""
    return [shift_sigma(1 - i / steps, shift) for i in range(steps + 1)]


def flow_sigmas(steps: int, shift: float = SHIFT) -> list[float]:
    """steps + 1 noise levels from just below 1, where the log signal-to-noise ratio is still finite, to 0, as
    DPMSolverMultistepScheduler of diffusers has them with `use_flow_sigmas`."""
    most = 1 - 1 / TRAIN_STEPS
    return [shift_sigma(most * (1 - i / steps), shift) for i in range(steps + 1)]


def euler(velocity: Velocity, latents: Array, sigmas: list[float]) -> Array:
    """Straight steps from sigmas[0], the noise level of `latents`, to sigmas[-1]."""
    for sigma, following in zip(sigmas[:-1], sigmas[1:]):
        latents = latents + (following - sigma) * velocity(latents, sigma * TRAIN_STEPS)
    return latents


def second_order(velocity: Velocity, latents: Array, sigmas: list[float]) -> Array:
    """DPM-Solver++ (2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2) from sigmas[0] < 1 to sigmas[-1] = 0: every step goes on with
    the slope that the last two clean estimates had; the first and the last step have none. As diffusers, timesteps are whole."""
    before: tuple[Array, float] | None = None
    for sigma, following in zip(sigmas[:-1], sigmas[1:]):
        clean = latents - sigma * velocity(latents, float(int(sigma * TRAIN_STEPS)))
        lean = clean
        ratio = math.log((1 - sigma) / sigma)
        if before is not None and following > 0:
            step = math.log((1 - following) / following) - ratio
            lean = clean + step / (2 * (ratio - before[1])) * (clean - before[0])
        kept = following / sigma
        latents = kept * latents + (1 - following - kept * (1 - sigma)) * lean
        before = clean, ratio
    return latents


def sample(scheduler: str, velocity: Velocity, noise: Array, steps: int, shift: float = SHIFT) -> Array:
    """`noise` to clean latents by the scheduler of this name (a key of SCHEDULERS). Raises KeyError for any other."""
    update, table = {"flow-match-euler": (euler, trailing_sigmas), "dpmpp-2m": (second_order, flow_sigmas)}[scheduler]
    return update(velocity, noise, table(steps, shift))
