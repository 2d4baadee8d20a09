"""Contact sheets: pictures in a grid, to look at while training runs."""

from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor


def to_bytes(pictures: Tensor) -> np.ndarray:
    """Float [N, 3, H, W] in [-1, 1] -> u8 [N, H, W, 3]."""
    return ((pictures.detach().cpu().float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def write_sheet(path: Path, rows: list[np.ndarray]) -> None:
    """Write rows of pictures (each u8 [N, H, W, 3], all the same size) as one image file."""
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows], 0)).save(path)
