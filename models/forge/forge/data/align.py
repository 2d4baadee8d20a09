"""Face alignment: similarity transform of eyes and mouth onto the fixed template, bilinear sampling, edges replicated.

The app does the same in TypeScript; both follow the least-squares solution of Umeyama (1991). Coordinates are continuous:
the centre of pixel (i, j) is at (i + 0.5, j + 0.5).
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from forge.data.scaling import shrunk

# Right eye, left eye (the subject's), mouth centre; x, y in [0, 1] of the crop.
TEMPLATE = np.array([[0.38, 0.46], [0.62, 0.46], [0.5, 0.7]], np.float64)

LARGEST_SHRINK = 8


def anchors(points: np.ndarray) -> np.ndarray:
    """[N, 5, 2] five-point landmarks -> [N, 3, 2]: both eyes and the middle of the mouth corners."""
    return np.stack([points[:, 0], points[:, 1], (points[:, 3] + points[:, 4]) / 2], 1)


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Least-squares similarity (rotation, scale, translation; no mirror) from source to target points.

    source, target [N, K, 2] -> matrices [N, 2, 3] with target = M @ (x, y, 1).
    """
    mean_s, mean_t = source.mean(1, keepdims=True), target.mean(1, keepdims=True)
    s, t = source - mean_s, target - mean_t
    # In the plane the least-squares rotation and scale are one complex number: sum(conj(s) t) / sum(|s|^2).
    power = np.maximum((s**2).sum((1, 2)), 1e-9)
    a = (s * t).sum((1, 2)) / power
    b = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(1) / power
    linear = np.stack([np.stack([a, -b], -1), np.stack([b, a], -1)], 1)
    offset = mean_t[:, 0] - np.einsum("nij,nj->ni", linear, mean_s[:, 0])
    return np.concatenate([linear, offset[..., None]], 2)


def align_faces(images: np.ndarray, points: np.ndarray, size: int, zoom: float = 1.0) -> np.ndarray:
    """Aligned crops. images u8 [N, H, W, 3], points [N, 5, 2] in pixels -> u8 [N, size, size, 3].

    `zoom` below 1 shows more around the face than the template does (room for jitter, or hair for a judge).
    """
    target = ((TEMPLATE - 0.5) * zoom + 0.5) * size
    source = anchors(points.astype(np.float64))
    return cut(images, similarity(np.broadcast_to(target, source.shape), source), size)


def align_from_large(images: np.ndarray, points: np.ndarray, size: int, zoom: float = 1.0) -> np.ndarray:
    """As `align_faces`, for pictures u8 [N, H, W, C] in which faces may be much larger than in the crop: each is averaged down by 2, 4 or
    8 first, as far as its face stays larger than that, so that small faces keep their detail and large ones get no aliasing."""
    target = (TEMPLATE - 0.5) * zoom * size
    source = anchors(points.astype(np.float64))
    shrink = similarity(np.broadcast_to(target, source.shape), source)
    factors = np.hypot(shrink[:, 0, 0], shrink[:, 1, 0])
    levels = np.floor(np.log2(factors.clip(1, LARGEST_SHRINK))).astype(int)
    crops = np.empty((len(images), size, size, images.shape[3]), np.uint8)
    for level in np.unique(levels):
        own = levels == level
        crops[own] = align_faces(shrunk(images[own], 2**level), points[own] / 2**level, size, zoom)
    return crops


def cut(images: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Crops u8 [N, size, size, 3] of images u8 [N, H, W, 3]; places [N, 2, 3] map crop pixels to image pixels."""
    planes = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
    crops = sample_places(planes, torch.from_numpy(places).float(), size)
    return crops.round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()


def align_tensor(pictures: Tensor, points: np.ndarray, size: int) -> Tensor:
    """Aligned crops [N, C, size, size] of pictures [N, C, H, W] with landmarks [N, 5, 2] in pixels; gradients pass."""
    source = anchors(points.astype(np.float64))
    places = similarity(np.broadcast_to(TEMPLATE * size, source.shape), source)
    return sample_places(pictures, torch.from_numpy(places).float().to(pictures.device), size)


def sample_places(planes: Tensor, places: Tensor, size: int) -> Tensor:
    """Bilinear samples [N, C, size, size] of planes [N, C, H, W], edges replicated; places [N, 2, 3] map sample coordinates to
    those of the planes."""
    height, width = planes.shape[2:]
    ticks = torch.arange(size, dtype=torch.float32, device=planes.device) + 0.5
    plane = torch.stack([*torch.meshgrid(ticks, ticks, indexing="xy"), torch.ones_like(ticks).expand(size, size)], -1)
    place = torch.einsum("nij,hwj->nhwi", places, plane)
    grid = place / torch.tensor([width, height], device=planes.device) * 2 - 1
    return grid_sample(planes.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)


def to_tensor(images: np.ndarray) -> Tensor:
    """u8 [N, H, W, C] -> float [N, C, H, W] in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 127.5 - 1


def flip_points(points: np.ndarray, width: int) -> np.ndarray:
    """Landmarks [N, 5, 2] of the mirrored picture: x mirrored, left and right swapped."""
    mirrored = points[:, [1, 0, 2, 4, 3]].copy()
    mirrored[..., 0] = width - mirrored[..., 0]
    return mirrored
