"""What a decoded picture is compared by: weighted errors of colours and edges, and the energy of texture."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cosine_similarity

# The finest scale counts less: much of it is film grain, which no latent can carry.
SCALE_WEIGHTS = (0.4, 0.6, 0.6)
# Side and stride of the windows of `energy_loss` in pixels, and the energy (of samples in [-1, 1]) below which a window counts
# as smooth.
WINDOW, STRIDE, SMOOTH = 8, 4, 1e-3


def importance(points: Tensor, height: int, width: int) -> Tensor:
    """Weight map [B, 1, H, W] from landmarks [B, 5, 2] in crop pixels: 1 far away, about 3 on the face, about 6 on eyes
    and mouth, where a viewer looks first."""
    rows, columns = torch.arange(height).view(1, 1, -1, 1) + 0.5, torch.arange(width).view(1, 1, 1, -1) + 0.5

    def bump(centre: Tensor, radius: Tensor) -> Tensor:
        x, y = (centre[:, i].view(-1, 1, 1, 1) for i in (0, 1))
        return torch.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius.view(-1, 1, 1, 1) ** 2))

    # Eye to mouth, not eye to eye: it keeps its length when the head turns.
    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    unit = (eyes - mouth).norm(dim=1).clamp_min(2)
    weights = 1 + 2 * bump((eyes + mouth) / 2, unit * 0.9)
    for i in (0, 1):
        weights = weights + 3 * bump(points[:, i], unit * 0.28)
    return weights + 2 * bump(mouth, unit * 0.3)


def reconstruction_loss(output: Tensor, target: Tensor, weights: Tensor, scales: tuple[float, ...] = SCALE_WEIGHTS) -> Tensor:
    """Weighted L1 plus L1 of the gradients, each halving of the size with its weight in `scales` (edges carry the likeness)."""
    total = ((output - target).abs() * weights).mean()
    for level, factor in enumerate(scales):
        for axis in (2, 3):
            cut = weights.narrow(axis, 1, weights.shape[axis] - 1)
            total = total + factor * ((output.diff(dim=axis) - target.diff(dim=axis)).abs() * cut).mean()
        if level + 1 < len(scales):
            output, target, weights = (avg_pool2d(x, 2) for x in (output, target, weights))
    return total


def energy_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance between the logarithms of the gradient energies in small windows: how much texture there is, not where.
    An absolute error is smallest when everything uncertain is smooth; hair and cloth then look like wax."""

    def energy(picture: Tensor, axis: int) -> Tensor:
        return (avg_pool2d(picture.diff(dim=axis).pow(2).mean(1, keepdim=True), WINDOW, STRIDE) + SMOOTH).log()

    return sum((energy(output, axis) - energy(target, axis)).abs().mean() for axis in (2, 3)) / 2


def stage_distance(made: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Mean distance [B] of features, one [B, C, h, w] for every stage of a network, by their direction in each place: no change of
    contrast moves it."""
    apart = [1 - cosine_similarity(mine.float(), theirs.float(), dim=1, eps=1e-4) for mine, theirs in zip(made, wanted)]
    return torch.stack([part.mean((1, 2)) for part in apart]).mean(0)


def cut_patches(pictures: Tensor, side: int) -> Tensor:
    """[B, 3, H, W] -> all its patches [B * H / side * W / side, 3, side, side]."""
    tiles = pictures.unfold(2, side, side).unfold(3, side, side)
    return tiles.permute(0, 2, 3, 1, 4, 5).reshape(-1, pictures.shape[1], side, side)
