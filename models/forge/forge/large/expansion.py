"""Weights that are stored smaller than the graph reads them: `NAME-expanded.json` says how the float32 file that the graph asks for is made of the
stored ones. The app does it while the graph is opened, a tensor at a time; here it is written out, for ONNX Runtime in Python."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forge.pack.quantise import dequantise_array

ALIGNMENT = 64


@dataclass
class Expansion:
    """The float32 file of one graph's weights: its name, its length, and its tensors in order."""

    path: str
    bytes: int = 0
    tensors: list[dict] = field(default_factory=list)

    def add(self, shape: tuple[int, ...], encoding: dict, outputs: list[dict]) -> tuple[str, int, int]:
        """Enter a tensor that is stored as `outputs` -> where the graph finds it: file, offset, bytes."""
        offset = self.bytes + -self.bytes % ALIGNMENT
        length = 4 * int(np.prod(shape))
        stored = {output["part"]: {key: output[key] for key in ("file", "offset", "bytes")} for output in outputs}
        how = {"kind": "int8", "axis": encoding["axis"]} if encoding["kind"] == "int8" else {"kind": "float16"}
        self.tensors.append({"offset": offset, "bytes": length, "shape": list(shape), **how, **stored})
        self.bytes = offset + length
        return self.path, offset, length

    def as_json(self) -> str:
        """One line: there are hundreds of tensors."""
        return json.dumps({"formatVersion": 1, "path": self.path, "bytes": self.bytes, "tensors": self.tensors}, separators=(",", ":")) + "\n"


def write_expanded(folder: Path, file: str) -> Path:
    """Write what `file` in `folder` describes beside it, from the stored weights there; returns its path."""
    described = json.loads((folder / file).read_text(encoding="utf-8"))

    def read(part: dict, kind: type) -> np.ndarray:
        return np.fromfile(folder / part["file"], kind, part["bytes"] // np.dtype(kind).itemsize, offset=part["offset"])

    path = folder / described["path"]
    with path.open("wb") as out:
        for tensor in described["tensors"]:
            if tensor["kind"] == "int8":
                codes = read(tensor["codes"], np.int8).reshape(tensor["shape"])
                values = dequantise_array(codes, read(tensor["scales"], np.float32), tensor["axis"])
            else:
                values = read(tensor["values"], np.float16).astype(np.float32)
            out.write(bytes(tensor["offset"] - out.tell()))
            out.write(values.tobytes())
    return path
