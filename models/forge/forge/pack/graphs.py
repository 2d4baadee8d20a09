"""The graphs of a pack as PyTorch modules with the fixed input and output names, and their export to ONNX."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from forge.nets.bundle import Bundle
from forge.nets.config import AXES, PocketConfig
from forge.pack.quantise import quantise_graph

OPSET = 18


@dataclass(frozen=True)
class Graph:
    """One exported graph: module, named example inputs, output names, and modules that stay float32."""

    name: str
    file: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    keep: frozenset[str] = frozenset()


class Call(nn.Module):
    """Makes one method of a module its `forward`, because an ONNX graph is exported from `forward`."""

    def __init__(self, module: nn.Module, method: str) -> None:
        super().__init__()
        self.module = module
        self.method = method

    def forward(self, *args: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Whatever the method takes and returns."""
        return getattr(self.module, self.method)(*args)


def build_graphs(bundle: Bundle, seed: int = 0) -> list[Graph]:
    """The graphs of `bundle` with example inputs drawn from `seed`."""
    config: PocketConfig = bundle.config
    draw = torch.Generator().manual_seed(seed)
    rows, columns = config.latent_size

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    picture = normal(1, 3, config.image_height // 8, config.image_width // 8).mul(0.6).clamp(-1, 1)
    sample = nn.functional.interpolate(picture, (config.image_height, config.image_width), mode="bilinear")
    crop = nn.functional.interpolate(normal(1, 3, 14, 14).mul(0.6), (config.crop_size,) * 2, mode="bilinear")
    embedding = nn.functional.normalize(normal(1, config.embedding), dim=1)
    ids = torch.randint(0, 10, (1, len(AXES)), generator=draw, dtype=torch.int32)
    latents = normal(1, config.latent_channels, rows, columns)
    direction = normal(1, config.direction_tokens, config.context)
    identity = normal(1, config.identity_tokens, config.context)
    # A plausible face, or the maps of the composition would be flat.
    face = [0.42, 0.35, 0.6, 0.34, 0.52, 0.42, 0.44, 0.48, 0.58, 0.47, 0.2, 1.0]
    noisy = {
        "latents": latents, "timestep": torch.tensor([700.0]), "encoder_hidden_states": direction,
        "identity_hidden_states": identity, "identity_scale": torch.tensor([0.8]), "composition": torch.tensor([face]),
    }
    parts = bundle.conditioned
    last = f"module.decoder.{len(bundle.autoencoder.decoder) - 2}"
    # Both graphs hold the whole autoencoder, so rounding either rounds both: they must keep the same layers.
    picture_layers = frozenset({"module.encoder.0", "module.project", "module.decoder.0", "module.expand.0", last})
    return [
        Graph("faceEncoder", "face-encoder.onnx", bundle.face_encoder, {"crop": crop}, ("embedding",)),
        Graph("identityProjector", "identity-projector.onnx", parts.identity_projector, {"embedding": embedding},
              ("identity_hidden_states",)),
        Graph("directionEncoder", "direction-encoder.onnx", parts.direction_encoder, {"direction_ids": ids},
              ("encoder_hidden_states",)),
        Graph("composer", "composer.onnx", parts.composer,
              {"direction_ids": ids, "choice": torch.rand(1, 3, generator=draw)}, ("composition",)),
        Graph("denoiser", "denoiser.onnx", parts.denoiser, noisy, ("velocity",),
              frozenset({"stem", "conv_out", "time.0", "composition.to_stem"})),
        Graph("vaeEncoder", "vae-encoder.onnx", Call(bundle.autoencoder, "encode"), {"sample": sample}, ("latents",),
              picture_layers),
        Graph("vaeDecoder", "vae-decoder.onnx", Call(bundle.autoencoder, "decode"), {"latents": latents},
              ("sample", "subject_mask"), picture_layers),
    ]


def fold_constants(model: bytes) -> onnx.ModelProto:
    """Run ONNX Runtime's basic optimisations offline: all shapes are static, so shape arithmetic disappears and only
    standard operators are left."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        folded = onnx.load(options.optimized_model_filepath)
    del folded.opset_import[:]
    folded.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    return folded


def tidy(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """Take out of `model`, in place, what only costs bytes or differs between machines: paths, names of nodes, intermediate shapes."""
    del model.graph.value_info[:]
    del model.metadata_props[:]
    model.doc_string = ""
    fixed = {v.name for v in (*model.graph.input, *model.graph.output, *model.graph.initializer)} | {""}
    short: dict[str, str] = {}
    for node in model.graph.node:
        node.name, node.doc_string = "", ""
        del node.metadata_props[:]
        for names in (node.input, node.output):
            for i, value in enumerate(names):
                if value not in fixed:
                    names[i] = short.setdefault(value, f"v{len(short)}")
    model.graph.name = name
    model.producer_name, model.producer_version = "forge", ""
    return model


def export_onnx(graph: Graph, threshold: int) -> tuple[bytes, list[str]]:
    """Export `graph` -> (file contents, names of the initializers that became int8). Deterministic: names, order and
    metadata depend only on the module."""
    buffer = io.BytesIO()
    torch.onnx.export(
        graph.module, tuple(graph.inputs.values()), buffer, dynamo=False, opset_version=OPSET,
        input_names=list(graph.inputs), output_names=list(graph.outputs), do_constant_folding=True,
    )
    model = fold_constants(buffer.getvalue())
    quantised = quantise_graph(model, threshold)
    tidy(model, graph.name)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True), quantised
