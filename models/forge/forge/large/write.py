"""`forge large`: a Large Format pack of random weights, in three folders: `pack` as the app would bring it (graphs without weights,
recipe, manifest, words), `hub` as publishers would (checkpoints), and goldens that diffusers and transformers calculate from the same weights."""

import argparse
import json
from pathlib import Path

from forge.large.checkpoints import published, write_hub
from forge.large.config import CONFIGS, LargeConfig
from forge.large.describe import MADE_UP, manifest_of, recipe_of
from forge.large.goldens import write_goldens
from forge.large.graphs import build_graphs, export
from forge.large.models import build_models
from forge.large.recipe import Shards, empty_graph, index_tensors, require_all_used
from forge.large.words import write_words
from forge.pack.manifest import write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge large`."""
    parser.add_argument("--config", choices=CONFIGS, default="tiny")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)


def write_large(config: LargeConfig, out: Path, seed: int) -> dict[str, Shards]:
    """Write `pack` and `hub` under `out`, and the goldens beside them -> the assembled weights of every graph, which are in none of them."""
    pack = out / "pack"
    pack.mkdir(parents=True, exist_ok=True)
    models = build_models(config, seed)
    checkpoints = published(models)
    origins = index_tensors(checkpoints)
    graphs, shards, weights, used = build_graphs(models), {}, [], set()
    for graph in graphs:
        model = export(graph)
        entries, shards[graph.name], these = empty_graph(model, graph.stem, origins)
        weights += entries
        used |= these
        (pack / f"{graph.stem}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    require_all_used(checkpoints, used)
    hub = write_hub(checkpoints, out / "hub")
    tokenizer = write_words(pack, config.text["vocab_size"])
    # For their hashes only: the browser makes its own.
    assembled = {name: data for part in shards.values() for name, data in part.files().items()}
    for name, data in assembled.items():
        (pack / name).write_bytes(data)
    licences = [{**MADE_UP, "files": [path.name for path in sorted(pack.iterdir()) if path.suffix != ".json" or "token" in path.name]}]
    write_json(pack / "manifest.json", manifest_of(pack, config, graphs, shards, licences, "0.1.0"))
    recipe = recipe_of(config.id, hub, checkpoints, weights, shards)
    # One line: indented, it is three times as long.
    (pack / "recipe.json").write_text(json.dumps(recipe, separators=(",", ":")) + "\n", encoding="utf-8")
    write_goldens(models, tokenizer, out)
    for name in assembled:
        (pack / name).unlink()
    return shards


def run(args: argparse.Namespace) -> None:
    """Write the pack and say how big it is."""
    write_large(CONFIGS[args.config], args.out, args.seed)
    for folder in ("pack", "hub"):
        size = sum(path.stat().st_size for path in (args.out / folder).rglob("*") if path.is_file())
        print(f"{folder}: {size} bytes")
