"""`forge train-judges`: what `forge eval` measures with. The embedding has another architecture, crop and seed than the
face encoder; the reader finds the five points and reads the six axes on whole portraits. Neither takes part in training
the pack."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy, smooth_l1_loss

from forge.data.align import flip_points, to_tensor
from forge.data.augment import chance, lose_detail, spread
from forge.data.crops import gather_crops
from forge.data.shards import read_cache, read_identities
from forge.nets.bundle import load_part
from forge.nets.judges import JUDGE_SIZE, JUDGE_WIDTH, JudgeEncoder, PortraitReader
from forge.train.loop import add_training_arguments, fit
from forge.train.metric import Regressed, metric_loss, save_network
from forge.train.parallel import Context, launch

POINT_WEIGHT = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-judges`."""
    add_training_arguments(parser, batch=64, rate=1.5e-3)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", choices=["identity", "reader"], required=True)
    parser.set_defaults(seed=77)


def train_identity(args: argparse.Namespace, context: Context) -> None:
    """One worker training the judges' embedding."""
    crops = gather_crops(args.data, args.work / "images")
    known = read_identities(args.data)
    model = Regressed(JudgeEncoder(), JUDGE_WIDTH, known.targets().shape[1])
    model = model.to(context.device, memory_format=torch.channels_last)
    loss_of = metric_loss(model, crops, known, JUDGE_SIZE, 1.0, args.seed * 100 + context.rank, regression=0.3)
    fit(context, args, model, "judge-training", loss_of)
    if context.leads:
        save_network(args.work / "judge-training.pt", args.work / "judge.pt")


def soften(pictures: Tensor) -> Tensor:
    """Mild loss of detail and noise, so that the reader judges content, not sharpness."""
    batch = len(pictures)
    blurred = chance(batch, 0.6)
    pictures = pictures * (1 - blurred) + lose_detail(pictures) * blurred
    return pictures + torch.randn_like(pictures) * spread(batch, 1, 0, 0.08) * chance(batch, 0.5)


def train_reader(args: argparse.Namespace, context: Context) -> None:
    """One worker training the reader."""
    shards = list(read_cache(args.work / "images"))
    ends = np.cumsum([len(shard.identity) for shard in shards])
    random = np.random.default_rng(args.seed * 100 + context.rank)
    model = PortraitReader().to(context.device, memory_format=torch.channels_last)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        indices = random.integers(ends[-1], size=batch)
        which = np.searchsorted(ends, indices, side="right")
        rows = indices - np.where(which > 0, ends[which - 1], 0)
        pictures = np.stack([shards[s].image[r, ..., :3] for s, r in zip(which, rows)])
        points = np.stack([shards[s].points[r] for s, r in zip(which, rows)])
        height, width = pictures.shape[1:3]
        odd = random.random(batch) < 0.5
        pictures[odd] = pictures[odd][:, :, ::-1]
        points[odd] = flip_points(points[odd], width)
        seen = torch.tensor([bool(shards[s].visible[r]) for s, r in zip(which, rows)])
        direction = torch.from_numpy(np.stack([shards[s].direction[r] for s, r in zip(which, rows)])).long()
        sample = soften(avg_pool2d(to_tensor(pictures), 2)).to(context.device, memory_format=torch.channels_last)
        found, logits = model(sample)
        target = torch.from_numpy(points / (width, height)).float().clamp(0, 1)
        off = smooth_l1_loss(found[seen], target[seen].to(context.device), beta=0.02)
        direction = direction.to(context.device)
        loss = cross_entropy(logits.flatten(0, 1), direction.flatten(), label_smoothing=0.05) + POINT_WEIGHT * off
        right = float((logits.argmax(2) == direction).float().mean())
        return loss, {"right": right, "points": float(off.detach())}

    fit(context, args, model, "reader", loss_of)


def load_judges(folder: Path) -> tuple[JudgeEncoder, PortraitReader]:
    """The trained judges of a work folder, in eval mode."""
    return load_part(JudgeEncoder(), folder / "judge.pt"), load_part(PortraitReader(), folder / "reader.pt")


def run(args: argparse.Namespace) -> None:
    """Train one of the two judges within the budget."""
    launch(train_identity if args.part == "identity" else train_reader, args)
