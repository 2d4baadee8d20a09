"""`forge encode`: cache latents and face embeddings, so that training the denoiser reads no pictures.

WORK/latents/NNNNN.npz, one for every composed shard, and NNNNN-faces.npz, -close.npz and -chest.npz with regions of its portraits, enlarged
as the pack's later passes see them (`forge/data/face_regions.py`; framing unset):
  latents f16 [N, C, 20, 16]; weights f16 [N, 20, 16] (face importance); direction u8 [N, 6]; identity i32 [N];
  record i64 [N]; embedding f16 [N, 256] of the picture's own face (zeros where it is not visible); composition f32 [N, 12];
  zoom u8 [N]: 0 for whole portraits, n for regions of the nth later pass
WORK/latents/references.npz: embedding f16 [N, 256], identity i32 [N]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import avg_pool2d

from forge.data.align import align_faces, flip_points, to_tensor
from forge.data.composition import flip_composition
from forge.data.face_regions import ZOOMS, enlarge_faces
from forge.data.latents import read_latents
from forge.data.scaling import shrunk
from forge.data.shards import Portraits, open_composed, read_references, share_of, update_cache
from forge.nets.autoencoder import Autoencoder
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train.autoencoder import load_autoencoder
from forge.train.face import load_face_encoder
from forge.train.metric import embed
from forge.train.picture_losses import importance

BATCH = 32
# The map of importance is drawn this many times smaller than the picture, and averaged over latents.
FINER = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge encode`."""
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--looks", type=int, default=2, help="looks applied to every record; 0: compose nothing")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--worker", type=int, default=0, help="with --workers: which part of the shards this process takes")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="pictures pass the encoder in mixed precision")
    parser.add_argument("--refresh-faces", action="store_true", help="embed the faces of existing latents again (new face encoder)")


def with_mirrored(shard: Portraits) -> Portraits:
    """A shard's portraits followed by their mirror images, so that both hands occur."""
    width = shard.image.shape[2]
    image = np.asarray(shard.image)
    return Portraits(
        np.concatenate([image, image[:, :, ::-1]]), np.concatenate([shard.direction] * 2),
        np.concatenate([shard.identity] * 2), np.concatenate([shard.points, flip_points(shard.points, width)]),
        np.concatenate([shard.visible] * 2), np.concatenate([shard.record] * 2),
        np.concatenate([shard.composition, flip_composition(shard.composition)]),
    )


def embed_faces(shard: Portraits, faces: FaceEncoder) -> np.ndarray:
    """Embeddings f16 [N, 256] of the faces in portraits; zeros where none is visible. Seen at half the size, as in training."""
    embedding = np.zeros((len(shard.image), POCKET.embedding), np.float16)
    seen = np.flatnonzero(shard.visible)
    for rows in np.array_split(seen, max(1, len(seen) // BATCH)):
        if len(rows):
            crops = align_faces(shrunk(shard.image[rows, ..., :3], 2), shard.points[rows] / 2, POCKET.crop_size)
            embedding[rows] = embed(faces, crops)
    return embedding


@torch.no_grad()
def encode_shard(
    shard: Portraits, autoencoder: Autoencoder, faces: FaceEncoder, bf16: bool = False, zoom: int = 0
) -> dict[str, np.ndarray]:
    """The arrays of one latent shard."""
    height, width = shard.image.shape[1:3]
    pictures = (to_tensor(shard.image[i : i + BATCH, ..., :3]) for i in range(0, len(shard.image), BATCH))
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        latents = torch.cat([autoencoder.encode(part).float() for part in pictures])
    marks = torch.from_numpy(np.where(shard.visible[:, None, None], shard.points, -1000).astype(np.float32))
    small = importance(marks / FINER, height // FINER, width // FINER)
    return {
        "latents": latents.half().numpy(),
        "weights": avg_pool2d(small, height // FINER // POCKET.latent_size[0])[:, 0].half().numpy(),
        "direction": shard.direction, "identity": shard.identity, "record": shard.record,
        "embedding": embed_faces(shard, faces), "composition": shard.composition,
        "zoom": np.full(len(latents), zoom, np.uint8),
    }


def update_latents(path: Path, shard: Portraits, autoencoder: Autoencoder, faces: FaceEncoder, bf16: bool, zoom: int) -> None:
    """Write the arrays of a shard; latents that are there already stay, and only their faces are embedded again."""
    if path.exists():
        arrays = {**np.load(path), "embedding": embed_faces(shard, faces)}
    else:
        arrays = encode_shard(shard, autoencoder, faces, bf16, zoom)
    with path.with_suffix(".part").open("wb") as stream:
        np.savez(stream, **arrays)
    path.with_suffix(".part").rename(path)


def encode_references(data: Path, folder: Path, faces: FaceEncoder) -> None:
    """Embeddings of all reference pictures, each also mirrored."""
    references = read_references(data)
    crops = align_faces(references.image, references.points, POCKET.crop_size)
    embedding = np.concatenate([embed(faces, crops), embed(faces, crops[:, :, ::-1])]).astype(np.float16)
    identity = np.concatenate([references.identity] * 2)
    np.savez(folder / "references.npz", embedding=embedding, identity=identity)


def run(args: argparse.Namespace) -> None:
    """Compose and encode what is new; existing latents are kept (their embeddings too, unless refreshed)."""
    torch.set_num_threads(args.threads or torch.get_num_threads())
    if args.looks:
        update_cache(args.data, args.work / "large", args.looks, half=False, worker=args.worker, workers=args.workers)
    folder = args.work / "latents"
    folder.mkdir(exist_ok=True)
    autoencoder = load_autoencoder(args.work).to(memory_format=torch.channels_last)
    faces = load_face_encoder(args.work).to(memory_format=torch.channels_last)
    if args.worker == 0:
        encode_references(args.data, folder, faces)
    for composed in share_of(sorted((args.work / "large").glob("*.npz")), args.worker, args.workers):
        stem, portraits = composed.stem, open_composed(composed)
        for number, zoom in enumerate((None, *ZOOMS)):
            path = folder / (f"{stem}-{zoom.name}.npz" if zoom else f"{stem}.npz")
            if path.exists() and not args.refresh_faces:
                continue
            # Seeded by the shard, so that encoding again finds the same regions.
            shard = enlarge_faces(portraits, zoom, np.random.default_rng(int(stem))) if zoom else portraits
            if len(shard.identity):
                update_latents(path, with_mirrored(shard), autoencoder, faces, args.bf16, number)
    if args.worker:
        return
    data = read_latents(folder)
    spread = data.latents.astype(np.float32).std((0, 2, 3))
    print(f"{len(data.identity)} latents of {len(set(data.identity.tolist()))} identities, deviation {spread.round(2)}")
