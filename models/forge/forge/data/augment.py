"""Domain randomisation for faces: what phones, lenses, light and compression do to a photograph. Batched, on tensors."""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

# Share of pictures that lose some of their colour. Few: the colour of skin and hair is what a portrait has to keep.
GREYED = 0.12
# Share of pictures whose subject is known that get another backdrop.
MOVED = 0.6


def chance(batch: int, probability: float) -> Tensor:
    """[B, 1, 1, 1] of 0 and 1."""
    return (torch.rand(batch, 1, 1, 1) < probability).float()


def spread(batch: int, channels: int, low: float, high: float) -> Tensor:
    """Uniform values [B, channels, 1, 1]."""
    return torch.rand(batch, channels, 1, 1) * (high - low) + low


def jitter(images: Tensor, size: int, zoom: float, amount: float = 1.0) -> Tensor:
    """Cut [B, C, size, size] out of larger crops with small random rotation, scale, shift and mirror: landmark errors.

    `zoom` is the part of the larger crop that the template covers.
    """
    batch = images.shape[0]
    angle = torch.randn(batch) * 0.06 * amount
    scale = zoom * torch.exp(torch.randn(batch) * 0.06 * amount)
    mirror = torch.where(torch.rand(batch) < 0.5, -1.0, 1.0)
    theta = torch.zeros(batch, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = angle.cos() * scale * mirror, -angle.sin() * scale
    theta[:, 1, 0], theta[:, 1, 1] = angle.sin() * scale * mirror, angle.cos() * scale
    theta[:, :, 2] = torch.randn(batch, 2) * 0.035 * amount
    grid = affine_grid(theta, (batch, images.shape[1], size, size), align_corners=False)
    return grid_sample(images, grid, padding_mode="border", align_corners=False)


def jpeg(images: Tensor, probability: float) -> Tensor:
    """Compress some of the pictures (float [-1, 1]) with JPEG at random quality."""
    out = images.clone()
    for i in torch.nonzero(torch.rand(len(images)) < probability).flatten().tolist():
        array = ((images[i].clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).numpy()
        buffer = io.BytesIO()
        Image.fromarray(array).save(buffer, "JPEG", quality=int(torch.randint(15, 85, (1,))))
        decoded = np.asarray(Image.open(buffer), dtype=np.float32)
        out[i] = torch.from_numpy(decoded).permute(2, 0, 1) / 127.5 - 1
    return out


def lose_detail(images: Tensor) -> Tensor:
    """Shrink and enlarge the whole batch by a random factor: focus, small pictures, resampling."""
    height, width = images.shape[-2:]
    factor = float(torch.empty(1).uniform_(0.25, 0.9))
    reduced = interpolate(images, (int(height * factor), int(width * factor)), mode="bilinear", antialias=True)
    return interpolate(reduced, (height, width), mode="bilinear")


def occlude(images: Tensor, probability: float) -> Tensor:
    """Cover a random rectangle of some pictures with one colour."""
    batch, _, height, width = images.shape
    rows, columns = torch.arange(height).view(1, 1, -1, 1), torch.arange(width).view(1, 1, 1, -1)
    top, left = spread(batch, 1, -0.1, 0.9) * height, spread(batch, 1, -0.1, 0.9) * width
    tall, wide = spread(batch, 1, 0.1, 0.4) * height, spread(batch, 1, 0.1, 0.4) * width
    inside = (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + wide)
    cover = inside.float() * chance(batch, probability)
    return images * (1 - cover) + cover * spread(batch, 3, -1, 1)


def change_backdrops(images: Tensor, mask: Tensor, probability: float) -> Tensor:
    """Some pictures [B, 3, S, S] before another of the batch upside down, or before one colour: a backdrop says nothing about who
    stands before it, and in photographs it is busier than in renders. mask [B, 1, S, S] in [0, 1] is 1 on the subject."""
    batch = len(images)
    other = images[torch.randperm(batch)].flip(2)
    behind = torch.lerp(other, spread(batch, 3, -1, 1).expand_as(other), chance(batch, 0.5))
    cover = (1 - mask) * chance(batch, probability)
    return images * (1 - cover) + behind * cover


def randomise(images: Tensor) -> Tensor:
    """Light, colour, blur, noise, compression and occlusion on pictures in [-1, 1], [B, 3, S, S]."""
    batch = images.shape[0]
    x = (images + 1) / 2
    # As far as cameras err, no further: whoever may have been exposed anyhow has no skin tone.
    x = x.clamp(1e-3, 1) ** torch.exp(torch.randn(batch, 1, 1, 1) * 0.15)
    x = x * torch.exp(torch.randn(batch, 1, 1, 1) * 0.12) * torch.exp(torch.randn(batch, 3, 1, 1) * 0.06)
    x = (x - 0.5) * spread(batch, 1, 0.7, 1.25) + 0.5
    grey = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    x = torch.lerp(x, grey.expand_as(x), chance(batch, GREYED) * spread(batch, 1, 0, 1) ** 0.5)
    # A soft shadow or light from one side.
    direction = torch.randn(batch, 2, 1, 1)
    ticks = torch.linspace(-1, 1, x.shape[-1])
    ramp = direction[:, :1] * ticks.view(1, 1, 1, -1) + direction[:, 1:] * ticks.view(1, 1, -1, 1)
    x = x * torch.exp(ramp * 0.2 * chance(batch, 0.5))
    blurred = chance(batch, 0.5)
    x = x * (1 - blurred) + lose_detail(x) * blurred
    x = x + torch.randn_like(x) * spread(batch, 1, 0, 0.06) * chance(batch, 0.5)
    return occlude(jpeg(x.clamp(0, 1) * 2 - 1, 0.25), 0.25)
