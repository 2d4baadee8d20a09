"""How weights are stored: as they are, in half precision, as int8 with a scale a channel, or as int4 in blocks. int4 stays int4 in memory and is read by
MatMulNBits. Half precision and int8 become float32 while a graph is opened, by the app, tensor by tensor (`expansion.py`): operators in the graph
would do the same, but ONNX Runtime folds them into a second copy of all weights, which no browser has room for."""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper
from onnxruntime.capi._pybind_state import quantize_matmul_4bits

from forge.pack.quantise import WEIGHT_INPUT, dequantise_array, output_axis, quantise_array

BLOCK = 32
FLOAT, FLOAT16, INT8, UINT8 = (getattr(onnx.TensorProto, kind) for kind in ("FLOAT", "FLOAT16", "INT8", "UINT8"))


@dataclass(frozen=True)
class Part:
    """One stored initializer: which part of the encoding it is, its values, and its shape and type in the graph."""

    part: str
    suffix: str
    values: np.ndarray
    dims: tuple[int, ...]
    dtype: int


@dataclass(frozen=True)
class Encoded:
    """A stored weight: the recipe's encoding, its parts, and for int4 the node that takes the place of the product, with one that widens its scales.
    `as_published`: the values are stored in the published orientation, not the graph's. `expanded`: what the graph reads is float32 all
    the same."""

    encoding: dict
    parts: tuple[Part, ...]
    nodes: tuple[onnx.NodeProto, ...] = ()
    replaces: onnx.NodeProto | None = None
    as_published: bool = False
    expanded: bool = False


def encode_weight(name: str, array: np.ndarray, user: onnx.NodeProto, variant: str, threshold: int, transposed: bool) -> Encoded:
    """`array` is initializer `name`, read by `user`, the first node that does; `transposed`: the graph has the transpose of what was published.

    Variants: `float32`; `float16`; `int8` (tables, products and convolutions int8, what else is large float16); `mixed` (tables and convolutions
    int8, products of linear layers int4). Weights of fewer than `threshold` values stay float32."""
    if variant == "float32" or array.size < threshold:
        return Encoded({"kind": "cast", "dtype": "F32"}, (Part("values", "", array, array.shape, FLOAT),))
    slot = 0 if user.op_type == "Gather" else WEIGHT_INPUT.get(user.op_type)
    is_weight = slot is not None and len(user.input) > slot and user.input[slot] == name
    if variant == "mixed" and is_weight and user.op_type == "MatMul" and transposed:
        return encode_int4(name, array, user)
    # What is exported as Gemm is the way of the timestep, which four bits would blur, and the identity projector.
    if variant != "float16" and is_weight:
        # A row of a table is what it gives out.
        return encode_int8(name, array, 0 if user.op_type == "Gather" else output_axis(user, array.ndim))
    half = Part("values", ".half", array.astype(np.float16), array.shape, FLOAT16)
    return Encoded({"kind": "cast", "dtype": "F16"}, (half,), expanded=True)


def encode_int8(name: str, array: np.ndarray, axis: int) -> Encoded:
    """Layout of forge/pack/quantise.py."""
    codes, scales = quantise_array(array, axis)
    dims = tuple(-1 if i == axis else 1 for i in range(array.ndim))
    parts = (
        Part("codes", ".int8", codes, codes.shape, INT8),
        Part("scales", ".scale", scales, scales.reshape(dims).shape, FLOAT),
    )
    return Encoded({"kind": "int8", "axis": axis, "scales": "F32"}, parts, expanded=True)


def encode_int4(name: str, array: np.ndarray, product: onnx.NodeProto) -> Encoded:
    """`array` [K, N] -> codes [N, blocks, 16], scales and zero points, by ONNX Runtime's own quantiser; and MatMulNBits for `product`."""
    k, n = array.shape
    blocks = -(-k // BLOCK)
    codes = np.zeros((n, blocks, BLOCK // 2), np.uint8)
    scales = np.zeros((n, blocks), np.float32)
    zeros = np.zeros((n, -(-blocks // 2)), np.uint8)
    padded = np.ascontiguousarray(np.pad(array, ((0, blocks * BLOCK - k), (0, 0))))
    quantize_matmul_4bits(codes, padded, scales, zeros, BLOCK, n, k, False)
    parts = (
        Part("codes", ".int4", codes, codes.shape, UINT8),
        Part("scales", ".scale.half", scales.astype(np.float16).ravel(), (scales.size,), FLOAT16),
        Part("zeroPoints", ".zero", zeros, (zeros.size,), UINT8),
    )
    # accuracy_level 0: 4 would allow int8 activations, and other results on other devices.
    settings = {"K": k, "N": n, "bits": 4, "block_size": BLOCK, "accuracy_level": 0}
    inputs = [product.input[0], f"{name}.int4", f"{name}.scale", f"{name}.zero"]
    node = helper.make_node("MatMulNBits", inputs, [product.output[0]], domain="com.microsoft", **settings)
    # Half precision is far finer than four bits, and a sixteenth of the whole.
    scale = helper.make_node("Cast", [f"{name}.scale.half"], [f"{name}.scale"], to=FLOAT)
    encoding = {"kind": "int4", "block": BLOCK, "symmetric": False, "scales": "F16"}
    return Encoded(encoding, parts, (scale,), replaces=node, as_published=True)


def restored(encoded: Encoded, shape: tuple[int, ...], transposed: bool) -> np.ndarray:
    """The float32 weight that is read back from what is stored, in the graph's orientation `shape`; `transposed` as for `encode_weight`."""
    parts = {part.part: part.values for part in encoded.parts}
    if encoded.encoding["kind"] == "int8":
        return dequantise_array(parts["codes"], parts["scales"].ravel(), encoded.encoding["axis"])
    if encoded.encoding["kind"] == "int4":
        n, k = shape[::-1] if transposed else shape
        codes = np.stack([parts["codes"] & 15, parts["codes"] >> 4], -1).reshape(n, -1, BLOCK).astype(np.float32)
        blocks = codes.shape[1]
        zeros = np.stack([parts["zeroPoints"] & 15, parts["zeroPoints"] >> 4], -1).reshape(n, -1)[:, :blocks].astype(np.float32)
        values = (codes - zeros[:, :, None]) * parts["scales"].astype(np.float32).reshape(n, blocks, 1)
        values = values.reshape(n, -1)[:, :k]
        return values.T if transposed else values
    return parts["values"].astype(np.float32)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of two arrays of one size."""
    x, y = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))
