"""`forge ship-large`: from a written pack of random weights to the one that the app brings. The graphs stay as they are (they hold no weights); the
recipe names the publishers' real files with their lengths and hashes; the manifest is a template, because nobody knows the hashes of assembled
weights before somebody assembled them."""

import argparse
import json
from pathlib import Path

from forge.large.config import CONFIGS, LargeConfig
from forge.large.publishers import MIT, PUBLICATIONS
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
VOCABULARY = "The vocabulary of CLIP, copyright (c) 2021 OpenAI. Use it for anything; its notice stays with it."
GRAPHS = "The shapes of the networks without a weight, made by this project. Use them for anything."


def licences(recipe: dict, brought: list[str]) -> list[dict]:
    """One entry a licence, research first: the publishers' files that come under it, and the files that the app brings."""
    entries: dict[str, dict] = {}
    for source in recipe["sources"]:
        place = PUBLICATIONS[source["id"]]
        licence = place.licence
        entry = entries.setdefault(licence.name, {
            "name": licence.name, "url": licence.url, "summary": licence.summary, "nonCommercial": licence.non_commercial, "files": [],
        })
        entry["files"].append(f"{place.repository}/{place.path}")
    words = [file for file in brought if file.startswith("tokenizer")]
    for summary, files in ((VOCABULARY, words), (GRAPHS, sorted(set(brought) - set(words)))):
        entries[summary] = {"name": MIT.name, "url": MIT.url, "summary": summary, "nonCommercial": False, "files": files}
    return sorted(entries.values(), key=lambda entry: not entry["nonCommercial"])


def ship(written: Path, out: Path, config: LargeConfig) -> None:
    """Write the pack that the app brings to `out`, from the one of random weights in `written`. Raises ValueError where the layout has another length
    than the publisher's file."""
    out.mkdir(parents=True, exist_ok=True)
    recipe = json.loads((written / "recipe.json").read_text(encoding="utf-8"))
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
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
        (out / name).write_bytes((written / name).read_bytes())
    files = [hash_file(out / name) for name in brought]
    manifest |= {
        "title": config.title, "description": DESCRIPTIONS[config.id], "licences": licences(recipe, brought), "scheduler": SCHEDULER,
        "defaults": {**default_settings(STEPS, GUIDANCE), "faceDetail": FACE_DETAIL},
        "totalBytes": sum(entry["bytes"] for entry in files), "files": files,
    }
    write_json(out / "manifest.json", manifest)
    (out / "recipe.json").write_text(json.dumps(recipe, separators=(",", ":")) + "\n", encoding="utf-8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `forge ship-large`."""
    parser.add_argument("--config", choices=[name for name in CONFIGS if name.startswith("sd15")], required=True)
    parser.add_argument("--from", dest="written", type=Path, required=True, help="what `forge large` wrote")
    parser.add_argument("--variant", default="mixed")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pack, for example models/packs/large-format")


def run(args: argparse.Namespace) -> None:
    """Write the folder and say what it brings."""
    ship(folder_of(args.written, args.variant), args.out, CONFIGS[args.config])
    print(f"{sum(path.stat().st_size for path in args.out.iterdir())} bytes in {args.out}")
