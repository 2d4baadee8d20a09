"""`forge large`: a Large Format pack of random weights. OUT/pack is what the app would bring (graphs without weights, recipe, manifest, words), OUT/hub
what publishers would (checkpoints), and the goldens beside them are what diffusers and transformers calculate from the same weights."""

import argparse
import json
from pathlib import Path

from forge.large.checkpoints import Checkpoint, published, write_hub
from forge.large.config import CONFIGS, LargeConfig
from forge.large.describe import MADE_UP, manifest_of, recipe_of
from forge.large.goldens import write_goldens
from forge.large.graphs import build_graphs, export
from forge.large.models import LargeModels, build_models
from forge.large.recipe import Shards, empty_graph, index_tensors, require_all_used
from forge.large.words import write_words
from forge.pack.manifest import write_json

VARIANTS = ("float32", "float16", "int8", "mixed")
# Weights with fewer values stay float32; low in the tiny pack, so that it takes every path.
THRESHOLDS = {"tiny": 256, "sd15": 4096}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge large`."""
    parser.add_argument("--config", choices=CONFIGS, default="tiny")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["float32"])


def folder_of(out: Path, variant: str) -> Path:
    """float32 -> OUT/pack, mixed -> OUT/pack-mixed"""
    return out / ("pack" if variant == "float32" else f"pack-{variant}")


def write_pack(models: LargeModels, checkpoints: list[Checkpoint], hub: list[dict], pack: Path, variant: str, threshold: int) -> dict[str, Shards]:
    """Write one variant to `pack` -> the assembled weights of every graph, which are not in it. Raises ValueError when anything is left over."""
    pack.mkdir(parents=True, exist_ok=True)
    config, origins = models.config, index_tensors(checkpoints, models.adapters)
    graphs, shards, weights, used = build_graphs(models), {}, [], set()
    for graph in graphs:
        model = export(graph)
        emptied = empty_graph(model, graph.stem, origins, variant, threshold)
        shards[graph.name] = emptied.shards
        weights += emptied.entries
        used |= emptied.used
        (pack / f"{graph.stem}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    require_all_used(checkpoints, used)
    write_words(pack, config.text["vocab_size"])
    # For their hashes only: the browser makes its own.
    assembled = {name: data for part in shards.values() for name, data in part.files().items()}
    for name, data in assembled.items():
        (pack / name).write_bytes(data)
    licences = [{**MADE_UP, "files": [path.name for path in sorted(pack.iterdir()) if path.name not in ("manifest.json", "recipe.json")]}]
    write_json(pack / "manifest.json", manifest_of(pack, config, graphs, shards, licences, "0.1.0"))
    recipe = recipe_of(config.id, hub, checkpoints, weights, shards)
    # One line: indented, it is three times as long.
    (pack / "recipe.json").write_text(json.dumps(recipe, separators=(",", ":")) + "\n", encoding="utf-8")
    for name in assembled:
        (pack / name).unlink()
    return shards


def write_large(config: LargeConfig, out: Path, seed: int, variants: list[str], threshold: int) -> dict[str, dict[str, Shards]]:
    """Write everything under `out` -> the assembled weights by variant and graph."""
    models = build_models(config, seed)
    checkpoints = published(models)
    hub = write_hub(checkpoints, out / "hub")
    shards = {
        variant: write_pack(models, checkpoints, hub, folder_of(out, variant), variant, threshold) for variant in variants
    }
    write_goldens(models, write_words(folder_of(out, variants[0]), config.text["vocab_size"]), out)
    return shards


def run(args: argparse.Namespace) -> None:
    """Write the packs and say how big everything is."""
    shards = write_large(CONFIGS[args.config], args.out, args.seed, args.variants, THRESHOLDS[args.config])
    for variant, parts in shards.items():
        weights = sum(len(data) for part in parts.values() for data in part.files().values())
        brought = sum(path.stat().st_size for path in folder_of(args.out, variant).iterdir())
        print(f"{variant}: {brought} bytes brought, {weights} bytes of weights assembled")
