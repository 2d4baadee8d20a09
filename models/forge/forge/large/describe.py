"""manifest.json and recipe.json of a Large Format pack."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import onnx

from forge.large.checkpoints import Checkpoint
from forge.large.config import LargeConfig
from forge.large.graphs import LargeGraph
from forge.large.recipe import Shards
from forge.large.vision import nobody
from forge.large.words import FILES
from forge.pack.manifest import SMALLEST_BUFFER, describe, hash_file
from forge.pack.write import default_settings

# Eyes and mouth of ArcFace's alignment template, in shares of its 112 pixels.
TEMPLATE = {"rightEye": [0.34192, 0.46157], "leftEye": [0.65653, 0.45983], "mouth": [0.50125, 0.82397]}
# A whole head with some room, as the pictures that plus-face was trained on show it.
PORTRAIT_TEMPLATE = {"rightEye": [0.38, 0.44], "leftEye": [0.62, 0.44], "mouth": [0.5, 0.66]}
# Stable Diffusion 1.5's noise, in diffusers' terms.
SCHEDULER = {
    "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False,
    "set_alpha_to_one": False, "steps_offset": 1, "timestep_spacing": "leading", "prediction_type": "epsilon",
}
NEGATIVE = "cartoon, painting, deformed, blurred"
MADE_UP = {
    "name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/", "nonCommercial": False,
    "summary": "Random numbers in the layout of the real files, for tests.",
}


@dataclass(frozen=True)
class Footprint:
    """What a graph takes while it is open, bytes: its weights as they are kept, and the largest single tensor of a run."""

    weights: int
    largest: int


def manifest_of(
    folder: Path, config: LargeConfig, graphs: list[LargeGraph], shards: dict[str, Shards], expanded: dict[str, str],
    sizes: dict[str, Footprint], licences: list[dict], version: str,
) -> dict:
    """The manifest of the graphs, weights and words in `folder`. `expanded`: by a graph's name, the file that says how stored weights are
    widened; `sizes`: by a graph's file."""
    entries: dict[str, dict] = {}
    for graph in graphs:
        model = onnx.load(folder / graph.file, load_external_data=False)
        inputs, outputs = ([describe(value) for value in values] for values in (model.graph.input, model.graph.output))
        if graph.copied:
            # The stages' names for what the publisher calls otherwise.
            for known, values in ((graph.inputs, inputs), (graph.outputs, outputs)):
                for name, value in zip(known, values, strict=True):
                    value["as"] = name
        for value in inputs:
            if value["name"] in graph.free:
                value["shape"][graph.free[value["name"]]] = config.photos * config.tokens
        entry: dict = {"file": graph.file, "externalData": [] if graph.copied else list(shards[graph.name].files())}
        if graph.name in expanded:
            entry["expanded"] = expanded[graph.name]
        if graph.size:
            entry["size"] = {"width": graph.size[0], "height": graph.size[1]}
        entry |= {
            "memoryBytes": sizes[graph.file].weights, "devices": ["wasm", "webgpu"], "dtype": "float32",
            "inputs": inputs, "outputs": outputs,
        }
        entries.setdefault(graph.name, {"variants": []})["variants"].append(entry)
    names = [*FILES, *(graph.file for graph in graphs), *expanded.values(), *(name for part in shards.values() for name in part.files())]
    largest = max(SMALLEST_BUFFER, *(size.largest for size in sizes.values()))
    native = [size for graph in graphs if graph.size in (None, config.sizes[0]) for size in [sizes[graph.file]]]
    files = [hash_file(folder / name) for name in names]
    return {
        "formatVersion": 1, "id": config.id, "title": config.title, "version": version, "licences": licences,
        "totalBytes": sum(entry["bytes"] for entry in files),
        "image": {
            "width": config.width, "height": config.height,
            "others": [{"width": width, "height": height} for width, height in config.others],
        },
        # Every graph takes and gives latents as the denoiser sees them.
        "latents": {"channels": config.latent_channels, "factor": 8, "scale": 1.0, "shift": 0.0},
        "conditioning": {
            "kind": "clip", "tokens": config.text["max_position_embeddings"], "width": config.context,
            "tokenizer": {"tokenizer": FILES[0], "config": FILES[1]}, "negative": NEGATIVE,
        },
        "identity": {
            "cropSize": config.face_crop, "template": PORTRAIT_TEMPLATE if config.plus else TEMPLATE,
            "embeddingLength": config.embedding, **({"embedding": "features", "nobody": nobody()} if config.plus else {}),
            "tokens": config.tokens, "references": "stack", "photos": config.photos,
        },
        "scheduler": {"kind": "ddim", "config": SCHEDULER},
        "defaults": default_settings(config.steps, 2.0),
        "graphs": entries,
        "requirements": {
            "maxBufferSize": largest, "maxStorageBufferBindingSize": largest, "shaderF16": False,
            "memoryBytes": sum(size.weights for size in native),
        },
        "files": files,
    }


def recipe_of(
    pack: str, hub: list[dict], checkpoints: list[Checkpoint], graphs: list[LargeGraph], weights: list[dict], shards: dict[str, Shards]
) -> dict:
    """The recipe that makes every weight file. `hub` says what is published, in the order of `checkpoints`."""
    files = {name: data for part in shards.values() for name, data in part.files().items()}
    copies = {graph.file: graph.copied for graph in graphs if graph.copied}
    files |= {file: next(c.graph for c in checkpoints if c.id == source) for file, source in copies.items()}
    return {
        "formatVersion": 1, "id": pack,
        "sources": [
            {**entry, "format": checkpoint.format, "unused": list(checkpoint.unused)} for entry, checkpoint in zip(hub, checkpoints)
        ],
        "files": [
            {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        ],
        "weights": weights,
        "copies": [{"source": source, "file": file} for file, source in copies.items()],
    }
