"""`forge train-ae`: the latent autoencoder, on crops of composed portraits, faces preferred and weighted."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits

from forge.data.align import to_tensor
from forge.data.shards import Portraits, read_cache, update_cache
from forge.nets.autoencoder import Autoencoder
from forge.nets.bundle import load_part
from forge.nets.config import POCKET
from forge.train.loop import add_training_arguments, fit, save_atomically
from forge.train.parallel import Context, launch
from forge.train.sheet import to_bytes, write_sheet

CROP = 128
# Added to unit-variance latents, so that the decoder forgives what a denoiser leaves behind.
LATENT_NOISE = 0.1
# The finest scale counts less: much of it is film grain, which no latent can carry.
SCALE_WEIGHTS = (0.4, 0.6, 0.6)
# Weight of `energy_loss` when only the decoder is tuned, side and stride of its windows in pixels, and the energy (of samples
# in [-1, 1]) below which a window counts as smooth.
ENERGY_WEIGHT, WINDOW, STRIDE, SMOOTH = 0.1, 8, 4, 1e-3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-ae`."""
    add_training_arguments(parser, batch=16, rate=2e-3)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--decoder-only", action="store_true", help="tune the decoder; the latents stay what they are")
    parser.add_argument("--looks", type=int, default=3, help="looks applied to every record; 0: compose nothing")


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


