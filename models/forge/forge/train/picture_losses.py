"""What a decoded picture is compared by: weighted errors of colours and edges, and the energy of texture."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, cosine_similarity

# The finest scale counts less: much of it is film grain, which no latent can carry.
SCALE_WEIGHTS = (0.4, 0.6, 0.6)
# Side and stride of the windows of `energy_loss` in pixels, and the energy (of samples in [-1, 1]) below which a window counts
# as smooth.
WINDOW, STRIDE, SMOOTH = 8, 4, 1e-3
# Keeps the slope of a root finite where there is nothing fine at all.
NOTHING = 1e-5


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


def reconstruction_loss(
    output: Tensor, target: Tensor, weights: Tensor, scales: tuple[float, ...] = SCALE_WEIGHTS, whole: float = 1.0
) -> Tensor:
    """Weighted L1 plus L1 of the gradients, each halving of the size with its weight in `scales` (edges carry the likeness). `whole`: share of
    the first that asks for every pixel; the rest asks for means of 4 x 4 pixels alone."""
    total = whole * ((output - target).abs() * weights).mean()
    if whole < 1:
        rough = [avg_pool2d(x, 4) for x in (output, target, weights)]
        total = total + (1 - whole) * ((rough[0] - rough[1]).abs() * rough[2]).mean()
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


def cosine_bands() -> Tensor:
    """Filters [B, 1, 8, 8]: the orthonormal cosine functions of 8 x 8 pixels but those that no axis takes through more than half a period."""
    places = torch.arange(8)
    waves = torch.cos(torch.pi * (2 * places[None] + 1) * places[:, None] / 16) / 2
    waves[0] /= 2**0.5
    return torch.stack([waves[u][:, None] * waves[v][None] for u in range(8) for v in range(8) if max(u, v) > 1])[:, None]


def texture_loss(output: Tensor, target: Tensor, lack: float = 0.65) -> Tensor:
    """Mean distance between the amounts (root mean square over a window) of every band of texture, in small windows of grey.

    Unlike `energy_loss` it weighs strong edges, hair and patterns as much as they are seen. Band by band, because a decoder that is only asked
    for an amount draws a lattice: its cheapest texture. `lack`: weight of too little beside `1 - lack` of too much, both doubled; at .5 an
    uncertain window gets the median of what it may hold, which is less than the mean (a pinball loss, Koenker and Bassett 1978).
    """
    bands = cosine_bands().to(output.device)

    def amount(picture: Tensor) -> Tensor:
        parts = conv2d(picture.float().mean(1, keepdim=True), bands, stride=STRIDE)
        return (avg_pool2d(parts.pow(2), 4, 2) + NOTHING).sqrt()

    missing = amount(target) - amount(output)
    return 2 * torch.maximum(lack * missing, (lack - 1) * missing).mean()


def stage_distance(made: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Mean distance [B] of features, one [B, C, h, w] for every stage of a network, by their direction in each place: no change of
    contrast moves it."""
    apart = [1 - cosine_similarity(mine.float(), theirs.float(), dim=1, eps=1e-4) for mine, theirs in zip(made, wanted)]
    return torch.stack([part.mean((1, 2)) for part in apart]).mean(0)


def cut_patches(pictures: Tensor, side: int) -> Tensor:
    """[B, 3, H, W] -> all its patches [B * H / side * W / side, 3, side, side]."""
    tiles = pictures.unfold(2, side, side).unfold(3, side, side)
    return tiles.permute(0, 2, 3, 1, 4, 5).reshape(-1, pictures.shape[1], side, side)
