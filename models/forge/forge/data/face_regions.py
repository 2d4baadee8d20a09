"""What the pack's later passes see: regions around a face or below it, enlarged to a whole picture (`workers/engine/detail-region.ts`).

In such a region the face always lies in the same place at the same size. That is learnt from far fewer portraits than faces of every
size anywhere, and nearly every portrait's face goes through it in the end.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from forge.data.composition import POINTS
from forge.data.shards import Portraits
from forge.nets.config import UNSET

# The face's box in distances from the eyes to the mouth, and the eyes' place in it: what `workers/stages/compose.ts` has.
BOX_HEIGHT, EYES = 2.1, 0.28


@dataclass(frozen=True)
class Zoom:
    """One of the later passes. Its latents are WORK/latents/NNNNN-`name`.npz, and `share` of a training batch. The region is `heights` of
    the face's box high, its middle `lowered` of one below the box's. Faces of fewer than `smallest` pixels from eyes to mouth say nothing
    about detail: they would teach that faces are soft. Learnt below `start` of the schedule only, of which 1 is pure noise: no such face
    is made of that. `face`: it is the face that the pass makes; otherwise nobody asks whose it is, and it need not be seen. Faces of which
    a region would take more than `most` of the picture's height are left alone."""

    name: str
    heights: float
    lowered: float
    smallest: float
    start: float
    share: float
    face: bool = True
    most: float = 1.0


# What `workers/engine/detail-region.ts` has: head and shoulders, the face alone, and what is worn below it. The packs start at .6 (5 of 8
# steps), .5 and .6. Their order here is that of the latents' `zoom`; the app makes the clothes first.
ZOOMS = (
    Zoom("faces", 2.4, 0.1, 56.0, 0.78, 0.15),
    Zoom("close", 1.5, 0.0, 90.0, 0.66, 0.2),
    Zoom("chest", 2.8, 1.5, 40.0, 0.78, 0.2, face=False, most=0.8),
)
HEAD, FACE, CHEST = ZOOMS
# How far regions are off in training, as shares of their height: what the first pass makes is not quite where it was told to be.
SCALED, MOVED = 0.1, 0.03


def face_regions(points: np.ndarray, size: tuple[int, int], zoom: Zoom) -> np.ndarray:
    """Regions f32 [N, 4] (left, top, width, height, in pixels, the picture's aspect ratio, inside it) of faces with `points` [N, 5, 2] in
    pictures of `size` (width, height). A region larger than the picture is as large as the picture."""
    width, height = size
    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    box = BOX_HEIGHT * np.linalg.norm(eyes - mouth, axis=1)
    tall = np.minimum(box * zoom.heights, height)
    centre_x = (eyes[:, 0] + mouth[:, 0]) / 2
    centre_y = eyes[:, 1] + box * (0.5 - EYES + zoom.lowered)
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


def worth_enlarging(shard: Portraits, zoom: Zoom) -> np.ndarray:
    """Rows of a shard whose face can be seen, where that matters, is large enough to show detail and smaller than the pass would make it."""
    height = shard.image.shape[1]
    unit = np.linalg.norm(shard.points[:, :2].mean(1) - shard.points[:, 3:].mean(1), axis=1)
    fit = (unit >= zoom.smallest) & (unit * BOX_HEIGHT * zoom.heights < zoom.most * height)
    return np.flatnonzero(fit & (shard.visible | (not zoom.face)))


def enlarge_faces(shard: Portraits, zoom: Zoom, random: np.random.Generator) -> Portraits:
    """Of every portrait worth it, the region of its face at the size of the whole picture; the framing is left open, as the later passes
    leave it. The shard may come out empty."""
    rows = worth_enlarging(shard, zoom)
    height, width = shard.image.shape[1:3]
    regions = jitter(face_regions(shard.points[rows], (width, height), zoom), (width, height), random)
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
        image, direction, shard.identity[rows], points.astype(np.float32), shard.visible[rows] & zoom.face, shard.record[rows],
        composition.astype(np.float32),
    )
