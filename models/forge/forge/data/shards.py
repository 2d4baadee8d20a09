"""Rendered shards on disk. Layout and arrays are those that `forge render` writes:

DATA/portraits/NNNNN.npz   fg, bg, direction, identity, seed, points, visible
DATA/references/NNNNN.npz  image, identity, points
DATA/identities.npz        seed, attributes, shape
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forge.data.composition import describe_composition
from forge.data.scaling import halve_foreground, shrunk

# What anybody would say first of a face, and so what an embedding must not lose; the other attributes and 104 numbers of its shape
# would outvote it.
TOLD_FIRST = ("tone", "hair_", "grey_strands", "female", "age", "beard", "glasses")
TOLD_WEIGHT = 6.0


@dataclass(frozen=True)
class Portraits:
    """Composed portraits: image u8 [N, H, W, 4] (RGB and subject mask), direction u8 [N, 6] with the applied look,
    identity i32 [N], points f32 [N, 5, 2] in pixels, visible bool [N], record i64 [N] (same render, same number),
    composition f32 [N, 12]."""

    image: np.ndarray
    direction: np.ndarray
    identity: np.ndarray
    points: np.ndarray
    visible: np.ndarray
    record: np.ndarray
    composition: np.ndarray


@dataclass(frozen=True)
class References:
    """Photo-like pictures: image u8 [N, 160, 160, 3], identity i32 [N], points f32 [N, 5, 2]."""

    image: np.ndarray
    identity: np.ndarray
    points: np.ndarray


@dataclass(frozen=True)
class Identities:
    """What is known of every identity: seed i32 [K], attributes f32 [K, A] with their names, shape f32 [K, S]."""

    seed: np.ndarray
    attributes: np.ndarray
    shape: np.ndarray
    names: tuple[str, ...]

    def targets(self) -> np.ndarray:
        """Attributes and shape together, standardised over the identities: f32 [K, A + S]."""
        values = np.concatenate([self.attributes, self.shape], 1).astype(np.float32)
        return (values - values.mean(0)) / (values.std(0) + 1e-3)

    def weights(self) -> np.ndarray:
        """How much each of `targets` counts, of mean 1: f32 [A + S]."""
        told = [TOLD_WEIGHT if name.startswith(TOLD_FIRST) else 1.0 for name in self.names]
        weights = np.array(told + [1.0] * self.shape.shape[1], np.float32)
        return weights / weights.mean()


def shard_paths(data: Path, kind: str) -> list[Path]:
    """Finished shards of a kind ('portraits' or 'references') in order; half-written ones are passed over."""
    return [path for path in sorted((data / kind).glob("[0-9]*.npz")) if zipfile.is_zipfile(path)]


def read_references(data: Path) -> References:
    """All reference pictures in `data`. Raises FileNotFoundError when there are none."""
    paths = shard_paths(data, "references")
    if not paths:
        raise FileNotFoundError(f"no reference shards in {data}")
    shards = [np.load(path) for path in paths]
    return References(*(np.concatenate([shard[key] for shard in shards]) for key in ("image", "identity", "points")))


def read_identities(data: Path) -> Identities:
    """The identity table of `data`."""
    table = np.load(data / "identities.npz")
    return Identities(table["seed"], table["attributes"], table["shape"], tuple(table["attribute_names"].tolist()))


def read_backgrounds(data: Path, most: int = 2000) -> np.ndarray:
    """Backgrounds without subjects, half as large as rendered, u8 [N, 320, 256, 3], evenly from all portrait shards."""
    paths = shard_paths(data, "portraits")
    each = -(-most // len(paths))
    return np.concatenate([shrunk(np.load(path)["bg"][:each], 2) for path in paths])[:most]


def compose_shard(path: Path, looks: int, half: bool = True) -> Portraits:
    """Compose every record of a portrait shard with its preferred look and `looks` - 1 others (chosen by the record's
    seed, so that the result never changes), at half the rendered size or at the full one."""
    # The renderer is only needed when raw shards are read.
    from forge.render.compose import compose
    from forge.render.directions import make_shot

    shard = np.load(path)
    arrays = {key: shard[key] for key in shard.files}
    if half:
        arrays["fg"], arrays["bg"] = halve_foreground(arrays["fg"]), shrunk(arrays["bg"], 2)
        arrays["points"] = arrays["points"] / 2
    images, directions, rows, compositions = [], [], [], []
    for i in range(len(arrays["identity"])):
        direction = arrays["direction"][i]
        others = np.random.default_rng(int(arrays["seed"][i])).permutation(9)
        chosen = [int(direction[5])] + [int(look) for look in others if look != direction[5]][: looks - 1]
        for look in chosen:
            picture = compose(arrays["fg"][i], arrays["bg"][i], direction, look, int(arrays["seed"][i]))
            images.append(np.concatenate([picture, arrays["fg"][i][..., 3:]], 2))
            directions.append(np.append(direction[:5], look))
            rows.append(i)
        shot = make_shot(direction, int(arrays["seed"][i]))
        size = (picture.shape[1], picture.shape[0])
        compositions.append(describe_composition(arrays["points"][i], size, shot.pose.body_yaw, shot.light_side))
    pick = np.array(rows)
    record = int(path.stem) * 100_000 + pick
    return Portraits(
        np.stack(images), np.stack(directions).astype(np.uint8), arrays["identity"][pick], arrays["points"][pick],
        arrays["visible"][pick].astype(bool), record, np.stack(compositions)[pick],
    )


def share_of(paths: list[Path], worker: int, workers: int) -> list[Path]:
    """The paths of this worker: every one belongs to exactly one, whatever else is there."""
    return [path for path in paths if int(path.stem) % workers == worker]


def update_cache(data: Path, cache: Path, looks: int, half: bool = True, worker: int = 0, workers: int = 1) -> int:
    """Compose this worker's shards of `data` that are not in `cache` yet; returns how many were added. See `compose_shard`."""
    cache.mkdir(parents=True, exist_ok=True)
    added = 0
    for path in share_of(shard_paths(data, "portraits"), worker, workers):
        meta = cache / f"{path.stem}.npz"
        if meta.exists():
            continue
        portraits = compose_shard(path, looks, half)
        np.save(cache / f"{path.stem}.npy", portraits.image)
        partial = meta.with_suffix(".part")
        with partial.open("wb") as stream:
            labels = {key: getattr(portraits, key) for key in ("direction", "identity", "points", "visible", "record", "composition")}
            np.savez(stream, **labels)
        partial.rename(meta)
        added += 1
    return added


def read_cache(cache: Path) -> Iterator[Portraits]:
    """The composed shards in `cache`, see `open_composed`. Raises FileNotFoundError when empty."""
    paths = sorted(cache.glob("*.npz"))
    if not paths:
        raise FileNotFoundError(f"no composed portraits in {cache}")
    return map(open_composed, paths)


def open_composed(path: Path) -> Portraits:
    """One composed shard; its pictures are mapped from disk, not read."""
    labels = np.load(path)
    return Portraits(np.load(path.with_suffix(".npy"), mmap_mode="r"), *(labels[k] for k in labels.files))
