"""`forge train-judges`: what `forge eval` measures with. The locator finds the five points, the reader reads the six axes,
the embedding tells sitters apart; it has another architecture, crop and seed than the face encoder. None of them takes part
in training the pack."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, cross_entropy, smooth_l1_loss

from forge.data.align import flip_points, to_tensor
from forge.data.augment import chance, lose_detail, spread
from forge.data.crops import gather_crops
from forge.data.faces import REFINE_SIZE, into_crop, refinement_crops, upright, wander
from forge.data.shards import Portraits, read_backgrounds, read_cache, read_identities, update_cache
from forge.nets.judges import FACE_SIZE, JUDGE_SIZE, JUDGE_WIDTH, JudgeEncoder, Locator, PortraitReader, cell_centres
from forge.train.loop import add_training_arguments, fit
from forge.train.metric import Regressed, metric_loss, save_network
from forge.train.parallel import Context, launch

# Composed portraits at half the size, and whole ones for the embedding (`forge encode` composes those too): it sees small faces as
# large as they are.
HALF, WHOLE = "images", "large"
# Width of the heat-map targets in cells, and weight of the distance beside the heat map's cross-entropy.
SPOT, DISTANCE = 1.0, 20.0
# How often the reader sees a subject before another portrait's background: pose, light and clothes are on the subject.
SWAPPED = 0.35
SETTING, LOOK = 1, 5
# What the locator misses faces by on held-out renders (median of the centre .15 face sizes, of the scale .10): crops that
# follow true landmarks more closely than that teach the reader a pose it cannot see when it judges.
LOCATOR_ERROR = 0.13


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-judges`."""
    add_training_arguments(parser, batch=64, rate=1.5e-3)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--looks", type=int, default=2, help="looks applied to every record; 0: compose nothing")
    parser.add_argument("--part", choices=list(PARTS), required=True)
    parser.set_defaults(seed=77)


def train_identity(args: argparse.Namespace, context: Context) -> None:
    """One worker training the judges' embedding."""
    crops = gather_crops(args.data, args.work / WHOLE)
    known = read_identities(args.data)
    model = Regressed(JudgeEncoder(), JUDGE_WIDTH, known.targets().shape[1])
    model = model.to(context.device, memory_format=torch.channels_last)
    loss_of = metric_loss(model, crops, known, JUDGE_SIZE, 1.0, args.seed * 100 + context.rank, regression=0.3)
    fit(context, args, model, "judge-training", loss_of)
    if context.leads:
        save_network(args.work / "judge-training.pt", args.work / "judge.pt")


