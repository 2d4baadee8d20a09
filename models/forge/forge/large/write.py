"""`forge large`: a Large Format pack of random weights. OUT/pack is what the app would bring (graphs without weights, recipe, manifest, words), OUT/hub
what publishers would (checkpoints), and the goldens beside them are what diffusers and transformers calculate from the same weights."""

import argparse
import json
from pathlib import Path

import onnx

from forge.large.checkpoints import Checkpoint, published, write_hub
from forge.large.config import CONFIGS, LargeConfig
from forge.large.describe import MADE_UP, Footprint, manifest_of, recipe_of
from forge.large.goldens import write_goldens
from forge.large.graphs import build_graphs, export, floats
from forge.large.models import LargeModels, build_models
from forge.large.recipe import Origin, Shards, empty_graph, index_tensors, kept_bytes, require_all_used
from forge.large.words import read_merges, write_words
from forge.pack.graphs import tidy
from forge.pack.manifest import tensor_bytes, write_json

VARIANTS = ("float32", "float16", "int8", "mixed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge large`."""
    parser.add_argument("--config", choices=CONFIGS, default="tiny")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--vocabulary", type=Path, help="bpe_simple_vocab_16e6.txt.gz of CLIP; made-up words without it")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["float32"])


def folder_of(out: Path, variant: str) -> Path:
    """float32 -> OUT/pack, mixed -> OUT/pack-mixed"""
    return out / ("pack" if variant == "float32" else f"pack-{variant}")


def write_pack(
    models: LargeModels, checkpoints: list[Checkpoint], origins: dict[bytes, Origin], hub: list[dict], pack: Path, variant: str,
    merges: list[tuple[str, str]] | None = None,
) -> dict[str, Shards]:
    """Write one variant to `pack` -> the assembled weights of every graph, which are not in it. Beside the folder goes how true its rounding is.
    Raises ValueError when anything is left over."""
    pack.mkdir(parents=True, exist_ok=True)
    config = models.config
    graphs, first, sizes = build_graphs(models), {}, {}
    for graph in graphs:
        if graph.copied:
            # For its hash only, as the weights below.
            (pack / graph.file).write_bytes(next(c.graph for c in checkpoints if c.id == graph.copied))
            copied = onnx.load(pack / graph.file)
            sizes[graph.file] = Footprint(sum(4 * values.size for values in floats(copied).values()), max(tensor_bytes(copied)))
            continue
        model = export(graph)
        emptied = empty_graph(model, graph.stem, origins, variant, config.threshold, first.get(graph.name))
        first.setdefault(graph.name, emptied)
        sizes[graph.file] = Footprint(kept_bytes(emptied.placed), max(tensor_bytes(model)))
        tidy(model, graph.name)
        (pack / graph.file).write_bytes(model.SerializeToString(deterministic=True))
    shards = {name: emptied.shards for name, emptied in first.items()}
    expanded = {}
    for name, emptied in first.items():
        if emptied.expansion.tensors:
            expanded[name] = f"{emptied.shards.stem}-expanded.json"
            (pack / expanded[name]).write_text(emptied.expansion.as_json(), encoding="utf-8")
    require_all_used(checkpoints, set().union(*(emptied.used for emptied in first.values())))
    write_words(pack, config.text["vocab_size"], merges)
    # For their hashes only: the browser makes its own.
    assembled = {name: data for part in shards.values() for name, data in part.files().items()}
    for name, data in assembled.items():
        (pack / name).write_bytes(data)
    brought = [path.name for path in sorted(pack.iterdir()) if path.name not in ("manifest.json", "recipe.json")]
    write_json(pack / "manifest.json", manifest_of(pack, config, graphs, shards, expanded, sizes, [{**MADE_UP, "files": brought}], "0.1.0"))
    weights = [entry for emptied in first.values() for entry in emptied.entries]
    # One line: indented, it is three times as long.
    text = json.dumps(recipe_of(config.id, hub, checkpoints, graphs, weights, shards), separators=(",", ":"))
    (pack / "recipe.json").write_text(text + "\n", encoding="utf-8")
    for name in [*assembled, *(graph.file for graph in graphs if graph.copied)]:
        (pack / name).unlink()
    fidelity = {kind: min(e.fidelity.get(kind, 1.0) for e in first.values()) for kind in sorted({k for e in first.values() for k in e.fidelity})}
    write_json(pack.with_suffix(".fidelity.json"), {"weights": sum(map(len, assembled.values())), "cosine": fidelity})
    return shards


def write_large(
    config: LargeConfig, out: Path, seed: int, variants: list[str], merges: list[tuple[str, str]] | None = None, keep: bool = True
) -> dict[str, dict[str, Shards]]:
    """Write everything under `out` -> the assembled weights by variant and graph, if they are to be kept: at full size they are gigabytes."""
    models = build_models(config, seed)
    checkpoints = published(models)
    hub = write_hub(checkpoints, out / "hub")
    origins = index_tensors(checkpoints, models.adapters)
    kept = {}
    for variant in variants:
        shards = write_pack(models, checkpoints, origins, hub, folder_of(out, variant), variant, merges)
        if keep:
            kept[variant] = shards
        del shards
    write_goldens(models, write_words(folder_of(out, variants[0]), config.text["vocab_size"], merges), out)
    return kept


def run(args: argparse.Namespace) -> None:
    """Write the packs and say how big everything is."""
    merges = args.vocabulary and read_merges(args.vocabulary)
    write_large(CONFIGS[args.config], args.out, args.seed, args.variants, merges, keep=False)
    for variant in args.variants:
        folder = folder_of(args.out, variant)
        weights = json.loads(folder.with_suffix(".fidelity.json").read_text(encoding="utf-8"))["weights"]
        print(f"{variant}: {sum(path.stat().st_size for path in folder.iterdir())} bytes brought, {weights} bytes of weights assembled")
