"""What the pack's second pass sees: the region around a face, enlarged to a whole picture (`workers/engine/detail-region.ts`).

In such a region the face always lies in the same place at the same size. That is learnt from far fewer portraits than faces of every
size anywhere, and nearly every portrait's face goes through it in the end.
"""

import numpy as np
from PIL import Image

from forge.data.composition import POINTS
from forge.data.shards import Portraits
from forge.nets.config import UNSET

# The face's box in distances from the eyes to the mouth, the eyes' place in it, and the region in heights of the box: what
# `workers/stages/compose.ts` and `workers/engine/detail-region.ts` have.
BOX_HEIGHT, EYES = 2.1, 0.28
HEIGHTS, LOWERED = 2.4, 0.1
# Faces lower than this in pixels from eyes to mouth say nothing about detail; they would teach that faces are soft.
SMALLEST = 56.0
# How far regions are off in training, as shares of their height: what the first pass makes is not quite where it was told to be.
SCALED, MOVED = 0.1, 0.03


def face_regions(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Regions f32 [N, 4] (left, top, width, height, in pixels, the picture's aspect ratio, inside it) of faces with `points` [N, 5, 2] in
    pictures of `size` (width, height). A region larger than the picture is as large as the picture."""
    width, height = size
    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    box = BOX_HEIGHT * np.linalg.norm(eyes - mouth, axis=1)
    tall = np.minimum(box * HEIGHTS, height)
    centre_x = (eyes[:, 0] + mouth[:, 0]) / 2
    centre_y = eyes[:, 1] + box * (0.5 - EYES + LOWERED)
    return place_regions(centre_x, centre_y, tall, size)


def place_regions(centre_x: np.ndarray, centre_y: np.ndarray, tall: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Regions f32 [N, 4] of these heights around these centres, moved into the picture."""
    width, height = size
    wide = tall * width / height
    left = np.clip(centre_x - wide / 2, 0, width - wide)
    top = np.clip(centre_y - tall / 2, 0, height - tall)
    return np.stack([left, top, wide, tall], 1).astype(np.float32)


def jitter(regions: np.ndarray, size: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Regions a little larger or smaller and elsewhere, still inside the picture."""
    left, top, wide, tall = regions.T
    moved = MOVED * tall * random.standard_normal((2, len(regions)))
    scaled = np.minimum(tall * np.exp(SCALED * random.standard_normal(len(regions))), size[1])
    return place_regions(left + wide / 2 + moved[0], top + tall / 2 + moved[1], scaled, size)


def worth_enlarging(shard: Portraits) -> np.ndarray:
    """Rows of a shard whose face can be seen, is large enough to show detail and smaller than the second pass would make it."""
    height = shard.image.shape[1]
    unit = np.linalg.norm(shard.points[:, :2].mean(1) - shard.points[:, 3:].mean(1), axis=1)
    return np.flatnonzero(shard.visible & (unit >= SMALLEST) & (unit * BOX_HEIGHT * HEIGHTS < height))


def enlarge_faces(shard: Portraits, random: np.random.Generator) -> Portraits:
    """Of every portrait worth it, the region of its face at the size of the whole picture; the framing is left open, as the second pass
    leaves it. The shard may come out empty."""
    rows = worth_enlarging(shard)
    height, width = shard.image.shape[1:3]
    regions = jitter(face_regions(shard.points[rows], (width, height)), (width, height), random)
    image = np.empty((len(rows), *shard.image.shape[1:]), np.uint8)
    for i, (row, (left, top, wide, tall)) in enumerate(zip(rows, regions)):
        box = (float(left), float(top), float(left + wide), float(top + tall))
        # Colours and mask apart: PIL would weight the colours by the mask.
        colours, mask = shard.image[row, ..., :3], shard.image[row, ..., 3]
        image[i, ..., :3] = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC, box)
        image[i, ..., 3] = Image.fromarray(mask).resize((width, height), Image.Resampling.BICUBIC, box)
    scale, corner = width / regions[:, 2], regions[:, None, :2]
    points = (shard.points[rows] - corner) * scale[:, None, None]
    composition = shard.composition[rows].copy()
    composition[:, :POINTS] = (points / (width, height)).reshape(-1, POINTS)
    direction = shard.direction[rows].copy()
    direction[:, 0] = UNSET
    return Portraits(
        image, direction, shard.identity[rows], points.astype(np.float32), shard.visible[rows], shard.record[rows],
        composition.astype(np.float32),
    )
