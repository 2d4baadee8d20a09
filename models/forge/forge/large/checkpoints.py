"""The checkpoints that a Large Format pack is assembled from, in the layout their publishers use: repositories, files, names of
tensors. `write_hub` writes them with random weights, for everything that may not depend on the real hub."""

import hashlib
import json
from collections.abc import Callable
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
    # Older exports of the text encoder carry this buffer.
    positions = {"text_model.embeddings.position_ids": torch.arange(config.text["max_position_embeddings"])[None]}
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
    vae = {older(name): value for name, value in models.vae.state_dict().items()}
    base = "SG161222/Realistic_Vision_V5.1_noVAE"

    def make(id_: str, repository: str, path: str, format_: str, tensors: dict[str, Tensor], unused: Callable[[str], bool] = lambda _: False) -> Checkpoint:
        if id_ in config.half:
            tensors = {name: value.half() for name, value in tensors.items()}
        if id_ == "text-encoder":
            tensors |= positions
        return Checkpoint(id_, repository, path, format_, tensors, tuple(name for name in tensors if unused(name)))

    return [
        make("text-encoder", base, "text_encoder/model.safetensors", "safetensors", text, lambda name: name in positions),
        make("unet", base, "unet/diffusion_pytorch_model.safetensors", "safetensors", dict(models.base)),
        # The strengths go into the recipe as numbers.
        make("few-steps", "latent-consistency/lcm-lora-sdv1-5", "pytorch_lora_weights.safetensors", "safetensors", lora,
             lambda name: name.endswith(".alpha")),
        # Pictures are encoded by the small one below: it is good enough to start a variation from.
        make("vae", "stabilityai/sd-vae-ft-mse", "diffusion_pytorch_model.safetensors", "safetensors", vae,
             lambda name: not name.startswith(("decoder.", "post_quant_conv."))),
        make("preview", "madebyollin/taesd", "diffusion_pytorch_model.safetensors", "safetensors", dict(models.preview.state_dict())),
        make("identity", "h94/IP-Adapter-FaceID", "ip-adapter-faceid-portrait-v11_sd15.bin", "torch", adapter),
        make("face", "luxshot/face-encoder", "w600k_r50.pt", "torch", face, lambda name: name.endswith("num_batches_tracked")),
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
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        index.append({
            "id": checkpoint.id, "repository": checkpoint.repository, "revision": checkpoint.revision, "path": checkpoint.path,
            "bytes": file.stat().st_size, "sha256": digest,
        })
    (folder / "hub.json").write_text(json.dumps({"files": index}, indent=2) + "\n", encoding="utf-8")
    return index
