"""`forge heldout`: sitters never trained on, each in eight lights and poses, for measuring likeness (`npm run sitter:eval`).

OUT/SEED-N.webp and OUT/labels.json: a list of {"file", "sitter", "light", "yaw", "points" (five landmarks, pixels)}. Every
sitter is photographed once in every light; which pose goes with which light is drawn for each sitter, so that neither tells who it is.

With --portraits N also what the pack is asked for, rendered: OUT/portraits/*.png and OUT/portraits.json, a list of {"file",
"sitter", "group", "options", "seed"}. Group `directed` has N portraits of every sitter, every option of every axis equally
often; `headshot` and `editorial` one of every sitter; `variety` four seeds of one direction for the first eight sitters.
`npm run pocket:eval --heldout OUT` scores them like the pack's own: the ceiling of every measure. Finished pictures are kept,
so an interrupted run can be started again.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from .assets import Assets
from .compose import compose
from .directions import draw_directions
from .identity import Identity, make_identity
from .pose import Pose
from .portrait import draw_portrait, draw_reference
from .renderer import Renderer
from .studio import Light

# Lower ones are training data or the sitters of `forge eval`.
FIRST = 1_000_100
QUALITY = 78
PLACES = (None, "grey", "office", "library")
# Yaw and pitch of the head, degrees.
POSES = ((0, 0), (12, -4), (-12, 4), (20, 0), (-20, 0), (27, 3), (-27, -3), (4, 12))

# Directory and Rooftop Dusk, as `npm run pocket:eval` shoots them.
INTENTS = {"headshot": (0, 0, 0, 0, 1, 0), "editorial": (4, 3, 6, 8, 6, 3)}
VARIED_SITTERS, VARIED_SEEDS = 8, 4
DIRECTED, VARIED, INTENT = 100, 140, 160  # places of the groups in a sitter's seeds: no two records share one


def lights(rng: np.random.Generator) -> dict[str, Light]:
    """Eight lights by name; `even`, `window` and `flash` are neutral in colour and full enough to judge skin by."""
    u, side = rng.uniform, float(rng.choice([-1, 1]))
    dim, grey = (0.12, 0.12, 0.12), (0.4, 0.4, 0.4)
    return {
        "even": Light((u(-10, 10), 30), (2.2,) * 3, fill_colour=(0.8,) * 3, sky=grey, ground=(0.3,) * 3, softness=0.03, wrap=0.3),
        "window": Light((side * u(35, 55), 20), (2.6, 2.65, 2.7), fill_colour=(0.45,) * 3, softness=0.03, wrap=0.25),
        "flash": Light((u(-4, 4), u(4, 10)), (2.9,) * 3, fill_colour=(0.2,) * 3, softness=0.004),
        "overhead": Light((u(-15, 15), u(55, 65)), (2.8,) * 3, fill_colour=(0.5,) * 3, sky=grey, softness=0.02),
        "side": Light((side * u(65, 80), 15), (3.2,) * 3, fill_colour=(0.25,) * 3, sky=(0.2,) * 3, softness=0.01),
        "lamp": Light((side * u(20, 45), 25), (3.0, 2.3, 1.5), fill_colour=(0.5, 0.4, 0.3), sky=(0.34, 0.28, 0.2), softness=0.015),
        "dusk": Light((side * u(10, 40), 30), (1.5, 1.8, 2.4), fill_colour=(0.3, 0.36, 0.45), sky=(0.26, 0.3, 0.36), softness=0.02),
        "backlit": Light(
            (side * u(20, 40), 20), (1.3,) * 3, fill_colour=grey, rim_colour=(2.5,) * 3, kick_colour=(1.5,) * 3, sky=grey, ground=dim,
            exposure=0.5, softness=0.03, wrap=0.3,
        ),
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge heldout`."""
    parser.add_argument("--assets", help="synth_assets.npz (default: environment variable FORGE_ASSETS)")
    parser.add_argument("--out", required=True)
    parser.add_argument("--first", type=int, default=FIRST, help="first identity seed")
    parser.add_argument("--count", type=int, default=24, help="sitters; each gives eight photographs")
    parser.add_argument("--size", type=int, default=224, help="side of the photographs, pixels")
    parser.add_argument("--portraits", type=int, default=0, help="directed portraits of every sitter; count times this is best a multiple of 9")
    parser.add_argument("--width", type=int, default=512, help="width of directed portraits, pixels; the height is 5/4 of it")