def reconstruction_loss(output: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Weighted L1 plus L1 of the gradients at three scales (edges carry the likeness)."""
    total = ((output - target).abs() * weights).mean()
    for level, factor in enumerate(SCALE_WEIGHTS):
        for axis in (2, 3):
            cut = weights.narrow(axis, 1, weights.shape[axis] - 1)
            total = total + factor * ((output.diff(dim=axis) - target.diff(dim=axis)).abs() * cut).mean()
        if level + 1 < len(SCALE_WEIGHTS):
            output, target, weights = (avg_pool2d(x, 2) for x in (output, target, weights))
    return total


def energy_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance between the logarithms of the gradient energies in small windows: how much texture there is, not where.
    An absolute error is smallest when everything uncertain is smooth; hair and cloth then look like wax."""

    def energy(picture: Tensor, axis: int) -> Tensor:
        return (avg_pool2d(picture.diff(dim=axis).pow(2).mean(1, keepdim=True), WINDOW, STRIDE) + SMOOTH).log()

    return sum((energy(output, axis) - energy(target, axis)).abs().mean() for axis in (2, 3)) / 2


def cut_patches(pictures: Tensor, side: int) -> Tensor:
    """[B, 3, H, W] -> all its patches [B * H / side * W / side, 3, side, side]."""
    tiles = pictures.unfold(2, side, side).unfold(3, side, side)
    return tiles.permute(0, 2, 3, 1, 4, 5).reshape(-1, pictures.shape[1], side, side)


class Crops:
    """Random crops of the composed portraits in a cache folder; looks again for new shards when asked."""

    def __init__(self, cache: Path, seed: int) -> None:
        self.cache = cache
        self.random = np.random.default_rng(seed)
        self.shards: list[Portraits] = []
        self.reload()

    def reload(self) -> None:
        """Map all shards that are there now."""
        self.shards = list(read_cache(self.cache))
        self.ends = np.cumsum([len(shard.identity) for shard in self.shards])

    def draw(self, batch: int) -> tuple[Tensor, Tensor]:
        """(pictures [B, 4, 128, 128] with the mask in the last plane, both in [-1, 1]; landmarks [B, 5, 2])."""
        pictures = np.empty((batch, CROP, CROP, 4), np.uint8)
        points = np.empty((batch, 5, 2), np.float32)
        for i in range(batch):
            index = int(self.random.integers(self.ends[-1]))
            which = int(np.searchsorted(self.ends, index, side="right"))
            shard, row = self.shards[which], index - (self.ends[which - 1] if which else 0)
            height, width = shard.image.shape[1:3]
            marks = shard.points[row]
            if shard.visible[row] and self.random.random() < 0.6:
                centre = marks.mean(0) + self.random.normal(0, 20, 2)
                left, top = (centre - CROP / 2).astype(int)
            else:
                left, top = self.random.integers(width - CROP + 1), self.random.integers(height - CROP + 1)
            left, top = int(np.clip(left, 0, width - CROP)), int(np.clip(top, 0, height - CROP))
            pictures[i] = shard.image[row, top : top + CROP, left : left + CROP]
            # An invisible face weighs nothing: move its landmarks far outside.
            points[i] = marks - (left, top) if shard.visible[row] else -1000
        tensor = to_tensor(pictures)
        return tensor, torch.from_numpy(points)


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    model = Autoencoder(POCKET).to(context.device, memory_format=torch.channels_last)
    if args.decoder_only:
        model.load_state_dict(torch.load(args.work / "autoencoder.pt", weights_only=True)["ema"])
        model.encoder.requires_grad_(False)
        model.project.requires_grad_(False)
    crops = Crops(args.work / "images", args.seed * 100 + context.rank)
    if not args.decoder_only:
        patches = [cut_patches(crops.draw(64)[0][:, :3], POCKET.factor) for _ in range(10)]
        model.set_components(torch.cat(patches).to(context.device))
        model.project.requires_grad_(False)
    fixed, _ = Crops(args.work / "images", 99).draw(10)
    calls = 0

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        nonlocal calls
        calls += 1
        if calls % 150 == 0:
            crops.reload()
        pictures, points = crops.draw(batch)
        weights = importance(points, CROP, CROP)
        if calls % 2:
            pictures, weights = pictures.flip(3), weights.flip(3)
        pictures, weights = pictures.to(context.device), weights.to(context.device)
        target = pictures[:, :3].contiguous(memory_format=torch.channels_last)
        with torch.set_grad_enabled(not args.decoder_only):
            latents = model.encode_raw(target)
        output, logits = model.decode_raw(latents + LATENT_NOISE * torch.randn_like(latents))
        mask = (pictures[:, 3:] + 1) / 2
        loss = reconstruction_loss(output, target, weights) + 0.3 * binary_cross_entropy_with_logits(logits, mask)
        if args.decoder_only:
            loss = loss + ENERGY_WEIGHT * energy_loss(output, target)
        # Pulls the latents to about unit variance; the exact normalisation is measured afterwards.
        loss = loss + 2e-4 * latents.pow(2).mean()
        error = (output.detach().clamp(-1, 1) - target).pow(2).mean() / 4
        return loss, {"psnr": float(-10 * error.log10()), "power": float(latents.detach().pow(2).mean())}

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        target = fixed[:, :3].to(context.device)
        output, logits = ema.decode_raw(ema.encode_raw(target))
        masks = (torch.sigmoid(logits) * 2 - 1).expand(-1, 3, -1, -1)
        write_sheet(args.work / "autoencoder.png", [to_bytes(target), to_bytes(output), to_bytes(masks)])

    ema = fit(context, args, model, "decoder" if args.decoder_only else "autoencoder", loss_of, show)
    if context.leads:
        if not args.decoder_only:
            measure_statistics(ema, args.work, context.device)
        state = torch.load(args.work / "autoencoder.pt", weights_only=True)
        save_atomically({**state, "ema": ema.state_dict()}, args.work / "autoencoder.pt")


@torch.no_grad()
def measure_statistics(ema: nn.Module, folder: Path, device: torch.device) -> None:
    """Set the latent mean and deviation of `ema`, measured on whole portraits."""
    images = [shard.image[:: max(1, len(shard.identity) // 16), ..., :3] for shard in read_cache(folder / "images")]
    pictures = np.concatenate([np.asarray(image) for image in images])[:400]
    latents = torch.cat([ema.encode_raw(to_tensor(part).to(device)) for part in np.array_split(pictures, 25) if len(part)])
    ema.set_statistics(latents.mean((0, 2, 3)), latents.std((0, 2, 3)))
    print("latent mean", ema.mean.flatten().tolist(), "deviation", ema.deviation.flatten().tolist())


def load_autoencoder(folder: Path) -> Autoencoder:
    """The trained autoencoder of a work folder, in eval mode."""
    return load_part(Autoencoder(POCKET), folder / "autoencoder.pt")


def run(args: argparse.Namespace) -> None:
    """Compose what is not composed yet, then train."""
    if args.looks:
        print(f"composed {update_cache(args.data, args.work / 'images', args.looks)} new shards", flush=True)
    launch(work, args)
