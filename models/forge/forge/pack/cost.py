"""What a pack costs to run, counted in its ONNX graphs.

Two floating-point operations for every multiply-accumulate of convolutions and matrix products, batch 1. Additions of biases,
normalisations, activations and resizing are left out: they are a few per cent, and so is the convention of the literature.
"""

import json
from math import prod
from pathlib import Path

import onnx
from onnx import shape_inference

GIGA = 1e9


def shapes(model: onnx.ModelProto) -> dict[str, list[int]]:
    """Dimensions of every value of a graph with static shapes."""
    graph = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    values = (*graph.value_info, *graph.input, *graph.output)
    known = {value.name: [side.dim_value for side in value.type.tensor_type.shape.dim] for value in values}
    return known | {tensor.name: list(tensor.dims) for tensor in graph.initializer}


def products(node: onnx.NodeProto, known: dict[str, list[int]]) -> int:
    """Multiply-accumulates of one node; 0 for operators that are not products.

    Raises ValueError when a shape is not known, rather than counting nothing.
    """
    if node.op_type not in ("Conv", "ConvTranspose", "MatMul", "Gemm"):
        return 0
    first, second, result = (known.get(name) for name in (node.input[0], node.input[1], node.output[0]))
    if not (first and second and result) or 0 in (*first, *second, *result):
        raise ValueError(f"a {node.op_type} has no known shape: the cost of this graph cannot be counted")
    if node.op_type == "Conv":
        return prod(result) * prod(second[1:])  # weights [out, in / groups, kernel...]
    if node.op_type == "ConvTranspose":
        return prod(first) * prod(second[1:])  # weights [in, out / groups, kernel...]
    if node.op_type == "MatMul":
        return prod(result) * first[-1]
    transposed = any(attribute.name == "transA" and attribute.i for attribute in node.attribute)
    return prod(result) * first[0 if transposed else 1]


def gigaflops(model: onnx.ModelProto) -> float:
    """GFLOP of one run of a graph."""
    if any(node.op_type in ("Einsum", "If", "Loop", "Scan") or node.domain not in ("", "ai.onnx") for node in model.graph.node):
        raise ValueError("the graph has operators whose cost is not counted here")
    known = shapes(model)
    return 2 * sum(products(node, known) for node in model.graph.node) / GIGA


def pack_cost(pack: Path) -> dict:
    """GFLOP of one denoiser evaluation and of decoding, evaluations of a portrait at the pack's defaults, and their sum."""
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    count = lambda name: gigaflops(onnx.load(pack / manifest["graphs"][name]["variants"][0]["file"]))  # noqa: E731
    denoiser, decoder = count("denoiser"), count("vaeDecoder")
    defaults = manifest["defaults"]
    evaluations = defaults["steps"] * (1 if defaults["guidanceScale"] == 1 else 2)
    return {
        "denoiser": round(denoiser, 3), "decoder": round(decoder, 3),
        "evaluations": evaluations, "portrait": round(evaluations * denoiser + decoder, 2),
    }
