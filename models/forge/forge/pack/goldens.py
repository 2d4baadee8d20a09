"""goldens.json and goldens.bin: what PyTorch computes with the weights of a pack, for tests in other languages.

goldens.bin holds all tensors one after another, little-endian. goldens.json says where:
  tensors: name -> {dtype, shape, offset (bytes), length (values), scale, shift}; the value is code * scale + shift, which
           only matters for pictures: they are stored as one byte a value
  graphs:  for each graph, input name -> tensor name, output name -> tensor name, tolerance (largest absolute difference)
  shoots:  whole runs: embedding and direction ids -> tokens -> Euler steps from `initialLatents` -> decoded picture
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from forge.nets.bundle import Bundle, sample_latents
from forge.nets.config import AXES
from forge.pack.graphs import build_graphs
from forge.pack.manifest import write_json
from forge.pack.verify import run_torch

GRAPH_TOLERANCE = 2e-4
# Rounding differences grow over the steps.
SHOOT_TOLERANCE = 2e-3
# A picture stored in bytes is off by up to half a code.
BYTE_TOLERANCE = 0.5 / 127.5
STEPS = 4
# Tensors with these names are pictures in [-1, 1] or, for the mask, in [0, 1].
BYTE_CODES = {"sample": (1 / 127.5, -1.0), "crop": (1 / 127.5, -1.0), "subject_mask": (1 / 255, 0.0)}


class Store:
    """Collects named tensors for goldens.bin."""

    def __init__(self) -> None:
        self.entries: dict[str, dict] = {}
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, name: str, value: Tensor | np.ndarray) -> str:
        """Append a tensor (float32 or int32) under `name`, whose last dotted part says whether it is a picture (those
        are stored in bytes); returns the name."""
        array = np.ascontiguousarray(value.numpy() if isinstance(value, Tensor) else value)
        scale, shift = BYTE_CODES.get(name.split(".")[-1], (1.0, 0.0))
        if scale != 1.0:
            array = np.clip(np.rint((array - shift) / scale), 0, 255).astype(np.uint8)
        self.entries[name] = {
            "dtype": str(array.dtype), "shape": list(array.shape), "offset": self.size, "length": int(array.size),
            "scale": scale, "shift": shift,
        }
        # Padded to four bytes, so that typed arrays can be views of the file.
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        data += bytes(-len(data) % 4)
        self.parts.append(data)
        self.size += len(data)
        return name


def byte_exact(value: Tensor) -> Tensor:
    """Round a picture in [-1, 1] to values that a byte code holds exactly: golden inputs must not lose anything."""
    return ((value.clamp(-1, 1) + 1) * 127.5).round() * (1 / 127.5) - 1


@torch.no_grad()
def write_goldens(bundle: Bundle, out: Path) -> None:
    """Write both files for `bundle`, which must hold the rounded weights that the pack in `out` holds."""
    store = Store()
    graphs = []
    for graph in build_graphs(bundle, seed=1):
        for name in graph.inputs.keys() & BYTE_CODES.keys():
            graph.inputs[name] = byte_exact(graph.inputs[name])
        inputs = {k: store.add(f"{graph.name}.{k}", v) for k, v in graph.inputs.items()}
        results = zip(graph.outputs, run_torch(graph))
        outputs = {k: store.add(f"{graph.name}.{k}", v) for k, v in results}
        tolerance = GRAPH_TOLERANCE + (BYTE_TOLERANCE if BYTE_CODES.keys() & set(graph.outputs) else 0)
        graphs.append({"graph": graph.name, "inputs": inputs, "outputs": outputs, "tolerance": tolerance})
    config = bundle.config
    draw = torch.Generator().manual_seed(2)
    noise = torch.randn(1, config.latent_channels, *config.latent_size, generator=draw)
    embedding = normalize(torch.randn(1, config.embedding, generator=draw), dim=1)
    ids = torch.randint(0, 9, (1, len(AXES)), generator=draw, dtype=torch.int32)
    ids[0, 4] = 9  # one axis unset, as in a locked shoot
    composition = bundle.conditioned.composer(ids, torch.rand(1, 3, generator=draw))
    start = {
        "initialLatents": store.add("shoot.initialLatents", noise),
        "embedding": store.add("shoot.embedding", embedding),
        "directionIds": store.add("shoot.directionIds", ids),
        "composition": store.add("shoot.composition", composition),
    }
    shoots = []
    for guidance, strength in ((1.0, 1.0), (2.0, 0.75)):
        name = f"guidance-{guidance:g}"
        latents = sample_latents(bundle.conditioned, noise, ids, embedding, composition, STEPS, guidance, strength)
        sample, mask = bundle.autoencoder.decode(latents)
        shoots.append({
            "name": name, "steps": STEPS, "guidanceScale": guidance, "identityStrength": strength, **start,
            "latents": store.add(f"{name}.latents", latents), "sample": store.add(f"{name}.sample", sample),
            "subjectMask": store.add(f"{name}.subject_mask", mask), "tolerance": SHOOT_TOLERANCE,
            "pictureTolerance": SHOOT_TOLERANCE + BYTE_TOLERANCE,
        })
    (out / "goldens.bin").write_bytes(b"".join(store.parts))
    index = {"formatVersion": 1, "tensors": store.entries, "graphs": graphs, "shoots": shoots}
    write_json(out / "goldens.json", index)
