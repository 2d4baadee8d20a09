"""Measuring portraits with the trained judges, which see every picture at the size they were trained on."""

from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from forge.data.align import align_from_large, flip_points, to_tensor
from forge.data.faces import REFINE_SIZE, from_crop, refinement_crops, upright
from forge.data.shards import References
from forge.nets.config import AXES
from forge.nets.judges import FACE_SIZE, JUDGE_SIZE, JudgeEncoder, Locator, PortraitReader
from forge.pack.judge_files import load_judge
from forge.pack.pictures import JUDGED, judged_size
from forge.train.metric import embed

JUDGE_ZOOM = 0.8
ROUNDS = 2
BATCH = 32
# The framing that ends at brow and mouth, and the axes that then cannot be seen, whatever was asked for.
CHOKER, HIDDEN = 2, ("setting", "styling")


@torch.no_grad()
def locate(locator: Locator, pictures: np.ndarray) -> np.ndarray:
    """Landmarks [N, 5, 2] in pixels of portraits u8 [N, H, W, 3]."""
    points = locator.whole(avg_pool2d(to_tensor(pictures), 2))[0].numpy() * pictures.shape[2:0:-1]
    for _ in range(ROUNDS):
        crops, places = refinement_crops(pictures, points)
        points = from_crop(locator.refine(to_tensor(crops))[0].numpy() * REFINE_SIZE, places)
    return points


@torch.no_grad()
def read_axes(reader: PortraitReader, pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Options int [N, 6] read off portraits u8 [N, H, W, 3] with landmarks [N, 5, 2], each also mirrored: no option knows
    left from right, and two looks see more than one (mood on 288 held-out renders: .715 to .736)."""

    def look(seen: np.ndarray, found: np.ndarray) -> torch.Tensor:
        guess = found.clip((0, 0), seen.shape[2:0:-1])
        faces = to_tensor(upright(seen, guess, FACE_SIZE))
        return reader(avg_pool2d(to_tensor(seen), 2), faces).log_softmax(2)

    mirrored = np.ascontiguousarray(pictures[:, :, ::-1])
    logs = look(pictures, points) + look(mirrored, flip_points(points, pictures.shape[2]))
    return logs.argmax(2).numpy()


def embed_twice(encoder: JudgeEncoder, pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Embeddings f32 [N, D] of unit length of the faces at `points` [N, 5, 2] (pixels) in pictures u8 [N, H, W, 3], each also mirrored: two
    looks see more than one."""
    crops = align_from_large(pictures, points, JUDGE_SIZE, JUDGE_ZOOM)
    both = embed(encoder, crops) + embed(encoder, crops[:, :, ::-1])
    return both / np.linalg.norm(both, axis=1, keepdims=True)


class Judges:
    """The three judges with the gallery of sitters."""

    def __init__(self, folder: Path, references: References, sitters: range) -> None:
        self.encoder = load_judge(JudgeEncoder(), folder, "identity")
        self.locator = load_judge(Locator(), folder, "locator")
        self.reader = load_judge(PortraitReader(), folder, "reader")
        embeddings = embed_twice(self.encoder, references.image, references.points)
        gallery = np.stack([embeddings[references.identity == sitter].mean(0) for sitter in sitters])
        self.gallery = gallery / np.linalg.norm(gallery, axis=1, keepdims=True)

    def read(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Portraits u8 [N, 320, 256, 3] (`judged_size`) -> (landmarks [N, 5, 2] in pixels, options [N, 6])."""
        parts = np.array_split(pictures, max(1, len(pictures) // BATCH))
        points = [locate(self.locator, part) for part in parts]
        options = [read_axes(self.reader, part, found) for part, found in zip(parts, points)]
        return np.concatenate(points), np.concatenate(options)

    def similarity(self, pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Cosine [N, sitters] of every portrait u8 [N, H, W, 3] with every sitter of the gallery; points [N, 5, 2] in its own pixels."""
        return embed_twice(self.encoder, pictures, points) @ self.gallery.T

    def measure(self, pictures: np.ndarray, sitters: np.ndarray, directions: np.ndarray) -> dict:
        """Top-1 retrieval, mean cosine with the right sitter, and the share of portraits on which each axis is read
        right. Portraits u8 [N, 320 k, 256 k, 3]; sitters [N] are gallery rows."""
        points, options = self.read(judged_size(pictures))
        # Two faces of five are smaller than the embedding's crop in pictures of judged size.
        similarity = self.similarity(pictures, points * (pictures.shape[1] / JUDGED[0]))
        return {
            "top1": share(similarity.argmax(1) == sitters),
            "cosine": round(float(similarity[np.arange(len(sitters)), sitters].mean()), 4),
            "axes": {axis: share(options[:, i] == directions[:, i]) for i, axis in enumerate(AXES)},
            "axesInFrame": in_frame(options, directions),
        }


def in_frame(options: np.ndarray, directions: np.ndarray) -> dict[str, float]:
    """Share of portraits on which setting and styling are read right, of those whose framing shows them; both int [N, 6]. Empty where
    none does."""
    shown = directions[:, AXES.index("framing")] != CHOKER
    right = options[shown] == directions[shown]
    return {axis: share(right[:, AXES.index(axis)]) for axis in HIDDEN} if shown.any() else {}


def share(hits: np.ndarray) -> float:
    """Mean of booleans, four digits."""
    return round(float(np.mean(hits)), 4)
