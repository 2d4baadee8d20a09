"""Faces in portraits for the judges: size, errors of landmarks, crops that follow them."""

import numpy as np

from forge.data.align import TEMPLATE, anchors, cut, similarity

# Aligned crop for the locator's second stage, and the part of it that the face template covers: room for the first's error.
REFINE_SIZE = 64
REFINE_ZOOM = 0.5
# Side of an upright crop in face sizes: shows neck and shoulders, which poses turn.
UPRIGHT_SIDE = 7.0


def face_size(points: np.ndarray) -> np.ndarray:
    """[N] distance from between the eyes to the mouth, or between the eyes, whichever is longer; pixels, at least 4."""
    right, left, mouth = anchors(points).transpose(1, 0, 2)
    down = np.linalg.norm(mouth - (right + left) / 2, axis=1)
    return np.maximum(np.maximum(down, np.linalg.norm(left - right, axis=1)), 4.0)


def wander(points: np.ndarray, random: np.random.Generator, amount: float) -> np.ndarray:
    """Landmarks [N, 5, 2] moved, turned and scaled together by normal errors of `amount` face sizes, radians and e-folds."""
    centre, count = points.mean(1, keepdims=True), len(points)
    angle, scale = random.normal(0, amount, count), np.exp(random.normal(0, amount, count))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], 1).reshape(-1, 2, 2)
    moved = np.einsum("nij,nkj->nki", turn, points - centre) * scale[:, None, None]
    return moved + centre + random.normal(0, amount, (count, 1, 2)) * face_size(points)[:, None, None]


def refinement_crops(pictures: np.ndarray, guess: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Crops u8 [N, 64, 64, 3] aligned by guessed landmarks [N, 5, 2], and the maps [N, 2, 3] from crop to picture pixels."""
    source = anchors(guess.astype(np.float64))
    target = np.broadcast_to(((TEMPLATE - 0.5) * REFINE_ZOOM + 0.5) * REFINE_SIZE, source.shape)
    places = similarity(target, source)
    return cut(pictures, places, REFINE_SIZE), places


def from_crop(inside: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Points [N, K, 2] in crop pixels -> picture pixels."""
    return np.einsum("nij,nkj->nki", places[..., :2], inside) + places[:, None, :, 2]


def into_crop(points: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Points [N, K, 2] in picture pixels -> crop pixels."""
    return np.einsum("nij,nkj->nki", np.linalg.inv(places[..., :2]), points - places[:, None, :, 2])


def upright(pictures: np.ndarray, points: np.ndarray, size: int) -> np.ndarray:
    """Square crops u8 [N, size, size, 3] around faces, not turned: head, neck and shoulders."""
    step = face_size(points) * UPRIGHT_SIDE / size
    places = np.zeros((len(points), 2, 3))
    places[:, 0, 0] = places[:, 1, 1] = step
    places[..., 2] = points.mean(1) - step[:, None] * size / 2
    return cut(pictures, places, size)
