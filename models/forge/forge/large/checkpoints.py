"""The checkpoints that a Large Format pack is assembled from, in the layout their publishers use: repositories, files, names of
tensors. `write_hub` writes them with random weights, for everything that may not depend on the real hub."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from forge.large.lora import key_of
from forge.large.models import LargeModels


@dataclass(frozen=True)
class Checkpoint:
    """One published file. `unused`: tensors that no graph needs, by name."""

    id: str
    repository: str
    path: str
    format: str
    tensors: dict[str, Tensor]
    unused: tuple[str, ...] = field(default=())

    @property
    def revision(self) -> str:
        """A commit; that of a made checkpoint follows from its names, so that two runs agree."""
        return hashlib.sha1(f"{self.repository} {self.path}".encode()).hexdigest()


def published(models: LargeModels) -> list[Checkpoint]:
    """The networks as their publishers' files."""
    text = {f"text_model.{name.removeprefix('text_model.')}": value for name, value in models.text.state_dict().items()}
    # Older exports of the text encoder carry this buffer.
    text["text_model.embeddings.position_ids"] = torch.arange(models.config.text["max_position_embeddings"])[None]
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
    face = dict(models.face.state_dict())
    return [
        Checkpoint("text-encoder", "SG161222/Realistic_Vision_V5.1_noVAE", "text_encoder/model.safetensors", "safetensors", text,
                   ("text_model.embeddings.position_ids",)),
        Checkpoint("unet", "SG161222/Realistic_Vision_V5.1_noVAE", "unet/diffusion_pytorch_model.safetensors", "safetensors", dict(models.base)),
        # The strengths go into the recipe as numbers.
        Checkpoint("few-steps", "latent-consistency/lcm-lora-sdv1-5", "pytorch_lora_weights.safetensors", "safetensors", lora,
                   tuple(name for name in lora if name.endswith(".alpha"))),
        Checkpoint("taesd", "madebyollin/taesd", "diffusion_pytorch_model.safetensors", "safetensors", dict(models.vae.state_dict())),
        Checkpoint("identity", "h94/IP-Adapter-FaceID", "ip-adapter-faceid-portrait-v11_sd15.bin", "torch", adapter),
        Checkpoint("face", "luxshot/face-encoder", "w600k_r50.pt", "torch", face,
                   tuple(name for name in face if name.endswith("num_batches_tracked"))),
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
        file = folder / checkpoint.repository / checkpoint.path
        file.parent.mkdir(parents=True, exist_ok=True)
        tensors = {name: value.detach().clone().contiguous() for name, value in checkpoint.tensors.items()}
        if checkpoint.format == "safetensors":
            save_file(tensors, file, metadata={"format": "pt"})
        else:
            # Without a fixed name, the archive's folder would be that of the file on this machine.
            with file.open("wb") as stream:
                torch.save(nested(tensors), stream)
        data = file.read_bytes()
        index.append({
            "id": checkpoint.id, "repository": checkpoint.repository, "revision": checkpoint.revision, "path": checkpoint.path,
            "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        })
    (folder / "hub.json").write_text(json.dumps({"files": index}, indent=2) + "\n", encoding="utf-8")
    return index
