"""Writes schedulers-reference.json: what diffusers' schedulers compute for a spread of settings.

    pip install diffusers==0.42.1 torch && python make-schedulers-reference.py

Kept next to the numbers so that anyone can make them again. The toy sample is k / 24 for k = 0..23 and the toy
model is sample * t / (t + 1), both as in diffusers' own scheduler tests, only smaller.
"""

import importlib
import json
import pathlib

import diffusers
import torch

KINDS = {
    "flow-match-euler": diffusers.FlowMatchEulerDiscreteScheduler,
    "ddim": diffusers.DDIMScheduler,
    "lcm": diffusers.LCMScheduler,
    "tcd": diffusers.TCDScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
    "dpmpp-2m": diffusers.DPMSolverMultistepScheduler,
}
SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
FLOW = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}

CASES = [
    ("flow-match-euler", {"timestep_spacing": "linspace"}, 8),
    ("flow-match-euler", {"timestep_spacing": "linspace", "shift": 3.0}, 12),
    ("flow-match-euler", {"timestep_spacing": "trailing"}, 8),
    ("flow-match-euler", {"timestep_spacing": "trailing", "shift": 3.0}, 7),
    ("flow-match-euler", {"timestep_spacing": "trailing", "shift": 0.5}, 1),
    ("ddim", {}, 10),
    ("ddim", {**SD, "steps_offset": 1, "set_alpha_to_one": False, "clip_sample": False}, 25),
    ("ddim", {**SD, "prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": False}, 20),
    ("ddim", {"prediction_type": "sample", "clip_sample_range": 0.5}, 5),
    ("ddim", {"beta_schedule": "squaredcos_cap_v2"}, 10),
    ("lcm", {}, 1),
    ("lcm", {}, 4),
    ("lcm", {"prediction_type": "v_prediction", "clip_sample": True}, 7),
    ("lcm", {"original_inference_steps": 100, "timestep_scaling": 5.0}, 8),
    ("tcd", {}, 1),
    ("tcd", {}, 4),
    ("tcd", {"eta": 0.0}, 8),
    ("tcd", {"eta": 1.0, "prediction_type": "v_prediction"}, 7),
    ("tcd", {"original_inference_steps": 100, "prediction_type": "sample"}, 6),
    ("euler", {}, 10),
    ("euler", {**SD, "timestep_spacing": "leading", "steps_offset": 1}, 30),
    ("euler", {**SD, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, 16),
    ("euler", {**SD, "use_karras_sigmas": True}, 12),
    ("euler", {**SD, "final_sigmas_type": "sigma_min"}, 6),
    ("dpmpp-2m", {}, 10),
    ("dpmpp-2m", {**SD, "use_karras_sigmas": True}, 20),
    ("dpmpp-2m", {**SD, "solver_type": "heun", "timestep_spacing": "trailing"}, 16),
    ("dpmpp-2m", {**SD, "timestep_spacing": "leading", "steps_offset": 1, "prediction_type": "v_prediction"}, 9),
    ("dpmpp-2m", {"final_sigmas_type": "sigma_min", "lower_order_final": False}, 20),
    ("dpmpp-2m", {"final_sigmas_type": "sigma_min"}, 8),
    ("dpmpp-2m", {"solver_order": 1}, 8),
    ("dpmpp-2m", {**FLOW, "flow_shift": 3.0}, 8),
    ("dpmpp-2m", {**FLOW, "flow_shift": 3.0}, 4),
    ("dpmpp-2m", {**FLOW, "solver_type": "heun"}, 20),
]


def run(kind, config, steps):
    given = dict(config)
    spacing = given.pop("timestep_spacing", None) if kind == "flow-match-euler" else None
    told = {"eta": given.pop("eta")} if "eta" in given else {}
    scheduler = KINDS[kind](**given)
    if spacing == "trailing":
        scheduler.set_timesteps(sigmas=[1 - i / steps for i in range(steps)])
    else:
        scheduler.set_timesteps(steps)
    sample = torch.arange(24).float() / 24
    noises = [torch.arange(24).float().flip(0) / 24 - 0.1 * i for i in range(steps)]
    drawn = iter(noises)
    if kind in ("lcm", "tcd"):
        # These draw inside step(); hand them the noise the TypeScript test will inject.
        module = importlib.import_module(f"diffusers.schedulers.scheduling_{kind}")
        module.randn_tensor = lambda *_args, **_options: next(drawn)
    sample = sample * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        output = scheduler.scale_model_input(sample, t) if hasattr(scheduler, "scale_model_input") else sample
        residual = output * (t / (t + 1))
        sample = scheduler.step(residual, t, sample, **told).prev_sample
    return {
        "kind": kind,
        "config": config,
        "steps": steps,
        "timesteps": [float(t) for t in scheduler.timesteps],
        "initNoiseSigma": float(scheduler.init_noise_sigma),
        "result": [float(x) for x in sample],
    }


# Flow matching has no init_noise_sigma in diffusers: its first sample is the noise itself.
diffusers.FlowMatchEulerDiscreteScheduler.init_noise_sigma = 1.0

if __name__ == "__main__":
    reference = {"diffusers": diffusers.__version__, "cases": [run(*case) for case in CASES]}
    path = pathlib.Path(__file__).with_name("schedulers-reference.json")
    path.write_text(json.dumps(reference, indent="\t") + "\n")
