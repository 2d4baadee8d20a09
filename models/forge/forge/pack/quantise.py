"""int8 per-output-channel weight quantisation, done twice: in PyTorch (values rounded to the grid, so that goldens and
comparisons are exact) and in ONNX (initializers that lie on such a grid become int8 plus a scale).

The ONNX side recognises its tensors by value, so the two can never disagree about which weights are quantised.

The scale is applied by Cast and Mul, not by DequantizeLinear: ONNX Runtime folds Cast and Mul of constants when a
session is created, whereas it keeps DequantizeLinear (unless `session.disable_quant_qdq` is set) and then expands the
weights in every run (1.4-2.4x slower here) or rewrites the matrix products less exactly (2e-3 instead of 1e-6).
"""

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

LEVELS = 127
# Below this many weights, int8 saves nothing worth an extra node.
DEFAULT_THRESHOLD = 4096


def quantise_array(weight: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale for every index of `axis` -> (int8 array, float32 scales)."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    scale = (np.abs(weight).max(axis=others) / LEVELS).astype(np.float32)
    scale = np.where(scale == 0, np.float32(1), scale)
    shape = [-1 if i == axis else 1 for i in range(weight.ndim)]
    codes = np.clip(np.rint(weight / scale.reshape(shape)), -LEVELS, LEVELS).astype(np.int8)
    return codes, scale


def dequantise_array(codes: np.ndarray, scale: np.ndarray, axis: int) -> np.ndarray:
    """Inverse of `quantise_array`, in float32."""
    return codes.astype(np.float32) * scale.reshape([-1 if i == axis else 1 for i in range(codes.ndim)])


def round_to_grid(model: nn.Module, threshold: int, keep: set[str]) -> list[str]:
    """Round the weights of every Conv2d and Linear of `model` with at least `threshold` values to their int8 grid, in
    place, except modules named in `keep`. Returns the names of the rounded modules."""
    rounded = []
    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)) and module.weight.numel() >= threshold and name not in keep:
            codes, scale = quantise_array(module.weight.detach().numpy(), 0)
            module.weight.data = torch.from_numpy(dequantise_array(codes, scale, 0))
            rounded.append(name)
    return rounded


# operator -> index of its weight input; the output-channel axis follows from the operator.
WEIGHT_INPUT = {"Conv": 1, "MatMul": 1, "Gemm": 1}


def output_axis(node: onnx.NodeProto, rank: int) -> int:
    """The axis of the weight of `node` that numbers output channels."""
    if node.op_type == "Conv":
        return 0
    if node.op_type == "Gemm":
        transposed = any(a.name == "transB" and a.i for a in node.attribute)
        return 0 if transposed else 1
    return rank - 1


def quantise_graph(model: onnx.ModelProto, threshold: int) -> list[str]:
    """Replace every weight initializer that lies on an int8 grid by int8 codes, scales, Cast and Mul,
    in place. Returns the names of the replaced initializers."""
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    done: list[str] = []
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        slot = WEIGHT_INPUT.get(node.op_type)
        name = node.input[slot] if slot is not None and slot < len(node.input) else ""
        tensor = initializers.get(name)
        if tensor is not None and name not in done and tensor.data_type == onnx.TensorProto.FLOAT:
            weight = numpy_helper.to_array(tensor)
            axis = output_axis(node, weight.ndim)
            codes, scale = quantise_array(weight, axis)
            grid = dequantise_array(codes, scale, axis)
            if weight.size >= threshold and np.abs(grid - weight).max() <= 1e-6 * np.abs(weight).max():
                model.graph.initializer.remove(tensor)
                model.graph.initializer.append(numpy_helper.from_array(codes, f"{name}.int8"))
                scale = scale.reshape([-1 if i == axis else 1 for i in range(weight.ndim)])
                model.graph.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
                nodes.append(helper.make_node("Cast", [f"{name}.int8"], [f"{name}.cast"], name=f"{name}.cast", to=1))
                inputs = [f"{name}.cast", f"{name}.scale"]
                nodes.append(helper.make_node("Mul", inputs, [name], name=f"{name}.expand"))
                done.append(name)
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return done
