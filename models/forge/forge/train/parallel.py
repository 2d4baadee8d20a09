"""Workers of one training run. On a shared CPU, single-thread processes that average gradients once a step beat one
process with many threads, whose OpenMP barriers wait for the slowest core inside every operator."""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.distributed as distributed
import torch.multiprocessing as multiprocessing
from torch import Tensor


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
    os.setsid()  # Linux shares the CPU between sessions first; workers in one session would get one share together
    distributed.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=args.processes)
    torch.manual_seed(args.seed * 1000 + rank)
    work(args, Context(rank, args.processes, torch.device("cpu")))
    distributed.destroy_process_group()


def launch(work: Callable[[argparse.Namespace, Context], None], args: argparse.Namespace) -> None:
    """Run `work` on one GPU if there is one, otherwise on the CPU in `args.processes` processes."""
    if torch.cuda.is_available() or args.processes == 1:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.set_num_threads(args.threads or (os.cpu_count() or 1))
        torch.manual_seed(args.seed * 1000)
        work(args, Context(0, 1, device))
        return
    with tempfile.TemporaryDirectory() as folder:
        rendezvous = os.path.join(folder, "rendezvous")
        multiprocessing.start_processes(enter, (work, args, rendezvous), args.processes, start_method="spawn")
