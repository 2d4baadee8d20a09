"""AdamW, or Muon (Jordan et al. 2024) for matrices and convolutions with AdamW for the rest."""

import torch
from torch import Tensor, nn

# Quintic Newton-Schulz coefficients of the Muon report: push all singular values of a matrix towards one.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonalise(matrix: Tensor) -> Tensor:
    """[M, N] -> about the nearest matrix with equal singular values."""
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class MuonAndAdamW(torch.optim.AdamW):
    """AdamW whose groups marked `muon` take orthogonalised momentum steps instead, scaled to AdamW's step size."""

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One step; groups marked `muon` are handled here, the others by AdamW."""
        for group in self.param_groups:
            if not group["muon"]:
                continue
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                state.setdefault("step", torch.zeros(()))  # AdamW expects it when a checkpoint is loaded
                momentum = state.setdefault("momentum", torch.zeros_like(parameter))
                momentum.lerp_(parameter.grad, 0.05)
                blend = torch.lerp(parameter.grad, momentum, 0.95).flatten(1)
                update = orthogonalise(blend)
                # Root mean square 0.2, as AdamW's updates have (Liu et al. 2025), so both share one learning rate.
                update = update * 0.2 * max(update.shape) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.view_as(parameter), alpha=-group["lr"])
                parameter.grad = None
        super().step()


def build_optimiser(kind: str, model: nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimiser for `model`; every group remembers its `base` rate. Vectors and tables are not decayed."""
    matrices, others = [], []
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)}
    for parameter in model.parameters():
        if parameter.requires_grad:
            wide = parameter.ndim >= 2 and min(parameter.shape[0], parameter[0].numel()) >= 16
            (matrices if wide and id(parameter) not in embeddings else others).append(parameter)
    groups = [
        {"params": matrices, "weight_decay": 0.01, "muon": kind == "muon", "base": rate},
        {"params": others, "weight_decay": 0.0, "muon": False, "base": rate},
    ]
    return MuonAndAdamW(groups, lr=rate, betas=(0.9, 0.99))
