"""Labelled contact sheets to judge the renderer by eye."""

import time
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from .assets import Assets
from .compose import compose
from .directions import AXES, OPTIONS
from .identity import make_identity
from .people_tables import FEMALE_STYLES, HAIR_STYLES, MALE_STYLES, TEXTURED
from .portrait import draw_portrait, draw_reference
from .pose import Pose
from .renderer import Renderer
from .studio import Light

LETTERS = "FSYMPL"
# The vocabulary's shoots as option numbers 1..9.
SHOOTS = {
    "Directory": "111121",
    "Badge": "122111",
    "Team Page": "432121",
    "Speaker": "573238",
    "Rooftop": "547974",
    "Sunlit": "454742",
    "Rain": "265976",
    "Masthead": "979488",
    "Chiaroscuro": "273343",
}
SHEET_SIZE = (256, 320)
PLAIN = (0, 0, 0, 0, 0, 0)


def _label(image: np.ndarray, text: str) -> np.ndarray:
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 8 + 6 * len(text), 13), fill=(0, 0, 0))
    draw.text((3, 1), text, fill=(255, 255, 255))
    return np.asarray(picture)


def _final(renderer, identity, direction, seed) -> np.ndarray:
    r = draw_portrait(renderer, identity, direction, seed)
    return compose(r.fg, r.bg, r.direction, int(direction[5]), seed)


def faces(assets: Assets, first: int, width: int = 256, height: int = 320) -> list[list[np.ndarray]]:
    """Rows of three ages (18, 49 and 80) by eight tones: close headshots under one neutral light, no glasses."""
    light = Light(
        (28, 32), (2.4, 2.4, 2.4), (-50, 0), (0.5,) * 3, softness=0.02, wrap=0.15, sky=(0.36,) * 3, ground=(0.22,) * 3
    )
    renderer, rows = Renderer(assets, width, height, 1.25), []
    for row, age in enumerate((0.0, 0.5, 1.0)):
        rows.append([])
        for k in range(8):
            person = replace(make_identity(assets, first + row * 8 + k, k / 7, age, (row + k) % 2 == 0), glasses=False)
            smiling = "smile" if (k + row) % 3 == 0 else "soft"
            picture, _ = draw_reference(renderer, person, 3, None, 0.7, Pose(5, 0, 0, 0), smiling, light)
            rows[-1].append(_label(picture, f"{person.seed} tone {k + 1} beard {person.beard:.2f}"))
    return rows


def hair_rows(assets: Assets, first: int, width: int, styles=HAIR_STYLES, columns: int = 7) -> list[list[np.ndarray]]:
    """One neutral portrait of each hairstyle, labelled; the sex wears it more often, tones alternate."""
    renderer, pictures = Renderer(assets, width, width * 5 // 4), []
    for k, style in enumerate(styles):
        woman = FEMALE_STYLES.get(style, 0) >= MALE_STYLES.get(style, 0) and style != "turban"
        seed = first + 3 * k
        while (person := make_identity(assets, seed)).female != woman or (style in TEXTURED) != (person.tone > 0.55):
            seed += 1
        person = replace(person, hair=style, glasses=False)
        record = draw_portrait(renderer, person, PLAIN, seed)
        pictures.append(_label(compose(record.fg, record.bg, record.direction, 0, seed), f"{style} {seed}"))
    blank = np.zeros_like(pictures[0])
    pictures += [blank] * (-len(pictures) % columns)
    return [pictures[i : i + columns] for i in range(0, len(pictures), columns)]


def write_sheet(assets: Assets, path: str, kind: str, first: int, count: int) -> None:
    """Writes options (axis rows), shoots (identity rows), hair (every style), references (identity rows) or faces (age rows) as a PNG."""
    started, rows = time.time(), []
    if kind == "references":
        renderer = Renderer(assets, 160, 160, 2.0)
        for k in range(count):
            person = make_identity(assets, first + k)
            rows.append(
                [
                    _label(
                        draw_reference(renderer, person, (first + k) * 100 + j)[0],
                        f"{person.seed} {person.hair} {person.age:.1f}",
                    )
                    for j in range(3)
                ]
            )
        rows = [sum(rows[i : i + 4], []) for i in range(0, len(rows) - len(rows) % 4, 4)] or rows
    elif kind == "hair":
        rows = hair_rows(assets, first, 256)
    elif kind == "shoots":
        renderer = Renderer(assets, *SHEET_SIZE)
        for k in range(count):
            person = make_identity(assets, first + k)
            rows.append(
                [
                    _label(
                        _final(renderer, person, [int(c) - 1 for c in code], first * 100 + k), f"{person.seed} {name}"
                    )
                    for name, code in SHOOTS.items()
                ]
            )
    elif kind == "faces":
        rows = faces(assets, first)
    else:
        renderer = Renderer(assets, *SHEET_SIZE)
        base = {
            "framing": PLAIN,
            "setting": (3, 0, 0, 1, 0, 0),
            "styling": (4, 0, 0, 1, 1, 0),
            "mood": (1, 0, 2, 0, 2, 0),
            "pose": (3, 0, 0, 1, 0, 0),
            "look": (0, 8, 0, 1, 1, 0),
        }
        for axis, name in enumerate(AXES):
            row = []
            for option in range(OPTIONS):
                person = make_identity(assets, first + (axis * OPTIONS + option) % max(count, 1))
                direction = list(base[name])
                direction[axis] = option
                row.append(
                    _label(
                        _final(renderer, person, direction, first + axis * 10 + option), f"{LETTERS[axis]}{option + 1}"
                    )
                )
            rows.append(row)
    Image.fromarray(np.concatenate([np.concatenate(r, 1) for r in rows])).save(path)
    print(f"{sum(map(len, rows))} pictures in {time.time() - started:.1f} s -> {path}")
