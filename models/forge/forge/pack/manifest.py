"""manifest.json of a pack: everything the app must know before it opens a graph. The app refuses unknown fields."""

import hashlib
import json
from pathlib import Path

import onnx
from onnx import shape_inference

from forge.data.composition import POINTS
from forge.nets.config import AXES, OPTIONS, UNSET, PocketConfig
from forge.nets.sampling import SCHEDULERS
from forge.pack.graphs import Graph

CHUNK = 8 * 1024 * 1024
DTYPES = {onnx.TensorProto.FLOAT: "float32", onnx.TensorProto.INT32: "int32"}
# Graphics buffers are granted in steps; asking for less than this gains nothing.
SMALLEST_BUFFER = 16 * 1024 * 1024
LICENCE = {
    "name": "CC0-1.0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    "summary": "Public domain. Trained by this project on pictures it rendered itself from CC0 meshes; use it for anything.",
    "nonCommercial": False,
}

# What a network whose trunk started from ImageNet weights comes under besides: they are Google's, published with TensorFlow's models.
BORROWED = {
    "name": "Apache-2.0",
    "url": "https://www.apache.org/licenses/LICENSE-2.0",
    "summary": "The face encoder starts from EfficientNet-Lite1, which Google trained on photographs (ImageNet), and was trained on by this project; "
    "use it for anything, keep this notice when you pass it on.",
    "nonCommercial": False,
}


def describe(value: onnx.ValueInfoProto) -> dict:
    """Name, shape and dtype of a graph input or output."""
    kind = value.type.tensor_type
    return {"name": value.name, "shape": [d.dim_value for d in kind.shape.dim], "dtype": DTYPES[kind.elem_type]}


def tensor_bytes(model: onnx.ModelProto) -> list[int]:
    """Size of every activation and of every weight once it is expanded to four bytes a value."""
    inferred = shape_inference.infer_shapes(model).graph
    sizes = [[d.dim_value for d in v.type.tensor_type.shape.dim] for v in inferred.value_info]
    sizes += [[d.dim_value for d in v.type.tensor_type.shape.dim] for v in (*inferred.input, *inferred.output)]
    counts = []
    for size in sizes:
        count = 4
        for side in size:
            count *= max(side, 1)
        counts.append(count)
    return counts


def hash_file(path: Path) -> dict:
    """The `files` entry of one file: size, SHA-256 of the whole and of every 8 MiB part."""
    data = path.read_bytes()
    parts = [hashlib.sha256(data[i : i + CHUNK]).hexdigest() for i in range(0, len(data), CHUNK)]
    return {"path": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "chunks": parts}


def list_licences(files: list[str], borrowed: frozenset[str]) -> list[dict]:
    """Licences of the files of a pack; those in `borrowed` hold weights that started from somebody else's."""
    own = [{**LICENCE, "files": [file for file in files if file not in borrowed]}]
    return own + [{**BORROWED, "files": [file for file in files if file in borrowed]}] if borrowed else own


def build_manifest(
    folder: Path, graphs: list[Graph], config: PocketConfig, about: dict, defaults: dict, borrowed: frozenset[str] = frozenset(),
    scheduler: str = "flow-match-euler",
) -> dict:
    """The manifest of the graphs written in `folder`. `about` holds id, title and version; `borrowed` names the files whose
    weights started from EfficientNet's; `scheduler` is a key of `SCHEDULERS`.

    `identity.likeness` is left out: it is measured through the app on the finished pack, then added by `forge likeness`.
    """
    files = [hash_file(folder / graph.file) for graph in graphs]
    entries, largest, memory = {}, 0, 0
    for graph in graphs:
        model = onnx.load(folder / graph.file)
        sizes = tensor_bytes(model)
        largest, memory = max(largest, *sizes), memory + sum(sizes)
        entries[graph.name] = {"variants": [{
            "file": graph.file, "externalData": [], "devices": ["wasm", "webgpu"], "dtype": "float32",
            "inputs": [describe(v) for v in model.graph.input], "outputs": [describe(v) for v in model.graph.output],
        }]}
    return {
        "formatVersion": 1,
        **about,
        "licences": list_licences([entry["path"] for entry in files], borrowed),
        "totalBytes": sum(entry["bytes"] for entry in files),
        "image": {"width": config.image_width, "height": config.image_height},
        "latents": {"channels": config.latent_channels, "factor": config.factor, "scale": 1.0, "shift": 0.0},
        "conditioning": {
            "kind": "vocabulary", "axes": list(AXES), "options": OPTIONS, "unset": UNSET,
            "tokens": config.direction_tokens, "width": config.context, "points": POINTS // 2,
        },
        "identity": {
            "cropSize": config.crop_size,
            "template": {"rightEye": [0.38, 0.46], "leftEye": [0.62, 0.46], "mouth": [0.5, 0.7]},
            "embeddingLength": config.embedding, "tokens": config.identity_tokens, "references": "average",
        },
        "scheduler": {"kind": scheduler, "config": SCHEDULERS[scheduler]},
        "defaults": defaults,
        "graphs": entries,
        "requirements": {
            "maxBufferSize": max(largest, SMALLEST_BUFFER),
            "maxStorageBufferBindingSize": max(largest, SMALLEST_BUFFER),
            "shaderF16": False,
            "memoryBytes": memory,
        },
        "files": files,
    }


def write_json(path: Path, value: dict) -> None:
    """Write `value` the same way every time: two-space indent, key order kept, newline at the end."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
