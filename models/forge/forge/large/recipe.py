"""Which published tensor became which initializer of a graph: found by value, never written by hand.

Every parameter of the networks is random, so equal bytes mean the same tensor. An initializer is looked up by the SHA-1 of its bytes among
all published tensors, as they are and transposed (which is how the exporter folds the weight of a linear layer). What is not found must be
small: a constant of the architecture, such as the table of timestep frequencies. That no weight hides among those is shown by a
test: networks of another seed give the same graphs, byte for byte."""

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
import onnx
import torch
from torch import Tensor

from forge.large.checkpoints import Checkpoint
from forge.large.encode import Encoded, cosine, encode_weight, restored
from forge.large.expansion import Expansion
from forge.large.graphs import external, floats
from forge.large.lora import LowRank, fuse, key_of

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
    adapter: "Fused | None" = None


@dataclass(frozen=True)
class Fused:
    """The tensors of a low-rank adapter that is added to a weight."""

    checkpoint: Checkpoint
    key: str

    @property
    def tensors(self) -> tuple[str, str, str]:
        """Names of up, down and alpha."""
        return f"{self.key}.lora_up.weight", f"{self.key}.lora_down.weight", f"{self.key}.alpha"


def sha1(array: np.ndarray) -> bytes:
    """Of the values, row by row."""
    return hashlib.sha1(np.ascontiguousarray(array).tobytes()).digest()


def index_tensors(checkpoints: list[Checkpoint], adapters: dict[str, LowRank]) -> dict[bytes, Origin]:
    """Hash of a tensor's float32 values, and of its transpose -> where it is. A weight that an adapter belongs to (by name of its layer in the
    UNet) is known by what the two make together. Raises ValueError where two tensors are equal."""
    found: dict[bytes, Origin] = {}
    lora = next((checkpoint for checkpoint in checkpoints if checkpoint.id == "few-steps"), None)
    for checkpoint in checkpoints:
        for name, value in checkpoint.tensors.items():
            if name in checkpoint.unused or checkpoint is lora:
                continue
            low_rank = adapters.get(name.removesuffix(".weight")) if checkpoint.id == "unet" and name.endswith(".weight") else None
            if not value.is_floating_point():
                continue
            value = value.detach().float()
            fused = Fused(lora, key_of(name.removesuffix(".weight"))) if low_rank and lora else None
            array = (fuse(value, low_rank) if fused else value).numpy()
            candidates = [(array, False)]
            if array.ndim == 2 and 1 not in array.shape:
                candidates.append((array.T, True))
            for candidate, transposed in candidates:
                key = sha1(candidate)
                if key in found:
                    other = found[key]
                    raise ValueError(f"{checkpoint.id}:{name} cannot be told from {other.checkpoint.id}:{other.tensor}")
                found[key] = Origin(checkpoint, name, transposed, fused)
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


def input_entry(checkpoint: Checkpoint, name: str) -> dict:
    """A published tensor as the recipe names it."""
    value: Tensor = checkpoint.tensors[name]
    return {"source": checkpoint.id, "tensor": name, "dtype": DTYPES[value.dtype], "shape": list(value.shape), "steps": []}


def weight_entry(origin: Origin, shape: tuple[int, ...], encoded: Encoded, outputs: list[dict]) -> dict:
    """One entry of `weights` in recipe.json."""
    turned = origin.transposed and not encoded.as_published
    published = tuple(origin.checkpoint.tensors[origin.tensor].shape)
    steps: list[dict] = [{"kind": "transpose", "order": [1, 0]}] if turned else []
    if (published[::-1] if origin.transposed else published) != shape:
        steps.append({"kind": "reshape", "shape": list(shape)})
    inputs, combine = [input_entry(origin.checkpoint, origin.tensor)], None
    if origin.adapter:
        inputs += [input_entry(origin.adapter.checkpoint, name) for name in origin.adapter.tensors]
        combine = {"kind": "lora", "factors": [1.0], "alphas": True}
    return {"inputs": inputs, "combine": combine, "steps": steps, "encoding": encoded.encoding, "outputs": outputs}


@dataclass(frozen=True)
class Emptied:
    """What was taken out of a graph: entries of the recipe, the files, the tensors that were used."""

    entries: list[dict]
    shards: Shards
    expansion: Expansion
    used: set[tuple[str, str]]
    # Hash of a weight -> what became of it, for graphs of other sizes with the same weights.
    placed: dict[bytes, "Placed"] = field(default_factory=dict)
    # Encoding -> the smallest cosine of a stored weight with what it was made from.
    fidelity: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """A weight in the files: its name, how it is stored, and the initializers that stand for it."""

    alias: str
    encoded: Encoded
    initializers: tuple[onnx.TensorProto, ...]


