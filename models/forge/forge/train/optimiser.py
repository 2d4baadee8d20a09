"""AdamW, or Muon (Jordan et al. 2024) for matrices and convolutions with AdamW for the rest."""

import torch
import torch.distributed as distributed
from torch import Tensor, nn

# Quintic Newton-Schulz steps that push all singular values of a matrix towards one: Muon's own coefficients and count.
# (Three steps of Polar Express were tried to save time; on a random matrix they spread the values from 0.19 to 1.83.)
COEFFICIENTS = ((3.4445, -4.7750, 2.0315),) * 5


def quick_type(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it, as Muon's authors use it: it halved the time on such a processor (0.75 s to
    0.41 s for 9.5 million weights). Elsewhere it is emulated, and a training step took nine seconds instead of one."""
    native = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if native else torch.float32


def orthogonalise(matrix: Tensor) -> Tensor:
    """[M, N] -> about the nearest matrix with equal singular values."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).to(quick_type(matrix.device))
    for a, b, c in COEFFICIENTS:
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if tall else x).float()


class MuonAndAdamW(torch.optim.AdamW):
    """AdamW whose groups marked `muon` take orthogonalised momentum steps instead, scaled to AdamW's step size. With
    several workers (whose gradients are equal by now) each orthogonalises its share of the matrices."""

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One step; groups marked `muon` are handled here, the others by AdamW."""
        for group in self.param_groups:
            if group["muon"]:
                self.step_matrices(group)
        super().step()

    def step_matrices(self, group: dict) -> None:
        """Muon step of one group; clears its gradients, so that AdamW passes it over."""
        shared = distributed.is_initialized()
        rank, world = (distributed.get_rank(), distributed.get_world_size()) if shared else (0, 1)
        parameters = [p for p in group["params"] if p.grad is not None]
        updates = []
        for index, parameter in enumerate(parameters):
            state = self.state[parameter]
            state.setdefault("step", torch.zeros(()))  # AdamW expects it when a checkpoint is loaded
            momentum = state.setdefault("momentum", torch.zeros_like(parameter))
            momentum.lerp_(parameter.grad, 0.05)
            if index % world == rank:
                update = orthogonalise(torch.lerp(parameter.grad, momentum, 0.95).flatten(1))
                # Root mean square 0.2, as AdamW's updates have (Liu et al. 2025), so both share one learning rate.
                updates.append((update * (0.2 / update.pow(2).mean().sqrt())).reshape(-1))
            else:
                updates.append(torch.zeros(parameter.numel(), device=parameter.device))
        flat = torch.cat(updates)
        if shared:
            distributed.all_reduce(flat)
        for parameter, update in zip(parameters, flat.split([p.numel() for p in parameters])):
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(update.view(parameter.shape), alpha=-group["lr"])
            parameter.grad = None


def build_optimiser(kind: str, model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimiser for `model`; every group remembers its `base` rate. Vectors and tables are not decayed."""
    matrices, others = [], []
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    for parameter in model.parameters():
        if parameter.requires_grad:
            wide = parameter.ndim >= 2 and min(parameter.shape[0], parameter[0].numel()) >= 16
            (matrices if wide and id(parameter) not in embeddings else others).append(parameter)
    # By size, so that taking every n-th matrix shares the work evenly.
    matrices.sort(key=lambda p: -p.numel())
    groups = [
        {"params": matrices, "weight_decay": 0.01, "muon": kind == "muon", "base": rate},
        {"params": others, "weight_decay": 0.0, "muon": False, "base": rate},
    ]
    return MuonAndAdamW(groups, lr=rate, betas=(0.9, 0.99))
