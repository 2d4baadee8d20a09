"""`forge ship-large`: from a written pack of random weights to the one that the app brings. The graphs stay as they are (they hold no weights); the recipe
names the publishers' real files with their lengths and hashes; the manifest is a template, because nobody knows the hashes of assembled weights before
somebody assembled them."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from forge.large.config import CONFIGS, LargeConfig
from forge.large.publishers import PUBLICATIONS, Publication
from forge.large.write import folder_of
from forge.pack.manifest import hash_file, write_json
from forge.pack.write import default_settings

# Latent consistency (Luo et al. 2023): few steps, little guidance. diffusers' names and the values of its LCMScheduler for Stable Diffusion 1.5.
SCHEDULER = {
    "kind": "lcm",
    "config": {
        "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "original_inference_steps": 50,
        "timestep_scaling": 10, "clip_sample": False, "prediction_type": "epsilon",
    },
}
STEPS, GUIDANCE = 8, 1.5
# Below this share of the picture's height a face has too few latents for eyes and a mouth.
FACE_DETAIL = {"below": 0.3, "strength": 0.45}
UNTRIED = "Made from what is publicly known of the files; nobody has run it on the real ones yet."
DESCRIPTIONS = {
    "large-format": f"Photographs, not drawings: Stable Diffusion 1.5 with FaceID Portrait, which keeps a likeness closest. Research only. {UNTRIED}",
    "large-format-open": f"Photographs that you may use for a business: Stable Diffusion 1.5 with Plus Face, a little looser with a likeness. {UNTRIED}",
}
WORDS = Publication("openai/CLIP", "", "", 0, "", "Vocabulary", PUBLICATIONS["vae"].licence)


@dataclass(frozen=True)
class Paths:
    """Where a written pack is, and where it goes."""

    written: Path
    out: Path


def licences(recipe: dict, brought: list[str]) -> list[dict]:
    """One entry a licence: which files of the pack come under it. What a weight file is made of decides."""
    files: dict[str, set[str]] = {}
    for weight in recipe["weights"]:
        for output in weight["outputs"]:
            files.setdefault(output["file"], set()).update(entry["source"] for entry in weight["inputs"])
    for copy in recipe["copies"]:
        files.setdefault(copy["file"], set()).add(copy["source"])
    entries: dict[str, dict] = {}
    for file, sources in files.items():
        for licence in {PUBLICATIONS[source].licence for source in sources}:
            entry = entries.setdefault(licence.name, {
                "name": licence.name, "url": licence.url, "summary": licence.summary, "nonCommercial": licence.non_commercial, "files": [],
            })
            entry["files"].append(file)
    for name, notice in (("Graphs", "The shapes of the networks, without a weight; made by this project."), ("Vocabulary of CLIP", "Copyright (c) 2021 OpenAI.")):
        words = name != "Graphs"
        entries[name] = {
            "name": "MIT", "url": WORDS.licence.url, "summary": f"{name}. {notice} {WORDS.licence.summary}", "nonCommercial": False,
            "files": [file for file in brought if file.startswith("tokenizer") == words],
        }
    return [{**entry, "files": sorted(entry["files"])} for entry in sorted(entries.values(), key=lambda entry: not entry["nonCommercial"])]


def ship(paths: Paths, config: LargeConfig) -> None:
    """Write the pack that the app brings to `paths.out`."""
    paths.out.mkdir(parents=True, exist_ok=True)
    recipe = json.loads((paths.written / "recipe.json").read_text(encoding="utf-8"))
    manifest = json.loads((paths.written / "manifest.json").read_text(encoding="utf-8"))
    for source in recipe["sources"]:
        place = PUBLICATIONS[source["id"]]
        if source["format"] == "safetensors" and source["bytes"] not in (place.bytes, place.bytes + 32):
            # 32: the library's own mark in the header, which one publisher left out.
            raise ValueError(f"{place.path} has {place.bytes} bytes, the same layout has {source['bytes']}")
        source |= {"bytes": place.bytes, "sha256": place.sha256}
    whole = {copy["file"]: PUBLICATIONS[copy["source"]].bytes for copy in recipe["copies"]}
    for file in recipe["files"]:
        file["sha256"] = None
        file["bytes"] = whole.get(file["path"], file["bytes"])
    made = {file["path"] for file in recipe["files"]}
    brought = [entry["path"] for entry in manifest["files"] if entry["path"] not in made]
    for name in brought:
        (paths.out / name).write_bytes((paths.written / name).read_bytes())
    files = [hash_file(paths.out / name) for name in brought]
    manifest |= {
        "title": config.title, "description": DESCRIPTIONS[config.id], "licences": licences(recipe, brought), "scheduler": SCHEDULER,
        "defaults": {**default_settings(STEPS, GUIDANCE), "faceDetail": FACE_DETAIL},
        "totalBytes": sum(entry["bytes"] for entry in files), "files": files,
    }
    write_json(paths.out / "manifest.json", manifest)
    (paths.out / "recipe.json").write_text(json.dumps(recipe, separators=(",", ":")) + "\n", encoding="utf-8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge ship-large`."""
    parser.add_argument("--config", choices=[name for name in CONFIGS if name.startswith("sd15")], required=True)
    parser.add_argument("--from", dest="written", type=Path, required=True, help="what `forge large` wrote")
    parser.add_argument("--variant", default="mixed")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pack, for example models/packs/large-format")


def run(args: argparse.Namespace) -> None:
    """Write the folder and say what it brings."""
    ship(Paths(folder_of(args.written, args.variant), args.out), CONFIGS[args.config])
    print(f"{sum(path.stat().st_size for path in args.out.iterdir())} bytes in {args.out}")
