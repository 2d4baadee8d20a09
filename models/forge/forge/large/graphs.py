"""The graphs of a Large Format pack: exported from networks with random weights, then emptied of them."""

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from forge.large.models import IdentityKeys, LargeModels, PictureDecoder, TextEncoder
from forge.large.vision import FaceFeatures

OPSET = 18
CUSTOM_DOMAIN = "com.microsoft"


@dataclass(frozen=True)
class LargeGraph:
    """One graph: its name in the manifest, module, example inputs by name, names of outputs, inputs of free length (name -> axis), and the size
    of picture that it is for, if it is not for all."""

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    free: dict[str, int]
    size: tuple[int, int] | None = None
    # Checkpoint that is this graph, with its weights in it.
    copied: str = ""

    @property
    def stem(self) -> str:
        """denoiser -> denoiser, vaeDecoder -> vae-decoder: the name of its weights."""
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.name)

    @property
    def file(self) -> str:
        """Name of the graph's file: vae-decoder-640x512.onnx"""
        return f"{self.stem}{f'-{self.size[0]}x{self.size[1]}' if self.size else ''}.onnx"


def build_graphs(models: LargeModels, seed: int = 0) -> list[LargeGraph]:
    """The graphs of `models` with example inputs drawn from `seed`: those of the native size first in each name."""
    config, denoiser = models.config, models.denoiser
    draw = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    length = config.text["max_position_embeddings"]
    ids = torch.randint(0, config.text["vocab_size"], (1, length), generator=draw, dtype=torch.int32)
    crop = normal(1, 3, config.face_crop, config.face_crop).mul(0.6).clamp(-1, 1)
    embedding = nn.functional.normalize(normal(1, config.embedding), dim=1)
    photos = 2 * config.tokens
    told = {
        "encoder_keys": normal(1, length, denoiser.width), "encoder_values": normal(1, length, denoiser.width),
        "identity_keys": normal(1, photos, denoiser.width), "identity_values": normal(1, photos, denoiser.width),
        "identity_scale": torch.tensor([0.7]),
    }
    face = FaceFeatures(models.face, models.projector) if config.plus else models.face
    # The tokens of a picture's features need no projector any more.
    projector = nn.Unflatten(1, (config.tokens, config.context)) if config.plus else models.projector
    identity = IdentityKeys(projector, denoiser.of_identity())
    graphs = [
        LargeGraph("faceEncoder", face, {"crop": crop}, ("embedding",), {}, copied="" if config.plus else "face"),
        LargeGraph("identityProjector", identity, {"embedding": embedding}, ("identity_keys", "identity_values"), {}),
        LargeGraph("textEncoder", TextEncoder(models.text, denoiser.of_text()), {"input_ids": ids}, ("encoder_keys", "encoder_values"), {}),
    ]
    decoder = PictureDecoder(models.vae)
    for size in config.sizes:
        width, height = size
        latents = normal(1, config.latent_channels, height // 8, width // 8)
        sample = normal(1, 3, height, width).mul(0.6).clamp(-1, 1)
        noisy = {"latents": latents, "timestep": torch.tensor([500.0]), **told}
        free = {"identity_keys": 1, "identity_values": 1}
        graphs += [
            LargeGraph("denoiser", denoiser, noisy, ("noise_prediction",), free, size),
            LargeGraph("vaeEncoder", models.preview.encoder, {"sample": sample}, ("latents",), {}, size),
            LargeGraph("vaeDecoder", decoder, {"latents": latents}, ("sample",), {}, size),
            LargeGraph("previewDecoder", models.preview.decoder, {"latents": latents}, ("sample",), {}, size),
        ]
    return graphs


def export(graph: LargeGraph) -> onnx.ModelProto:
    """The graph with its weights inside. Norms are kept apart from convolutions, so that every weight is one that was published. Its
    intermediate shapes are in it as well: `tidy` takes them out."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        path = Path(folder) / "graph.onnx"
        # To a file: in memory a graph ends at 2 GiB, and the exporter writes what is larger beside it.
        torch.onnx.export(
            graph.module.eval(), tuple(graph.inputs.values()), str(path), dynamo=False, opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=True, custom_opsets={CUSTOM_DOMAIN: 1},
            input_names=list(graph.inputs), output_names=list(graph.outputs),
            dynamic_axes={name: {axis: "photo_tokens"} for name, axis in graph.free.items()},
        )
        return onnx.load(path)


def external(name: str, dtype: int, dims: tuple[int, ...], place: tuple[str, int, int]) -> onnx.TensorProto:
    """An initializer whose values are at a place (file, offset, bytes) outside the graph."""
    tensor = onnx.TensorProto(name=name, data_type=dtype, dims=dims, data_location=onnx.TensorProto.EXTERNAL)
    for key, value in zip(("location", "offset", "length"), place):
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def floats(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The float32 initializers by name, in the order of the graph."""
    return {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT
    }