def plan_portraits(first: int, count: int, portraits: int) -> list[dict]:
    """Labels of all directed portraits of `count` sitters from `first`: the same every time, and 0..8 for every option.

    Raises ValueError when a sitter has fewer seeds than `portraits`.
    """
    if portraits > VARIED - DIRECTED:
        raise ValueError(f"a sitter has at most {VARIED - DIRECTED} directed portraits, not {portraits}")
    directions = draw_directions(count * portraits, np.random.default_rng([first, count, portraits]))
    plan = [("directed", i % count, DIRECTED + i // count, direction) for i, direction in enumerate(directions)]
    for n in range(min(VARIED_SITTERS, count)):
        plan += [("variety", n, VARIED + k, directions[n]) for k in range(VARIED_SEEDS)]
    plan += [(group, n, INTENT + k, options) for k, (group, options) in enumerate(INTENTS.items()) for n in range(count)]
    return [
        {
            "file": f"portraits/{first + n}-{group}-{place}.png", "sitter": first + n, "group": group,
            "options": [int(option) for option in options], "seed": (first + n) * 256 + place,
        }
        for group, n, place, options in plan
    ]


def draw_directed(assets: Assets, out: Path, args: argparse.Namespace, share: Renderer) -> None:
    """Renders the planned portraits that are not there yet, sitter by sitter, and writes portraits.json."""
    renderer = Renderer(assets, args.width, args.width * 5 // 4, share=share)
    plan = plan_portraits(args.first, args.count, args.portraits)
    (out / "portraits").mkdir(exist_ok=True)
    people: dict[int, Identity] = {}
    for label in sorted((label for label in plan if not (out / label["file"]).exists()), key=lambda label: label["sitter"]):
        seed = label["sitter"]
        people = people if seed in people else {seed: make_identity(assets, seed)}
        record = draw_portrait(renderer, people[seed], label["options"], label["seed"])
        picture = compose(record.fg, record.bg, label["options"], label["options"][5], label["seed"])
        part = out / "portraits" / ".part.png"
        Image.fromarray(picture).save(part)
        part.rename(out / label["file"])
    (out / "portraits.json").write_text(json.dumps(plan) + "\n")
    print(f"{len(plan)} directed portraits")


def run(args: argparse.Namespace) -> None:
    """Renders the corpus."""
    assets, out, labels = Assets(args.assets), Path(args.out), []
    renderer = Renderer(assets, args.size, args.size, 1.5)
    out.mkdir(parents=True, exist_ok=True)
    for seed in range(args.first, args.first + args.count):
        person, rng = make_identity(assets, seed), np.random.default_rng([seed, 17])
        poses = rng.permutation(len(POSES))
        for n, (name, light) in enumerate(lights(rng).items()):
            yaw, pitch = POSES[poses[n]]
            u = rng.uniform
            body = yaw * u(0.2, 0.6)
            pose = Pose(body, 0, 0, yaw - body, pitch + u(-2, 2), u(-5, 5), (u(-5, 5), u(-3, 3)))
            place = PLACES[rng.integers(len(PLACES))]
            image, points = draw_reference(renderer, person, seed * 64 + n, place, 0.6, pose, None, light)
            file = f"{seed}-{n}.webp"
            Image.fromarray(image).save(out / file, quality=QUALITY, method=6)
            labels.append({"file": file, "sitter": seed, "light": name, "yaw": yaw, "points": np.round(points.astype(float), 1).tolist()})
    (out / "labels.json").write_text(json.dumps(labels) + "\n")
    if args.portraits:
        draw_directed(assets, out, args, renderer)
    print(f"{len(labels)} photographs, {sum(p.stat().st_size for p in out.glob('*.webp')) / 1e6:.2f} MB")
