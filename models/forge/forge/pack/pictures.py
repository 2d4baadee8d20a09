"""Pictures on disk, and the one size at which pictures are judged."""

from pathlib import Path

import numpy as np
from PIL import Image

from forge.data.scaling import shrunk

# The locator and the reader were trained on pictures of this size (height, width). Packs of any size meet them there.
JUDGED = (320, 256)


def read_pictures(paths: list[Path]) -> np.ndarray:
    """Pictures of one size as u8 [N, H, W, 3]."""
    return np.stack([np.asarray(Image.open(path).convert("RGB")) for path in paths])


def judged_size(pictures: np.ndarray) -> np.ndarray:
    """Pictures u8 [N, 320 k, 256 k, 3] -> u8 [N, 320, 256, 3], every value the mean of k x k values.

    Raises ValueError for any other size: scaling by a broken factor, or up, would change what sharpness the judges see.
    """
    height, width = pictures.shape[1:3]
    factor = height // JUDGED[0]
    if factor < 1 or (height, width) != (JUDGED[0] * factor, JUDGED[1] * factor):
        raise ValueError(f"pictures of {width} x {height} cannot be judged: a whole multiple of {JUDGED[1]} x {JUDGED[0]} is needed")
    return shrunk(pictures, factor)
