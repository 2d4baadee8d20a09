"""Pictures made smaller by averaging. Without torch: renderers use it too, and Mesa's LLVM and torch's do not bear each other."""

import numpy as np


def shrunk(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Pictures u8 [N, H, W, C] whose every value is the mean of factor x factor values (themselves when it is 1); what is left over at
    the right and at the bottom is cut off."""
    if factor == 1:
        return pictures
    count, height, width, channels = pictures.shape
    whole = pictures[:, : height // factor * factor, : width // factor * factor]
    blocks = whole.reshape(count, height // factor, factor, width // factor, factor, channels)
    return np.rint(blocks.mean((2, 4), dtype=np.float32)).astype(np.uint8)


def halve_foreground(fg: np.ndarray) -> np.ndarray:
    """Straight-alpha foregrounds u8 [N, H, W, 4] at half the size; colours are averaged by their opacity."""
    count, height, width, _ = fg.shape
    blocks = fg.reshape(count, height // 2, 2, width // 2, 2, 4).astype(np.float32)
    alpha = blocks[..., 3:]
    colour = (blocks[..., :3] * alpha).sum((2, 4)) / np.maximum(alpha.sum((2, 4)), 1)
    return np.rint(np.concatenate([colour, alpha.mean((2, 4))], -1)).astype(np.uint8)
