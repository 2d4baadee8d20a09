"""Write a pack folder from a bundle of networks: round, export, verify, describe."""

from copy import deepcopy
from pathlib import Path

from forge.nets.bundle import Bundle
from forge.pack.graphs import build_graphs, export_onnx
from forge.pack.manifest import build_manifest, write_json
from forge.pack.quantise import round_to_grid
from forge.pack.verify import Agreement, compare, run_torch


# What the two numbers of a later pass are called in a manifest.
PASS = ("below", "strength")


def default_settings(
    steps: int, guidance_scale: float, face_detail: list[float] | None = None, closer: list[float] | None = None,
    skin_match: float | None = None, clothes_detail: list[float] | None = None,
) -> dict:
    """The `defaults` of a manifest. `face_detail`: below which share of the picture's height a face is made again, and from how much
    noise; `closer`: the same for the pass after that, over the face alone; `clothes_detail`: the same for the pass over what is worn, before
    both; `skin_match`: by how many degrees of the typology angle skin may be brought nearer to the references' in plain light. None where
    the pack does not gain by it. Raises ValueError for `closer` without `face_detail`."""
    defaults: dict = {
        "steps": steps, "guidanceScale": guidance_scale, "identityStrength": 1.0,
        "variation": {"subtle": 0.35, "strong": 0.6},
    }
    if face_detail:
        defaults["faceDetail"] = dict(zip(PASS, face_detail, strict=True))
    if closer:
        if not face_detail:
            raise ValueError("a closer pass over the face follows the one that --face-detail asks for: give that too")
        defaults["faceDetail"]["closer"] = dict(zip(PASS, closer, strict=True))
    if clothes_detail:
        defaults["clothesDetail"] = dict(zip(PASS, clothes_detail, strict=True))
    if skin_match:
        defaults["skinMatch"] = skin_match
    return defaults


def write_pack(
    bundle: Bundle, out: Path, about: dict, defaults: dict, threshold: int, borrowed: frozenset[str] = frozenset(),
    scheduler: str = "flow-match-euler",
) -> tuple[Bundle, dict[str, Agreement]]:
    """Export `bundle` into `out` (its graphs and manifest.json); `borrowed` and `scheduler` as in `build_manifest`.

    Returns a copy of the bundle that computes exactly what the pack computes (weights rounded to int8),
    and the agreement of every graph. Raises ValueError when a graph does not match PyTorch.
    """
    out.mkdir(parents=True, exist_ok=True)
    shipped = deepcopy(bundle).eval()
    graphs = build_graphs(shipped)
    report = {}
    # All before the first rounding: two graphs share the autoencoder's layers.
    unrounded = {graph.name: run_torch(graph) for graph in graphs}
    for graph in graphs:
        round_to_grid(graph.module, threshold, set(graph.keep))
        data, _ = export_onnx(graph, threshold)
        report[graph.name] = compare(data, graph, unrounded[graph.name])
        (out / graph.file).write_bytes(data)
    write_json(out / "manifest.json", build_manifest(out, graphs, bundle.config, about, defaults, borrowed, scheduler))
    return shipped, report
