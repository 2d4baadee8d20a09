"""`forge train-decoder`: tunes the decoder without moving any latents, against the face encoder's features and a patch discriminator.

What the latents do not carry (single hairs, lashes, pores, weave) is then made up plausibly instead of averaged away: how much of it there
is, is compared, and its place only roughly. Most latents it sees are the denoiser's own, because those are smoother than the latents of
pictures, and a pack decodes no others.
"""

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from forge.data.align import align_tensor
from forge.nets.autoencoder import Autoencoder
from forge.nets.bundle import Conditioned, load_part
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train.adversary import Adversary, face_distance
from forge.train.autoencoder import load_autoencoder
from forge.train.face import load_face_encoder
from forge.train.loop import add_training_arguments, fit, save_atomically
from forge.train.parallel import Context, launch
from forge.train.picture_losses import energy_loss, importance, reconstruction_loss, stage_distance, texture_loss
from forge.train.portrait_windows import WINDOW, Windows
from forge.train.sheet import to_bytes, write_sheet

# Noise on unit-variance latents, so that the decoder forgives what eight-bit weights leave behind.
LATENT_NOISE = 0.1
# Weights: energy and amount of texture, features of the face, early features of windows, the discriminator as a share of the other gradients.
ENERGY_WEIGHT, TEXTURE_WEIGHT, FACE_WEIGHT, FEATURE_WEIGHT, ADVERSARY_SHARE = 0.25, 6.0, 0.1, 0.5, 2.0
# Share of the error of colours that asks for every pixel.
WHOLE = 0.5
# So many windows of a batch are compared by the outputs of so many of the face encoder's first blocks, which know textures from
# photographs; all of them would double the time of a step.
FEATURE_WINDOWS, FEATURE_BLOCKS = 3, 4
# Errors of the finest edges ask for hairs where the picture had them, which no latent says: a mean of all possible hairs is their best answer.
EDGES = (0.1, 0.4, 0.6)
# A face is compared when its eyes are at least this far apart, pixels of the window.
SMALLEST_FACE = 24


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge train-decoder`."""
    add_training_arguments(parser, batch=12, rate=3e-4)
    parser.add_argument("--alone", type=int, default=50, help="steps of tuning before the discriminator is listened to")


def face_loss(faces: nn.Module, output: Tensor, target: Tensor, points: np.ndarray) -> Tensor:
    """Distance of the faces in output and target [B, 3, H, W], landmarks [B, 5, 2] in pixels, where they are inside and large enough."""
    inside = (points > 0).all((1, 2)) & (points < WINDOW).all((1, 2))
    apart = np.linalg.norm(points[:, 0] - points[:, 1], axis=1)
    rows = np.flatnonzero(inside & (apart > SMALLEST_FACE))
    if not len(rows):
        return output.new_zeros(())
    crops = [align_tensor(picture[rows], points[rows], POCKET.crop_size) for picture in (output, target)]
    return face_distance(faces, *crops)


def feature_loss(faces: FaceEncoder, output: Tensor, target: Tensor) -> Tensor:
    """Distance of the first windows in output and target [B, 3, H, W] by early features of the face encoder."""
    with torch.no_grad():
        wanted = faces.stages(target[:FEATURE_WINDOWS], FEATURE_BLOCKS)
    return stage_distance(faces.stages(output[:FEATURE_WINDOWS], FEATURE_BLOCKS)[1:], wanted[1:]).mean()


def freeze_latents(model: Autoencoder) -> None:
    """Leave what makes latents as it is."""
    for part in (model.encoder, model.project, model.detail):
        if part is not None:
            part.requires_grad_(False)


def work(args: argparse.Namespace, context: Context) -> None:
    """One worker of the training run."""
    model = load_autoencoder(args.work).to(context.device, memory_format=torch.channels_last)
    freeze_latents(model)
    denoiser = load_part(Conditioned(POCKET), args.work / "denoiser.pt").requires_grad_(False)
    denoiser = denoiser.to(context.device, memory_format=torch.channels_last)
    faces = load_face_encoder(args.work).requires_grad_(False).to(context.device, memory_format=torch.channels_last)
    adversary = Adversary(args.work, context)
    with torch.autocast(context.device.type, torch.bfloat16, enabled=args.bf16):
        windows = Windows(args.work, denoiser, args.seed * 100 + context.rank, context.device, context.rank, context.world)
    fixed, _, shown = windows.draw(10)
    with torch.no_grad():
        before, _ = model.decode(shown)
    last_layer = model.decoder[-2].weight
    calls = 0

    def loss_of(batch: int) -> tuple[Tensor, dict[str, float]]:
        nonlocal calls
        calls += 1
        pictures, points, latents = windows.draw(batch)
        weights = importance(points, WINDOW, WINDOW).to(context.device)
        target = pictures[:, :3].contiguous(memory_format=torch.channels_last)
        dirt = LATENT_NOISE * torch.rand(len(latents), 1, 1, 1, device=context.device)
        dirty = (latents + dirt * torch.randn_like(latents)).contiguous(memory_format=torch.channels_last)
        # Errors of colours need more digits than bfloat16 has.
        output, logits = (part.float() for part in model.decode_raw(dirty * model.deviation + model.mean))
        error = reconstruction_loss(output, target, weights, EDGES, WHOLE)
        likeness = face_loss(faces, output, target, points.numpy())
        texture, features = texture_loss(output, target), feature_loss(faces, output, target)
        numbers = {"error": error, "face": likeness, "texture": texture, "features": features}
        numbers = {name: float(value.detach()) for name, value in numbers.items()}
        numbers["discriminator"] = adversary.learn(output, target)
        loss = error + ENERGY_WEIGHT * energy_loss(output, target) + TEXTURE_WEIGHT * texture
        loss = loss + FACE_WEIGHT * likeness + FEATURE_WEIGHT * features
        if calls > args.alone:
            loss = loss + adversary.loss(output, target, error, last_layer, ADVERSARY_SHARE)
        numbers["weight"] = adversary.weight
        return loss + 0.3 * binary_cross_entropy_with_logits(logits, (pictures[:, 3:] + 1) / 2), numbers

    @torch.no_grad()
    def show(ema: nn.Module) -> None:
        output, logits = ema.decode(shown)
        rows = [fixed[:, :3], before, output, (logits * 2 - 1).expand(-1, 3, -1, -1)]
        write_sheet(args.work / "decoder.png", [to_bytes(row) for row in rows])
        adversary.save()

    ema = fit(context, args, model, "decoder", loss_of, show)
    if context.leads:
        state = torch.load(args.work / "autoencoder.pt", weights_only=True)
        save_atomically({**state, "ema": ema.state_dict()}, args.work / "autoencoder.pt")


def run(args: argparse.Namespace) -> None:
    """Train within the budget."""
    launch(work, args, "decoder")
