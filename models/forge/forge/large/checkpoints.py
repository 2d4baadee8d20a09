"""The checkpoints that a Large Format pack is assembled from, in the layout their publishers use: repositories, files, names of
tensors. `write_hub` writes them with random weights, for everything that may not depend on the real hub."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import torch
from safetensors.torch import save_file
from torch import Tensor

from forge.large.lora import key_of
from forge.large.models import LargeModels
from forge.large.publishers import PUBLICATIONS, Publication
from forge.pack.graphs import tidy

# As the published face encoder calls them.
FACE_INPUT, FACE_OUTPUT = "input.1", "683"


@dataclass(frozen=True)
class Checkpoint:
    """One published file. `unused`: tensors that no graph needs, by name. `graph`: of a file that is taken whole, its bytes."""

    id: str
    format: str
    tensors: dict[str, Tensor]
    unused: tuple[str, ...] = field(default=())
    graph: bytes = b""

    @property
    def publication(self) -> Publication:
        """Where the real one is."""
        return PUBLICATIONS[self.id]


def face_graph(models: LargeModels) -> bytes:
    """The face encoder as its publisher exports it: a graph with its weights, and names of its own."""
    buffer = io.BytesIO()
    crop = torch.zeros(1, 3, models.config.face_crop, models.config.face_crop)
    torch.onnx.export(
        models.face, (crop,), buffer, dynamo=False, opset_version=11, input_names=["crop"], output_names=["embedding"],
    )
    model = onnx.load_from_string(buffer.getvalue())
    tidy(model, "face")
    # The exporter of today allows no such names.
    names = {"crop": FACE_INPUT, "embedding": FACE_OUTPUT}
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = names[value.name]
    return model.SerializeToString(deterministic=True)


# A VAE of the years of Stable Diffusion 1.5 names the layers of its attention so.
OLDER_NAMES = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}


def older(name: str) -> str:
    """decoder.mid_block.attentions.0.to_q.weight -> decoder.mid_block.attentions.0.query.weight"""
    for now, before in OLDER_NAMES.items():
        name = name.replace(now, before)
    return name


def published(models: LargeModels) -> list[Checkpoint]:
    """The networks as their publishers' files."""
    config = models.config
    text = {f"text_model.{name.removeprefix('text_model.')}": value for name, value in models.text.state_dict().items()}
    # Exports of those years carry these buffers.
    positions = {"text-encoder": {"text_model.embeddings.position_ids": torch.arange(config.text["max_position_embeddings"])[None]}}
    lora: dict[str, Tensor] = {}
    for layer, low_rank in models.adapters.items():
        lora |= {
            f"{key_of(layer)}.lora_up.weight": low_rank.up, f"{key_of(layer)}.lora_down.weight": low_rank.down,
            f"{key_of(layer)}.alpha": torch.tensor(low_rank.alpha),
        }
    adapter: dict[str, Tensor] = {f"image_proj.{name}": value for name, value in models.projector.state_dict().items()}
    for index, layer in enumerate(models.denoiser.decoupled):
        # Odd numbers: the even ones in between are self-attention, which has nothing of its own.
        for part in ("to_k_ip", "to_v_ip"):
            adapter[f"ip_adapter.{2 * index + 1}.{part}.weight"] = getattr(layer, part).weight
    vae = {older(name): value for name, value in models.vae.state_dict().items()}

    def make(id_: str, format_: str, tensors: dict[str, Tensor], unused: Callable[[str], bool] = lambda _: False) -> Checkpoint:
        if id_ in config.half:
            tensors = {name: value.half() for name, value in tensors.items()}
        tensors |= positions.get(id_, {})
        return Checkpoint(id_, format_, tensors, tuple(name for name in tensors if unused(name)))

    if config.plus:
        last = f"vision_model.encoder.layers.{config.vision['num_hidden_layers'] - 1}."
        beyond = (last, "vision_model.post_layernorm.", "visual_projection.", "vision_model.embeddings.position_ids")
        places = (config.vision["image_size"] // config.vision["patch_size"]) ** 2 + 1
        positions["vision"] = {"vision_model.embeddings.position_ids": torch.arange(places)[None]}
        identity = [
            make("plus", "safetensors", adapter),
            # The adapter was trained on the layer before the last.
            make("vision", "safetensors", dict(models.face.state_dict()), lambda name: name.startswith(beyond)),
        ]
    else:
        identity = [make("identity", "torch", adapter), Checkpoint("face", "whole", {}, graph=face_graph(models))]
    return [
        make("text-encoder", "safetensors", text, lambda name: name.endswith(".position_ids")),
        make("unet", "safetensors", dict(models.base)),
        make("few-steps", "safetensors", lora),
        # Pictures are encoded by the small one below: it is good enough to start a variation from.
        make("vae", "safetensors", vae,
             lambda name: not name.startswith(("decoder.", "post_quant_conv."))),
        make("preview", "safetensors", dict(models.preview.state_dict())),
        *identity,
    ]


def nested(tensors: dict[str, Tensor]) -> dict:
    """The adapter's file holds two dictionaries; names before the first dot say which."""
    if not any(name.startswith("image_proj.") for name in tensors):
        return tensors
    out: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        group, rest = name.split(".", 1)
        out.setdefault(group, {})[rest] = value
    return out


def write_hub(checkpoints: list[Checkpoint], folder: Path) -> list[dict]:
    """Write every file to FOLDER/repository/path; returns what the hub would say of each: repository, revision, path, bytes, sha256."""
    index = []
    for checkpoint in checkpoints:
        place = checkpoint.publication
        file = folder / place.repository / place.path
        file.parent.mkdir(parents=True, exist_ok=True)
        tensors = {name: value.detach().clone().contiguous() for name, value in checkpoint.tensors.items()}
        if checkpoint.format == "whole":
            file.write_bytes(checkpoint.graph)
        elif checkpoint.format == "safetensors":
            save_file(tensors, file, metadata={"format": "pt"})
        else:
            # To a stream: without a fixed name, the archive's folder would be that of the file on this machine.
            with file.open("wb") as stream:
                torch.save(nested(tensors), stream)
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        index.append({
            "id": checkpoint.id, "repository": place.repository, "revision": place.revision, "path": place.path,
            "bytes": file.stat().st_size, "sha256": digest,
        })
    (folder / "hub.json").write_text(json.dumps({"files": index}, indent=2) + "\n", encoding="utf-8")
    return index
