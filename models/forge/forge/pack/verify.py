"""Comparison of exported graphs with PyTorch: exact up to rounding against the same int8 weights, and as PSNR and cosine
against the float weights."""

from dataclasses import dataclass

import numpy as np
import onnxruntime
import torch

from forge.pack.graphs import Graph

# Two float32 implementations of the same weights may differ by this much (order of summation).
FLOAT_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Agreement:
    """How well an exported graph matches PyTorch. PSNR is in dB relative to the range of the float output."""

    rounding: float
    psnr: float
    cosine: float


def open_session(data: bytes, threads: int = 2) -> onnxruntime.InferenceSession:
    """A CPU session for an exported graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


@torch.no_grad()
def run_torch(graph: Graph) -> list[np.ndarray]:
    """Outputs of the PyTorch module for the example inputs, in the order of `graph.outputs`."""
    result = graph.module(*graph.inputs.values())
    return [part.numpy().copy() for part in (result if isinstance(result, tuple) else (result,))]


def compare(data: bytes, graph: Graph, float_outputs: list[np.ndarray]) -> Agreement:
    """Run `data` on the example inputs of `graph` (whose module holds the rounded weights) and compare.

    Raises ValueError when ONNX Runtime and PyTorch differ by more than FLOAT_TOLERANCE on the same weights.
    """
    outputs = open_session(data).run(list(graph.outputs), {k: v.numpy() for k, v in graph.inputs.items()})
    rounding = max(float(np.abs(a - b).max()) for a, b in zip(outputs, run_torch(graph)))
    if rounding > FLOAT_TOLERANCE:
        raise ValueError(f"{graph.name}: ONNX differs from PyTorch by {rounding:.1e}, allowed {FLOAT_TOLERANCE:.1e}")
    got = np.concatenate([part.ravel() for part in outputs]).astype(np.float64)
    want = np.concatenate([part.ravel() for part in float_outputs]).astype(np.float64)
    error = max(float(np.mean((got - want) ** 2)), 1e-20)
    psnr = 10 * np.log10((want.max() - want.min()) ** 2 / error)
    cosine = float(got @ want / np.sqrt((got @ got) * (want @ want)))
    return Agreement(rounding, float(psnr), cosine)
