"""`forge train-ae`: the latent autoencoder, on crops of composed portraits, faces preferred and weighted.

`--keep-coarse` trains the detail encoder and the decoder and leaves the coarse latents what they are, so that a denoiser that knows
these has only the others to learn. `train-decoder` goes on with the decoder alone.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from forge.data.align import flip_points, to_tensor
from forge.data.shards import read_cache, update_cache
from forge.nets.autoencoder import Autoencoder
from forge.nets.bundle import load_part
from forge.nets.config import POCKET
from forge.train.loop import add_training_arguments, fit, save_atomically
from forge.train.parallel import Context, launch
from forge.train.picture_losses import cut_patches, importance, reconstruction_loss
from forge.train.portrait_crops import CROP, Crops
from forge.train.sheet import to_bytes, write_sheet

# Most noise added to unit-variance latents, so that the decoder forgives what a denoiser leaves behind.
LATENT_NOISE = 0.15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-ae`."""
    add_training_arguments(parser, batch=16, rate=2e-3)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keep-coarse", action="store_true", help="go on, the coarse latents staying what they are")
    parser.add_argument("--looks", type=int, default=1, help="looks applied to every record; 0: compose nothing")


def trained(args: argparse.Namespace) -> str:
    """Name of the checkpoint that a run goes on with."""
    return "detail" if args.keep_coarse else "autoencoder"


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    model = Autoencoder(POCKET).to(context.device, memory_format=torch.channels_last)
    if args.keep_coarse:
        model.load_state_dict(torch.load(args.work / "autoencoder.pt", weights_only=True)["ema"])
        model.encoder.requires_grad_(False)
        model.project.requires_grad_(False)
    crops = Crops(args.work / "large", args.seed * 100 + context.rank)
    if not args.keep_coarse:
        # The linear path sees what the encoder sees: smaller pictures.
        drawn = [nn.functional.avg_pool2d(crops.draw(64)[0][:, :3], POCKET.pool) for _ in range(10)]
        patches = [cut_patches(pictures, POCKET.factor // POCKET.pool) for pictures in drawn]
        model.set_components(torch.cat(patches).to(context.device))
        model.project.requires_grad_(False)
    fixed, _ = Crops(args.work / "large", 99).draw(10)
    coarse = POCKET.latent_channels - POCKET.detail_channels
    calls = 0

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        nonlocal calls
        calls += 1
        if calls % 150 == 0:
            crops.reload()
        pictures, points = crops.draw(batch)
        if calls % 2:
            pictures, points = pictures.flip(3), torch.from_numpy(flip_points(points.numpy(), CROP))
        weights = importance(points, CROP, CROP)
        pictures, weights = pictures.to(context.device), weights.to(context.device)
        target = pictures[:, :3].contiguous(memory_format=torch.channels_last)
        latents = model.encode_raw(target)
        dirt = LATENT_NOISE * torch.rand(len(latents), 1, 1, 1, device=latents.device)
        # Errors of colours need more digits than bfloat16 has.
        output, logits = (part.float() for part in model.decode_raw(latents + dirt * torch.randn_like(latents)))
        mask = (pictures[:, 3:] + 1) / 2
        error = reconstruction_loss(output, target, weights)
        loss = error + 0.3 * binary_cross_entropy_with_logits(logits, mask)
        distance = (output.detach().clamp(-1, 1) - target).pow(2).mean() / 4
        numbers = {"psnr": float(-10 * distance.log10()), "power": float(latents.detach()[:, coarse:].pow(2).mean())}
        # Pulls the latents to about unit variance; the exact normalisation is measured afterwards.
        return loss + 2e-4 * latents.pow(2).mean(), numbers

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        target = fixed[:, :3].to(context.device)
        output, logits = ema.decode_raw(ema.encode_raw(target))
        masks = (torch.sigmoid(logits) * 2 - 1).expand(-1, 3, -1, -1)
        write_sheet(args.work / "autoencoder.png", [to_bytes(target), to_bytes(output), to_bytes(masks)])

    ema = fit(context, args, model, trained(args), loss_of, show)
    if context.leads:
        measure_statistics(ema, args.work, context.device, coarse if args.keep_coarse else 0)
        state = torch.load(args.work / "autoencoder.pt", weights_only=True)
        save_atomically({**state, "ema": ema.state_dict()}, args.work / "autoencoder.pt")


@torch.no_grad()
def measure_statistics(ema: nn.Module, folder: Path, device: torch.device, first: int = 0) -> None:
    """Set the latent mean and deviation of `ema` from channel `first` on, measured on whole portraits."""
    images = [shard.image[:: max(1, len(shard.identity) // 16), ..., :3] for shard in read_cache(folder / "large")]
    pictures = np.concatenate([np.asarray(image) for image in images])[:400]
    latents = torch.cat([ema.encode_raw(to_tensor(part).to(device)) for part in np.array_split(pictures, 50) if len(part)])
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    mean[:first], deviation[:first] = ema.mean.flatten()[:first], ema.deviation.flatten()[:first]
    ema.set_statistics(mean, deviation)
    print("latent mean", ema.mean.flatten().tolist(), "deviation", ema.deviation.flatten().tolist())


def load_autoencoder(folder: Path) -> Autoencoder:
    """The trained autoencoder of a work folder, in eval mode."""
    return load_part(Autoencoder(POCKET), folder / "autoencoder.pt")


def run(args: argparse.Namespace) -> None:
    """Compose what is not composed yet, then train."""
    if args.looks:
        added = update_cache(args.data, args.work / "large", args.looks, half=False)
        print(f"composed {added} new shards", flush=True)
    launch(work, args, trained(args))