class Drawn:
    """Random composed portraits, half of them mirrored."""

    def __init__(self, cache: Path, seed: int) -> None:
        self.shards: list[Portraits] = list(read_cache(cache))
        self.ends = np.cumsum([len(shard.identity) for shard in self.shards])
        self.random = np.random.default_rng(seed)

    def draw(self, batch: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(pictures u8 [B, H, W, 4] with the subject's mask, points [B, 5, 2], visible bool [B], direction [B, 6])."""
        indices = self.random.integers(self.ends[-1], size=batch)
        which = np.searchsorted(self.ends, indices, side="right")
        places = list(zip(which, indices - np.where(which > 0, self.ends[which - 1], 0)))
        pictures, points, visible, direction = (
            np.stack([getattr(self.shards[s], key)[r] for s, r in places]) for key in ("image", "points", "visible", "direction")
        )
        odd = self.random.random(batch) < 0.5
        pictures[odd] = pictures[odd][:, :, ::-1]
        points[odd] = flip_points(points[odd], pictures.shape[2])
        return pictures, points, visible, direction


def soften(pictures: Tensor) -> Tensor:
    """Mild loss of detail and noise, so that the judges see content, not sharpness."""
    batch = len(pictures)
    blurred = chance(batch, 0.6)
    pictures = pictures * (1 - blurred) + lose_detail(pictures) * blurred
    return pictures + torch.randn_like(pictures) * spread(batch, 1, 0, 0.08) * chance(batch, 0.5)


def point_loss(model: nn.Module, pictures: Tensor, target: Tensor) -> tuple[Tensor, float]:
    """Cross-entropy of the heat maps with spots at `target` [B, 5, 2] in [0, 1], plus the distance; and its mean alone."""
    found, logs = model(pictures)
    rows, columns = (side // 4 for side in pictures.shape[-2:])
    apart = (cell_centres(rows, columns).to(target) - target[:, :, None]) * torch.tensor([columns, rows]).to(target)
    spots = (-apart.pow(2).sum(-1) / (2 * SPOT**2)).softmax(-1)
    distance = smooth_l1_loss(found, target, beta=0.02)
    return -(spots * logs).sum(-1).mean() + DISTANCE * distance, float(distance.detach())


def train_points(args: argparse.Namespace, context: Context) -> None:
    """One worker training both stages of the locator."""
    drawn = Drawn(args.work / HALF, args.seed * 100 + context.rank)
    model = Locator().to(context.device, memory_format=torch.channels_last)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        pictures, points, visible, _ = drawn.draw(batch)
        pictures, points = pictures[visible][..., :3], points[visible]
        size = np.array(pictures.shape[2:0:-1], np.float32)
        half = soften(avg_pool2d(to_tensor(pictures), 2)).to(context.device, memory_format=torch.channels_last)
        first, far = point_loss(model.whole, half, torch.from_numpy(points / size).float().clamp(0, 1).to(context.device))
        crops, places = refinement_crops(pictures, wander(points, drawn.random, 0.2))
        target = torch.from_numpy(into_crop(points, places) / REFINE_SIZE).float().clamp(0, 1).to(context.device)
        near_view = soften(to_tensor(crops)).to(context.device, memory_format=torch.channels_last)
        second, near = point_loss(model.refine, near_view, target)
        return first + second, {"whole": far, "refined": near}

    fit(context, args, model, "locator", loss_of)


def train_reader(args: argparse.Namespace, context: Context) -> None:
    """One worker training the reader."""
    drawn = Drawn(args.work / HALF, args.seed * 100 + context.rank)
    backgrounds = read_backgrounds(args.data)
    model = PortraitReader().to(context.device, memory_format=torch.channels_last)

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        pictures, points, _, direction = drawn.draw(batch)
        swapped = drawn.random.random(batch) < SWAPPED
        mask = pictures[swapped, ..., 3:].astype(np.uint16)
        behind = backgrounds[drawn.random.integers(len(backgrounds), size=len(mask))]
        pictures[swapped, ..., :3] = (pictures[swapped, ..., :3] * mask + behind * (255 - mask)) // 255
        height, width = pictures.shape[1:3]
        guess = wander(points, drawn.random, LOCATOR_ERROR).clip((0, 0), (width, height))
        faces = soften(to_tensor(upright(pictures[..., :3], guess, FACE_SIZE)))
        sample = soften(avg_pool2d(to_tensor(pictures[..., :3]), 2))
        logits = model(*(x.to(context.device, memory_format=torch.channels_last) for x in (sample, faces)))
        target = torch.from_numpy(direction).long().to(context.device)
        # A swapped background says nothing about the setting, and has no look.
        known = torch.ones(batch, logits.shape[1])
        known[torch.from_numpy(swapped)[:, None] & torch.isin(torch.arange(logits.shape[1]), torch.tensor([SETTING, LOOK]))] = 0
        known = known.to(context.device)
        losses = cross_entropy(logits.flatten(0, 1), target.flatten(), label_smoothing=0.05, reduction="none")
        right = ((logits.argmax(2) == target).float() * known).sum() / known.sum()
        return (losses * known.flatten()).sum() / known.sum(), {"right": float(right)}

    fit(context, args, model, "reader", loss_of)


# Every judge with the checkpoint that its training goes on with.
PARTS = {"points": (train_points, "locator"), "reader": (train_reader, "reader"), "identity": (train_identity, "judge-training")}


def run(args: argparse.Namespace) -> None:
    """Compose what is not composed yet, then train one of the judges within the budget."""
    if args.looks:
        whole = args.part == "identity"
        update_cache(args.data, args.work / (WHOLE if whole else HALF), args.looks, half=not whole)
    train, name = PARTS[args.part]
    launch(train, args, name)