def empty_graph(
    model: onnx.ModelProto, stem: str, origins: dict[bytes, Origin], variant: str = "float32", threshold: int = 4096,
    first: Emptied | None = None,
) -> Emptied:
    """Move every weight of `model` into files beside it, in place, stored as `variant` says (forge/large/encode.py). `first`: what came of the same
    network at another size, whose files this graph shares.

    Raises ValueError for an initializer of unknown origin that is too large to be a constant, or one that `first` has not got."""
    files = (first.shards, first.expansion) if first else (Shards(stem), Expansion(f"{stem}.expanded"))
    out = Emptied([], *files, set(), first.placed if first else {})
    moved = {}
    for name, array in floats(model).items():
        key = sha1(array)
        origin = origins.get(key)
        if origin is None:
            if array.nbytes > LARGEST_CONSTANT:
                raise ValueError(f"{stem}: nobody knows where {name} {array.shape} comes from")
            continue
        users = [index for index, node in enumerate(model.graph.node) if name in node.input]
        # One name for all graphs of a recipe.
        alias = out.placed[key].alias if key in out.placed else f"{stem}/{name}"
        for index in users:
            node = model.graph.node[index]
            node.input[:] = [alias if value == name else value for value in node.input]
        user = model.graph.node[users[0]]
        if key not in out.placed:
            if first:
                raise ValueError(f"{stem}: {name} is not among the weights of the first size")
            out.placed[key] = place(alias, array, user, origin, variant if len(users) == 1 else "float32", threshold, out)
        model.graph.initializer.extend(out.placed[key].initializers)
        moved[name] = (users[0], out.placed[key].encoded)
    rewrite(model, moved)
    return out


def place(alias: str, array: np.ndarray, user: onnx.NodeProto, origin: Origin, variant: str, threshold: int, out: Emptied) -> Placed:
    """Store one weight, and enter it in `out`."""
    encoded = encode_weight(alias, array, user, variant, threshold, origin.transposed)
    initializers, outputs = [], []
    for part in encoded.parts:
        data = np.ascontiguousarray(part.values).tobytes()
        file, offset = out.shards.add(data)
        if not encoded.expanded:
            initializers.append(external(alias + part.suffix, part.dtype, part.dims, (file, offset, len(data))))
        outputs.append({"part": part.part, "initializer": alias + part.suffix, "file": file, "offset": offset, "bytes": len(data)})
    if encoded.expanded:
        place = out.expansion.add(array.shape, encoded.encoding, outputs)
        initializers.append(external(alias, onnx.TensorProto.FLOAT, array.shape, place))
    out.entries.append(weight_entry(origin, array.shape, encoded, outputs))
    out.used.add((origin.checkpoint.id, origin.tensor))
    if origin.adapter:
        out.used.update((origin.adapter.checkpoint.id, tensor) for tensor in origin.adapter.tensors)
    kind = encoded.encoding["kind"]
    out.fidelity[kind] = min(out.fidelity.get(kind, 1.0), cosine(restored(encoded, array.shape, origin.transposed), array))
    # The values themselves are in the files now.
    kept = tuple(replace(part, values=np.empty(0)) for part in encoded.parts)
    return Placed(alias, replace(encoded, parts=kept), tuple(initializers))


def kept_bytes(placed: dict[bytes, Placed]) -> int:
    """Bytes that the weights take once a graph is open: four a value, but for those that stay packed."""
    total = 0
    for entry in placed.values():
        for initializer in entry.initializers:
            stored = int(initializer.external_data[2].value)
            if entry.encoded.replaces:
                total += stored
            elif ".scale" not in initializer.name:
                total += 4 * int(np.prod(initializer.dims))
    return total


def rewrite(model: onnx.ModelProto, moved: dict[str, tuple[int, Encoded]]) -> None:
    """Take the moved initializers out of `model`, and put in the nodes that read what is stored instead."""
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in moved]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    replaced = {}
    for user, encoded in moved.values():
        if encoded.replaces:
            # The weight's own, between the activations of this graph.
            node = onnx.NodeProto.FromString(encoded.replaces.SerializeToString())
            node.input[0], node.output[0] = model.graph.node[user].input[0], model.graph.node[user].output[0]
            replaced[user] = node
    nodes = [node for _, encoded in moved.values() for node in encoded.nodes]
    nodes += [replaced.get(index, node) for index, node in enumerate(model.graph.node)]
    # Copies: what is in the list goes away with it.
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    if replaced and not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))


def require_all_used(checkpoints: list[Checkpoint], used: set[tuple[str, str]]) -> None:
    """Raises ValueError when a published tensor went nowhere."""
    left = [
        f"{checkpoint.id}:{name}" for checkpoint in checkpoints for name in checkpoint.tensors
        if name not in checkpoint.unused and (checkpoint.id, name) not in used
    ]
    if left:
        raise ValueError(f"{len(left)} tensors are left over, such as {', '.join(left[:5])}")
