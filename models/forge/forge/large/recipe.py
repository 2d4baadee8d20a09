"""Which published tensor became which initializer of a graph: found by value, never written by hand.

Every parameter of the networks is random, so equal bytes mean the same tensor. An initializer is looked up by the SHA-1 of its bytes among
all published tensors, as they are and transposed (which is how the exporter folds the weight of a linear layer). What is not found must be
small: a constant of the architecture, such as the table of timestep frequencies. That no weight hides among those is shown by a
test: networks of another seed give the same graphs, byte for byte."""

import hashlib
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from torch import Tensor

from forge.large.checkpoints import Checkpoint
from forge.large.graphs import externalise, floats

ALIGNMENT = 64
MAX_FILE_BYTES = 2**30
# The causal mask of 77 tokens has 23,716 bytes.
LARGEST_CONSTANT = 32 * 1024
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


@dataclass(frozen=True)
class Origin:
    """Where an initializer's values come from."""

    checkpoint: Checkpoint
    tensor: str
    transposed: bool


def sha1(array: np.ndarray) -> bytes:
    """Of the values, row by row."""
    return hashlib.sha1(np.ascontiguousarray(array).tobytes()).digest()


def index_tensors(checkpoints: list[Checkpoint]) -> dict[bytes, Origin]:
    """Hash of a tensor's float32 values, and of its transpose -> where it is. Raises ValueError where two tensors are equal."""
    found: dict[bytes, Origin] = {}
    for checkpoint in checkpoints:
        for name, value in checkpoint.tensors.items():
            if name in checkpoint.unused:
                continue
            array = value.detach().float().numpy()
            candidates = [(array, False)]
            if array.ndim == 2 and 1 not in array.shape:
                candidates.append((array.T, True))
            for candidate, transposed in candidates:
                key = sha1(candidate)
                if key in found:
                    other = found[key]
                    raise ValueError(f"{checkpoint.id}:{name} cannot be told from {other.checkpoint.id}:{other.tensor}")
                found[key] = Origin(checkpoint, name, transposed)
    return found


class Shards:
    """Weight files of one graph: bytes in the order they were added, each weight at a multiple of 64, none across two files."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.parts: list[bytearray] = [bytearray()]

    def add(self, data: bytes) -> tuple[str, int]:
        """-> file and offset"""
        part = self.parts[-1]
        padding = -len(part) % ALIGNMENT
        if len(part) + padding + len(data) > MAX_FILE_BYTES:
            self.parts.append(bytearray())
            part, padding = self.parts[-1], 0
        part.extend(bytes(padding))
        offset = len(part)
        part.extend(data)
        return self.name(len(self.parts) - 1), offset

    def name(self, index: int) -> str:
        """denoiser.weights, denoiser-2.weights, ..."""
        return f"{self.stem}.weights" if index == 0 else f"{self.stem}-{index + 1}.weights"

    def files(self) -> dict[str, bytes]:
        """Name -> bytes."""
        return {self.name(index): bytes(part) for index, part in enumerate(self.parts)}


def weight_entry(origin: Origin, shape: tuple[int, ...], initializer: str, file: str, offset: int, size: int) -> dict:
    """One entry of `weights` in recipe.json, in float32."""
    value: Tensor = origin.checkpoint.tensors[origin.tensor]
    steps: list[dict] = [{"kind": "transpose", "order": [1, 0]}] if origin.transposed else []
    current = tuple(reversed(value.shape)) if origin.transposed else tuple(value.shape)
    if current != shape:
        steps.append({"kind": "reshape", "shape": list(shape)})
    return {
        "inputs": [{
            "source": origin.checkpoint.id, "tensor": origin.tensor, "dtype": DTYPES[value.dtype], "shape": list(value.shape), "steps": steps,
        }],
        "combine": None, "steps": [], "encoding": {"kind": "cast", "dtype": "F32"},
        "outputs": [{"part": "values", "initializer": initializer, "file": file, "offset": offset, "bytes": size}],
    }


def empty_graph(model: onnx.ModelProto, stem: str, origins: dict[bytes, Origin]) -> tuple[list[dict], Shards, set[tuple[str, str]]]:
    """Move every weight of `model` into files beside it, in place -> entries of the recipe, the files, the tensors that were used.

    Raises ValueError for an initializer of unknown origin that is too large to be a constant."""
    shards, entries, used = Shards(stem), [], set()
    for name, array in floats(model).items():
        origin = origins.get(sha1(array))
        if origin is None:
            if array.nbytes > LARGEST_CONSTANT:
                raise ValueError(f"{stem}: nobody knows where {name} {array.shape} comes from")
            continue
        data = np.ascontiguousarray(array).tobytes()
        file, offset = shards.add(data)
        alias = f"{stem}/{name}"
        externalise(model, name, alias, (file, offset, len(data)))
        entries.append(weight_entry(origin, array.shape, alias, file, offset, len(data)))
        used.add((origin.checkpoint.id, origin.tensor))
    return entries, shards, used


def require_all_used(checkpoints: list[Checkpoint], used: set[tuple[str, str]]) -> None:
    """Raises ValueError when a published tensor went nowhere."""
    left = [
        f"{checkpoint.id}:{name}" for checkpoint in checkpoints for name in checkpoint.tensors
        if name not in checkpoint.unused and (checkpoint.id, name) not in used
    ]
    if left:
        raise ValueError(f"{len(left)} tensors are left over, such as {', '.join(left[:5])}")
