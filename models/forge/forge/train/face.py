"""`forge train-face`: the face encoder that conditions the denoiser."""

import argparse
from pathlib import Path

import torch

from forge.data.crops import ZOOM, gather_crops
from forge.data.shards import read_identities, update_cache
from forge.nets.bundle import load_part
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder, start_from_photographs
from forge.data.latents import read_latents, sitter_means
from forge.train.loop import add_training_arguments, fit
from forge.train.metric import Regressed, metric_loss, save_network
from forge.train.parallel import Context, launch

# Stem and so many blocks stay as photographs taught them: edges, textures and colours, down to a quarter of the size.
HELD = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-face`."""
    add_training_arguments(parser, batch=96, rate=1.5e-3)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--looks", type=int, default=2, help="looks applied to every record; 0: compose nothing")
    parser.add_argument("--tune", action="store_true", help="go on from WORK/face.pt, as `unpack` writes it, for a changed renderer")
    parser.add_argument("--keep-places", action="store_true", help="sitters keep the embeddings of WORK/latents, so that critic and denoiser stay valid")


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    crops = gather_crops(args.data, args.work / "images")
    known = read_identities(args.data)
    if context.leads:
        print(f"{len(crops.image)} crops of {len(set(crops.identity.tolist()))} identities", flush=True)
    encoder = FaceEncoder(POCKET)
    if args.tune:
        load_part(encoder, args.work / "face.pt")
    else:
        start_from_photographs(encoder)
    encoder.hold(HELD)
    places = sitter_means(read_latents(args.work / "latents")) if args.keep_places else None
    model = Regressed(encoder, POCKET.embedding, known.targets().shape[1])
    model = model.to(context.device, memory_format=torch.channels_last)
    loss_of = metric_loss(model, crops, known, POCKET.crop_size, ZOOM, args.seed * 100 + context.rank, places=places)
    fit(context, args, model, "face-training", loss_of)
    if context.leads:
        save_network(args.work / "face-training.pt", args.work / "face.pt")


def load_face_encoder(folder: Path) -> FaceEncoder:
    """The trained face encoder of a work folder, in eval mode."""
    return load_part(FaceEncoder(POCKET), folder / "face.pt")


def run(args: argparse.Namespace) -> None:
    """Compose what is not composed yet at half the size, then train within the budget."""
    if args.looks:
        update_cache(args.data, args.work / "images", args.looks)
    launch(work, args, "face-training")
