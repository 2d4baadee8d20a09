"""Writes training shards that a trainer can read while they grow (every file appears complete, by rename).

portraits/NNNNN.npz: fg u8 [N,640,512,4] straight-alpha sRGB, bg u8 [N,640,512,3], direction u8 [N,6], identity i32 [N],
seed i64 [N], points f32 [N,5,2], visible u8 [N]. references/NNNNN.npz: image u8 [N,160,160,3], identity i32 [N],
points f32 [N,5,2]. identities.npz: seed i32 [K], attributes f32 [K,A], attribute_names, shape f32 [K,S].
"""

import os
import time
from pathlib import Path

import numpy as np

from .assets import Assets
from .directions import draw_directions
from .identity import ATTRIBUTE_NAMES, make_identity
from .portrait import draw_portrait, draw_reference
from .renderer import Renderer

DIRECTION_BLOCK = 36  # identities share one shuffled block of directions, so that coverage stays even


def save(path: Path, **arrays) -> None:
    """Writes an npz and renames it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez_compressed(part, **arrays)
    part.rename(path)


def directions_of(seed: int, count: int) -> np.ndarray:
    """uint8 [count,6] directions of an identity; blocks of identities cover every option equally often."""
    block, place = divmod(seed, DIRECTION_BLOCK)
    return draw_directions(DIRECTION_BLOCK * count, np.random.default_rng([block, 3, count]))[
        place * count : (place + 1) * count
    ]


def write_dataset(assets: Assets, args) -> None:
    """Renders identities `first` .. `first + count` in shards of `batch`; existing shards are kept, so it can be resumed."""
    out, started, done = Path(args.out), time.time(), 0
    portraits = Renderer(assets)
    references = Renderer(assets, 160, 160, 1.5, portraits)  # one bake serves both
    for shard in range(args.worker, -(-args.count // args.batch), args.workers):
        name = f"{(args.first % 1_000_000) // args.batch + shard:05d}.npz"
        if (out / "portraits" / name).exists() and (out / "references" / name).exists():
            continue
        records, refs, people = [], [], []
        for seed in range(args.first + shard * args.batch, args.first + min((shard + 1) * args.batch, args.count)):
            person = make_identity(assets, seed)
            people.append(person)
            for k, direction in enumerate(directions_of(seed, args.portraits)):
                records.append(draw_portrait(portraits, person, direction, seed * 64 + k))
            refs += [(*draw_reference(references, person, seed * 64 + 32 + k), seed) for k in range(args.references)]
        save(
            out / "references" / name,
            image=np.stack([r[0] for r in refs]),
            points=np.stack([r[1] for r in refs]),
            identity=np.array([r[2] for r in refs], np.int32),
        )
        save(
            out / "identities" / name,
            seed=np.array([p.seed for p in people], np.int32),
            attributes=np.stack([p.attributes() for p in people]),
            shape=np.stack([p.shape for p in people]),
            attribute_names=np.array(ATTRIBUTE_NAMES),
        )
        save(
            out / "portraits" / name,
            fg=_stack(records, "fg", np.uint8),
            bg=_stack(records, "bg", np.uint8),
            direction=_stack(records, "direction", np.uint8),
            identity=_stack(records, "identity", np.int32),
            seed=_stack(records, "seed", np.int64),
            points=_stack(records, "points", np.float32),
            visible=_stack(records, "visible", np.uint8),
        )
        merge_identities(out)
        done += len(records)
        print(f"{name}: {done} portraits, {done / (time.time() - started):.2f}/s", flush=True)


def _stack(records: list, key: str, kind: type) -> np.ndarray:
    return np.stack([getattr(r, key) for r in records]).astype(kind)


def merge_identities(out: Path) -> None:
    """Rebuilds identities.npz from the per-shard files."""
    parts = [np.load(p) for p in sorted((out / "identities").glob("[0-9]*.npz"))]
    save(
        out / "identities.npz",
        **{k: np.concatenate([p[k] for p in parts]) for k in ("seed", "attributes", "shape")},
        attribute_names=np.array(ATTRIBUTE_NAMES),
    )
