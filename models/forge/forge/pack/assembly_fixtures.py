"""Checkpoints as torch.save writes them, and numbers that the browser's assembly has to give: casts from PyTorch, int8
from `quantise.py`, int4 from ONNX Runtime's own MatMulNBits quantiser.

    python -m forge assembly-fixtures --out ../../tests/fixtures/assembly

Nothing here is random: two runs write the same numbers (the zip archives carry no time stamps either).
"""

import argparse
import base64
import hashlib
import json
import os
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from onnxruntime.capi._pybind_state import quantize_matmul_4bits

from forge.pack.quantise import quantise_array


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder to write to."""
    parser.add_argument("--out", type=Path, required=True)


def numbers(*shape: int, start: int = 0) -> torch.Tensor:
    """Deterministic float32 values in (-1, 1) that are no multiples of each other."""
    count = int(np.prod(shape))
    return torch.from_numpy(np.sin(np.arange(start, start + count, dtype=np.float64) * 12.9898).astype(np.float32)).reshape(shape)


def encode(array: np.ndarray) -> str:
    """Bytes of an array, row by row, little-endian, in base64."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def digest(array: np.ndarray) -> str:
    """sha256 of the bytes of an array."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def raw(tensor: torch.Tensor) -> np.ndarray:
    """The bytes of a tensor, row by row (numpy has no bfloat16)."""
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()


def checkpoints() -> dict[str, object]:
    """File name -> what is saved in it. The layouts are those of the identity adapters and of state dicts."""
    base = numbers(4, 6)
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    with torch.no_grad():
        for index, parameter in enumerate(module.parameters()):
            parameter.copy_(numbers(*parameter.shape, start=100 * index))
    return {
        "adapter.bin": {
            "image_proj": OrderedDict([("proj.0.weight", numbers(3, 5)), ("norm.bias", numbers(7).half())]),
            "ip_adapter": {"1.to_k_ip.weight": torch.nn.Parameter(numbers(2, 3, start=9)), "31.to_v_ip.weight": numbers(2, 3).bfloat16()},
        },
        "views.bin": {
            "whole": base, "transposed": base.t(), "rows": base[1:3], "steps": base[1:, 1::2],
            "permuted": numbers(2, 3, 4).permute(2, 0, 1), "expanded-free": base[0], "scalar": torch.tensor(2.5),
            "ids": torch.arange(5)[None], "signed": torch.arange(-3, 3, dtype=torch.int8), "bytes": torch.arange(250, 256).to(torch.uint8),
            "wide": torch.tensor([[-(2**62), 1], [2**62 + 1, -1]]).t(),
        },
        "module.bin": module.state_dict(),
        "extras.bin": {"epoch": 3, "lr": 1e-4, "big": 2**40, "note": "Grüße", "list": [1, None, True, (1, 2, 3, 4)], "weight": numbers(2, 2)},
    }


class Command:
    """What a hostile checkpoint looks like: unpickling it runs a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


