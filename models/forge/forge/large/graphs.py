"""The graphs of a Large Format pack: exported from networks with random weights, then emptied of them."""

import io
import warnings
from dataclasses import dataclass

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from forge.large.models import LargeModels, PictureDecoder, PictureEncoder, TextEncoder
from forge.pack.graphs import tidy

OPSET = 18
CUSTOM_DOMAIN = "com.microsoft"


@dataclass(frozen=True)
class LargeGraph:
    """One graph: its name in the manifest, module, example inputs by name, names of outputs, inputs of free length (name -> axis)."""

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    free: dict[str, int]

    @property
    def stem(self) -> str:
        """denoiser -> denoiser, vaeDecoder -> vae-decoder: the name of its files."""
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.name)


def build_graphs(models: LargeModels, seed: int = 0) -> list[LargeGraph]:
    """The graphs of `models` with example inputs drawn from `seed`."""
    config = models.config
    draw = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    length = config.text["max_position_embeddings"]
    ids = torch.randint(0, config.text["vocab_size"], (1, length), generator=draw, dtype=torch.int32)
    latents = normal(1, config.latent_channels, config.height // 8, config.width // 8)
    crop = normal(1, 3, config.face_crop, config.face_crop).mul(0.6).clamp(-1, 1)
    sample = normal(1, 3, config.height, config.width).mul(0.6).clamp(-1, 1)
    embedding = nn.functional.normalize(normal(1, config.embedding), dim=1)
    noisy = {
        "latents": latents, "timestep": torch.tensor([500.0]), "encoder_hidden_states": normal(1, length, config.context),
        "identity_hidden_states": normal(1, 2 * config.tokens, config.context), "identity_scale": torch.tensor([0.7]),
    }
    return [
        LargeGraph("faceEncoder", models.face, {"crop": crop}, ("embedding",), {}),
        LargeGraph("identityProjector", models.projector, {"embedding": embedding}, ("identity_hidden_states",), {}),
        LargeGraph("textEncoder", TextEncoder(models.text), {"input_ids": ids}, ("encoder_hidden_states",), {}),
        LargeGraph("denoiser", models.denoiser, noisy, ("noise_prediction",), {"identity_hidden_states": 1}),
        LargeGraph("vaeEncoder", PictureEncoder(models.vae), {"sample": sample}, ("latents",), {}),
        LargeGraph("vaeDecoder", PictureDecoder(models.vae), {"latents": latents}, ("sample",), {}),
    ]


def export(graph: LargeGraph) -> onnx.ModelProto:
    """The graph with its weights inside. Norms are kept apart from convolutions, so that every weight is one that was published."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.module.eval(), tuple(graph.inputs.values()), buffer, dynamo=False, opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=True, custom_opsets={CUSTOM_DOMAIN: 1},
            input_names=list(graph.inputs), output_names=list(graph.outputs),
            dynamic_axes={name: {axis: "photo_tokens"} for name, axis in graph.free.items()},
        )
    return tidy(onnx.load_from_string(buffer.getvalue()), graph.name)


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
