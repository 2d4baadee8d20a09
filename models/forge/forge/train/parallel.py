"""Workers of one training run. On a shared CPU, single-thread processes that average gradients once a step beat one
process with many threads, whose OpenMP barriers wait for the slowest core inside every operator."""

import argparse
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import Tensor

# More than seeds that anybody chooses, so that no two runs share one.
STREAMS = 10_007


@dataclass(frozen=True)
class Context:
    """This worker's place: rank, number of workers, device."""

    rank: int
    world: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this worker writes logs and checkpoints."""
        return self.rank == 0

    def average(self, parameters: list[Tensor], number: float) -> float:
        """Average the gradients of `parameters` over all workers, in place; returns rank 0's `number` (its clock), so
        that schedules and stopping agree."""
        if self.world == 1:
            return number
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        clock = torch.tensor([number * self.world if self.leads else 0.0])
        flat = torch.cat([g.reshape(-1) for g in gradients] + [clock])
        distributed.all_reduce(flat)
        flat /= self.world
        offset = 0
        for parameter in parameters:
            count = parameter.numel()
            parameter.grad = flat[offset : offset + count].view_as(parameter)
            offset += count
        return float(flat[-1])


def enter(rank: int, work: Callable, args: argparse.Namespace, rendezvous: str) -> None:
    """Body of one worker process."""
    torch.set_num_threads(1)
    # PyTorch has a worker interrupted when its parent dies. A shell that starts a training in the background has it ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()  # Linux shares the CPU between sessions first; workers in one session would get one share together
    distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=args.processes)
    torch.manual_seed(args.seed * 1000 + rank)
    work(args, Context(rank, args.processes, torch.device("cpu")))
    distributed.destroy_process_group()


def fresh_seed(checkpoint: Path, seed: int) -> int:
    """`seed`, or another one for every length of the training that `checkpoint` holds: a run that goes on would otherwise meet the very
    batches and noise again that the run before it began with."""
    if not checkpoint.exists():
        return seed
    step = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)["step"]
    return seed + STREAMS * step


def launch(work: Callable[[argparse.Namespace, Context], None], args: argparse.Namespace, name: str) -> None:
    """Run `work`, which trains WORK/`name`.pt, on one GPU if there is one, otherwise on the CPU in `args.processes` processes."""
    args = argparse.Namespace(**{**vars(args), "seed": fresh_seed(args.work / f"{name}.pt", args.seed)})
    if torch.cuda.is_available() or args.processes == 1:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_num_threads(args.threads or (os.cpu_count() or 1))
        torch.manual_seed(args.seed * 1000)
        work(args, Context(0, 1, device))
        return
    with tempfile.TemporaryDirectory() as folder:
        rendezvous = os.path.join(folder, "rendezvous")
        multiprocessing.start_processes(enter, (work, args, rendezvous), args.processes, start_method="spawn")