def write_checkpoints(out: Path) -> None:
    """The archives, and the tensors that have to come out of them."""
    expected: dict[str, dict[str, dict[str, object]]] = {}

    def flatten(value: object, name: str, found: dict[str, dict[str, object]]) -> None:
        if isinstance(value, torch.Tensor):
            dtype = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
                     torch.int8: "I8", torch.uint8: "U8"}[value.dtype]
            found[name] = {"dtype": dtype, "shape": list(value.shape), "bytes": encode(raw(value))}
        elif isinstance(value, dict):
            for key, item in value.items():
                flatten(item, f"{name}.{key}" if name else key, found)

    for name, value in checkpoints().items():
        torch.save(value, out / name)
        flatten(value, "", expected.setdefault(name, {}))
        # The form from before PyTorch 1.6.
        if name in ("adapter.bin", "views.bin"):
            torch.save(value, out / f"older-{name}", _use_new_zipfile_serialization=False)
            flatten(value, "", expected.setdefault(f"older-{name}", {}))
    (out / "checkpoints.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
    torch.save({"weight": numbers(2, 2), "run": Command()}, out / "hostile-command.bin")
    torch.save({"weight": numbers(2, 2), "run": Command()}, out / "older-hostile.bin", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(2, 2), out / "hostile-module.bin")
    torch.save({"weight": numbers(2, 2).double()}, out / "double.bin")


def casts() -> dict[str, object]:
    """Every half and every bfloat16, and 2^20 floats spread over all bit patterns by a Weyl sequence. PyTorch's vectorised
    and scalar casts keep different payloads of a NaN, so every NaN is replaced by the plain one first."""
    wide = (np.arange(2**20, dtype=np.uint64) * 2654435761 % 2**32).astype(np.uint32)
    edges = np.array([0x00000000, 0x80000000, 0x00000001, 0x33000000, 0x33000001, 0x33800000, 0x387FC000, 0x387FE000, 0x387FF000,
                      0x38800000, 0x3F801000, 0x3F801001, 0x3F803000, 0x3F808000, 0x3F818000, 0x477FE000, 0x477FEFFF, 0x477FF000, 0x7F7F7FFF,
                      0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001], dtype=np.uint32)

    def narrow(bits: np.ndarray, dtype: torch.dtype, nan: int) -> np.ndarray:
        values = torch.from_numpy(bits.view(np.float32).copy())
        cast = values.to(dtype).view(torch.int16).numpy().view(np.uint16).copy()
        cast[np.isnan(bits.view(np.float32))] = nan
        return cast

    every = np.arange(2**16, dtype=np.uint32).astype(np.uint16)

    def widen(dtype: torch.dtype) -> np.ndarray:
        bits = torch.from_numpy(every.view(np.int16).copy()).view(dtype).float().numpy().view(np.uint32).copy()
        bits[np.isnan(bits.view(np.float32))] = 0x7FC00000
        return bits

    return {
        "edges": {"F32": edges.tolist(), "F16": narrow(edges, torch.float16, 0x7E00).tolist(), "BF16": narrow(edges, torch.bfloat16, 0x7FC0).tolist()},
        "spread": {"F16": digest(narrow(wide, torch.float16, 0x7E00)), "BF16": digest(narrow(wide, torch.bfloat16, 0x7FC0))},
        "every": {"F16": digest(widen(torch.float16)), "BF16": digest(widen(torch.bfloat16))},
    }


def int8_cases() -> list[dict[str, object]]:
    """Per-channel int8 along either axis, with a channel of zeros and one of a single outlier."""
    cases = []
    for shape, axis in [((6, 10), 0), ((6, 10), 1), ((4, 3, 3, 3), 0), ((2, 3, 4), 2)]:
        weight = numbers(*shape).numpy().copy()
        np.moveaxis(weight, axis, 0)[0] = 0
        np.moveaxis(weight, axis, 0)[1].flat[0] = 37.5
        codes, scale = quantise_array(weight, axis)
        cases.append({"shape": list(shape), "axis": axis, "weight": encode(weight), "codes": encode(codes), "scales": encode(scale)})
    return cases


def int4_cases() -> list[dict[str, object]]:
    """Block-wise int4 as MatMulNBits takes it; K that fills the last block and K that does not, and a block of zeros."""
    cases = []
    for k, n, block, symmetric in [(64, 3, 32, True), (64, 3, 32, False), (80, 5, 32, True), (80, 5, 32, False), (128, 4, 64, True), (160, 2, 16, False)]:
        weight = numbers(k, n, start=k).numpy().copy()
        weight[:block, 0] = 0
        weight[block:, 1] = np.abs(weight[block:, 1])
        blocks = -(-k // block)
        codes = np.zeros((n, blocks, block // 2), np.uint8)
        scales = np.zeros((n, blocks), np.float32)
        zeros = np.zeros((n, -(-blocks // 2)), np.uint8)
        padded = np.pad(weight, ((0, blocks * block - k), (0, 0)))
        quantize_matmul_4bits(codes, padded, scales, zeros, block, n, k, symmetric)
        cases.append({"k": k, "n": n, "block": block, "symmetric": symmetric, "weight": encode(weight.T), "codes": encode(codes),
                      "scales": encode(scales), "zeroPoints": encode(zeros)})
    return cases


def lora_cases() -> list[dict[str, object]]:
    """W + scale * up @ down in float64, for a linear layer and a 3 x 3 convolution; and transposes."""
    cases = []
    for shape, rank, scale in [((5, 4), 2, 0.5), ((3, 4, 3, 3), 2, 0.125)]:
        weight, down = numbers(*shape), numbers(rank, *shape[1:], start=50)
        up = numbers(shape[0], rank, *([1] * (len(shape) - 2)), start=90)
        product = up.double().reshape(shape[0], rank) @ down.double().reshape(rank, -1)
        merged = (weight.double() + scale * product.reshape(shape)).float()
        cases.append({"shape": list(shape), "rank": rank, "scale": scale, "weight": encode(weight.numpy()), "up": encode(up.numpy()),
                      "down": encode(down.numpy()), "merged": encode(merged.numpy())})
    return cases


def run(args: argparse.Namespace) -> None:
    """Write everything."""
    args.out.mkdir(parents=True, exist_ok=True)
    write_checkpoints(args.out)
    numbers_ = {"casts": casts(), "int8": int8_cases(), "int4": int4_cases(), "lora": lora_cases()}
    (args.out / "numbers.json").write_text(json.dumps(numbers_, indent=1) + "\n")
