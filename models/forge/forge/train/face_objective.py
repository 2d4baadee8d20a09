"""What the face encoder sees in the faces that the denoiser's latents lead to: an identity loss as in PuLID (Guo et al. 2024), a
perceptual one as in latent perceptual losses (Berrada et al. 2024), and whether they look real, on drafts of the decoded picture.

The critic reads latents and has only ever seen those of training; the encoder reads pictures, was trained under any light and camera,
and tells people apart whom neither of them met.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from forge.data.align import align_tensor
from forge.data.composition import POINTS
from forge.data.face_regions import ZOOMS
from forge.nets.autoencoder import Autoencoder
from forge.nets.config import POCKET
from forge.train.batches import Told
from forge.train.draft import SMALLER, DraftDecoder
from forge.train.face import load_face_encoder
from forge.train.feature_adversary import FeatureAdversary
from forge.train.picture_losses import stage_distance

# A sixth of a batch is decoded for its faces, an eighth for the adversary alone, who also looks at hair, clothes and places; faces from eyes to mouth at least so many pixels of the draft, from latents at most so noisy.
SHARE, WINDOW_SHARE, SMALLEST, NOISIEST = 6, 8, 20.0, 0.9
# Features beside the embedding.
FEATURES = 1.0
# Whether pictures of each pass are a face and little else, whole portraits first.
FACE_ALONE = (False, *(zoom.face for zoom in ZOOMS))


class FaceObjective:
    """Losses of the faces in predicted latents, with the fitted draft decoder and the face encoder, both left as they are."""

    def __init__(
        self, work: Path, autoencoder: Autoencoder, latents: Tensor, weight: float = 1.0, adversary: FeatureAdversary | None = None,
        realness: float = 0.0,
    ) -> None:
        """`weight` is that of identity and features, `realness` that of the adversary, who is asked where there is one."""
        self.drafts = DraftDecoder(autoencoder).to(latents.device)
        self.error = self.drafts.fit(autoencoder, latents)
        self.drafts = self.drafts.to(memory_format=torch.channels_last)
        faces = load_face_encoder(work).requires_grad_(False)
        self.faces = faces.to(latents.device, memory_format=torch.channels_last)
        self.weight, self.adversary, self.realness = weight, adversary, realness

    def choose(self, told: Told, sigma: Tensor, scale: Tensor) -> np.ndarray:
        """Rows of a batch whose face is told, seen, large and not too noisy; at most a SHARE of it."""
        unit = np.linalg.norm(middle_to_mouth(draft_points(told.composition)), axis=1)
        fit = (told.seen > 0) & (scale > 0) & (sigma < NOISIEST)
        return np.flatnonzero(fit.cpu().numpy() & (unit >= SMALLEST))[: max(1, len(unit) // SHARE)]

    def choose_windows(self, told: Told, sigma: Tensor) -> np.ndarray:
        """Rows of whole portraits and of clothes, whatever they show, that the adversary sees a window of; none where there is no
        adversary."""
        fit = ~torch.tensor(FACE_ALONE, device=sigma.device)[told.zoom] & (sigma < NOISIEST)
        return np.flatnonzero(fit.cpu().numpy())[: len(fit) // WINDOW_SHARE if self.adversary else 0]

    def look(self, latents: Tensor, points: np.ndarray, corner: tuple[int, int] = (0, 0)) -> list[Tensor]:
        """The face encoder's stages [B, C, h, w] and last its embedding [F, E] of the faces at `points` [F, 5, 2] in the first latents
        [B, C, h, w]; of what follows them it sees the window from `corner` (x, y), pixels of the draft, as large as a crop."""
        drafts, (x, y), side = self.drafts(latents), corner, POCKET.crop_size
        crops = align_tensor(drafts[: len(points)], points, side)
        crops = torch.cat([crops, drafts[len(points) :, :, y : y + side, x : x + side]])
        stages = self.faces.stages(crops.contiguous(memory_format=torch.channels_last))
        return [*stages, self.faces.embed(stages[-1][: len(points)])]

    def loss(self, predicted: Tensor, told: Told, sigma: Tensor, scale: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Weighted loss of predicted clean latents [B, C, h, w]: how far their faces are from the embedding that was told, in the
        features of every stage from the faces of the clean latents, and from looking as real as those. Beyond sigma .5 their weight
        falls, that of looking real beyond .75, to nothing at 1: there the best prediction is a mean. Nothing to log where no face can be
        judged."""
        rows = self.choose(told, sigma, scale)
        if not len(rows):
            if self.adversary:
                self.adversary.learn([], [])
            return predicted.new_zeros(()), {}
        points = draft_points(told.composition)[rows]
        windows = self.choose_windows(told, sigma)
        both = np.concatenate([rows, windows])
        corner = tuple(int(torch.randint(side // SMALLER - POCKET.crop_size + 1, ())) for side in (POCKET.image_width, POCKET.image_height))
        *stages, embedding = self.look(predicted[both].contiguous(memory_format=torch.channels_last), points, corner)
        with torch.no_grad():
            *wanted, _ = self.look(told.latents[both].contiguous(memory_format=torch.channels_last), points, corner)
        weight = (2 * (1 - sigma[rows])).clamp(max=1)
        apart = 1 - (embedding.float() * told.embedding[rows]).sum(1)
        features = stage_distance(*([stage[: len(rows)] for stage in part] for part in (stages, wanted)))
        numbers = {"face": float(apart.detach().mean()), "features": float(features.detach().mean())}
        total = self.weight * (weight * (apart + FEATURES * features)).mean()
        if self.adversary:
            numbers["caught"] = self.adversary.learn(stages, wanted)
            unreal = self.adversary.loss(stages, wanted)
            numbers["unreal"] = float(unreal.detach().mean())
            # Where a mean of two faces begins, one has to be chosen: its weight falls later.
            total = total + self.realness * ((4 * (1 - sigma[both])).clamp(max=1) * unreal).mean()
        return total, numbers


def draft_points(composition: Tensor) -> np.ndarray:
    """Landmarks [B, 5, 2] in pixels of the draft, from compositions [B, 12]."""
    size = (POCKET.image_width // SMALLER, POCKET.image_height // SMALLER)
    return composition[:, :POINTS].detach().cpu().numpy().reshape(-1, 5, 2) * size


def middle_to_mouth(points: np.ndarray) -> np.ndarray:
    """From the middle of the eyes to that of the mouth [B, 2], of landmarks [B, 5, 2]."""
    return points[:, 3:].mean(1) - points[:, :2].mean(1)
