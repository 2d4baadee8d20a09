"""The training loop that all steps share: time budget, schedule, averaging, checkpoints, log lines."""

import argparse
import json
import math
import re
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn

from forge.train.optimiser import build_optimiser
from forge.train.parallel import Context

WARM_UP = 0.02
FLOOR = 0.02
LOG_EVERY = 15.0
# Seconds of a step beyond this are no training: compiling, or the process was stopped to let something else run.
LONGEST_STEP = 20.0


def seconds(text: str) -> float:
    """'90s', '9m', '1.5h' or plain seconds -> seconds. Raises ValueError on anything else."""
    match = re.fullmatch(r"([0-9.]+)([smh]?)", text)
    if not match:
        raise ValueError(f"not a duration: {text!r} (write 90s, 9m or 1.5h)")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def add_training_arguments(parser: argparse.ArgumentParser, batch: int, rate: float) -> None:
    """Arguments that all training steps take."""
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints, caches, logs and samples")
    parser.add_argument("--budget", type=seconds, default="9m", help="time for this call")
    parser.add_argument("--horizon", type=seconds, help="total training time the schedule decays over")
    parser.add_argument("--checkpoint-every", type=seconds, default="150s")
    parser.add_argument("--batch", type=int, default=batch, help="samples in a step, over all processes")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--ema", type=float, default=0.998)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true", help="mixed precision: twice as fast on processors with avx512_bf16")
    parser.add_argument("--optimiser", choices=["adamw", "muon"], default="adamw")
    parser.add_argument("--seed", type=int, default=0)


def learning_rate(progress: float, base: float) -> float:
    """Linear warm-up, then half a cosine down to FLOOR x base; progress in [0, 1]."""
    if progress < WARM_UP:
        return base * max(progress / WARM_UP, 0.02)
    along = min(1.0, (progress - WARM_UP) / (1 - WARM_UP))
    return base * (FLOOR + (1 - FLOOR) * (0.5 + 0.5 * math.cos(math.pi * along)))


@torch.no_grad()
def follow(ema: nn.Module, model: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the model's; buffers (batch statistics) are copied."""
    torch._foreach_lerp_(list(ema.parameters()), list(model.parameters()), 1 - decay)
    for mine, theirs in zip(ema.buffers(), model.buffers()):
        mine.copy_(theirs)


def save_atomically(state: dict, path: Path) -> None:
    """Write a checkpoint so that a reader or a crash never sees half of it."""
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    partial.rename(path)


def fit(
    context: Context,
    args: argparse.Namespace,
    model: nn.Module,
    name: str,
    loss_of: Callable[[int], tuple[Tensor, dict[str, float]]],
    show: Callable[[nn.Module], None] | None = None,
) -> nn.Module:
    """Train `model` for `args.budget` seconds and return its averaged copy.

    `loss_of(batch)` draws a batch for this worker and returns the loss and numbers to log; `show(ema)` writes sample
    pictures at every checkpoint. Continues from WORK/name.pt when it exists.
    """
    path = args.work / f"{name}.pt"
    ema = deepcopy(model).eval().requires_grad_(False)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = build_optimiser(args.optimiser, model, args.rate)
    before, step, count = 0.0, 0, 0
    if path.exists():
        state = torch.load(path, map_location=context.device, weights_only=True)
        model.load_state_dict(state["model"])
        ema.load_state_dict(state["ema"])
        if state["kind"] == args.optimiser:
            optimiser.load_state_dict(state["optimiser"])
        before, step, count = state["elapsed"], state["step"], state["count"]
    horizon = args.horizon or before + args.budget
    model.train()
    last = logged = saved = time.monotonic()
    elapsed, sums, since = before, {}, 0

    def checkpoint() -> None:
        state = {"model": model.state_dict(), "ema": ema.state_dict(), "optimiser": optimiser.state_dict()}
        state["kind"] = args.optimiser
        save_atomically({**state, "elapsed": elapsed, "step": step, "count": count}, path)
        if show:
            show(ema)

    while elapsed < before + args.budget:
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(elapsed / horizon, group["base"])
        with torch.autocast(context.device.type, torch.bfloat16, enabled=args.bf16):
            loss, numbers = loss_of(args.batch // context.world)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        now = time.monotonic()
        elapsed = context.average(parameters, elapsed + min(now - last, LONGEST_STEP))
        last = now
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step, count, since = step + 1, count + args.batch, since + 1
        follow(ema, model, min(args.ema, (1 + step) / (10 + step)))
        for key, value in {"loss": loss.item(), **numbers}.items():
            sums[key] = sums.get(key, 0.0) + value
        now = time.monotonic()
        if context.leads and now - logged > LOG_EVERY:
            line = {"elapsed": round(elapsed), "step": step, "samples": count}
            line["rate"] = round(since * args.batch / (now - logged), 1)
            line |= {key: round(value / since, 4) for key, value in sums.items()}
            print(name, json.dumps(line), flush=True)
            with (args.work / f"{name}.jsonl").open("a") as log:
                log.write(json.dumps(line) + "\n")
            logged, sums, since = now, {}, 0
        if context.leads and now - saved > args.checkpoint_every:
            checkpoint()
            saved = time.monotonic()
    if context.leads:
        checkpoint()
    return ema
