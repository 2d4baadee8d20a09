"""Writes align-reference.json: what the forge cuts out of a test picture that both sides can draw from a formula.

    cd models/forge && python ../../tests/golden/make-align-reference.py
"""

import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "models" / "forge"))
from forge.data.align import align_faces  # noqa: E402

SIZE = 112
SAMPLES = [(c, y, x) for c in range(3) for y in range(0, SIZE, 15) for x in range(0, SIZE, 15)]

# Picture size and five points each: frontal, tilted, off the edge, long face (not the template's proportions).
CASES = [
    (256, 320, [[100, 120], [150, 121], [125, 145], [108, 170], [143, 171]]),
    (256, 320, [[90, 140], [128, 108], [126, 138], [130, 163], [155, 142]]),
    (160, 160, [[10, 20], [48, 17], [28, 40], [15, 56], [44, 55]]),
    (160, 160, [[60, 50], [95, 52], [78, 90], [64, 118], [93, 120]]),
]


def picture(width, height):
    """u8 [height, width, 3], smooth waves of three periods."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin(x / 9) * np.cos(y / 11), np.sin((x + y) / 15), np.cos(x / 21 - y / 8)]
    return np.stack([np.floor(127.5 + 127 * wave) for wave in waves], -1).astype(np.uint8)


if __name__ == "__main__":
    cases = []
    for width, height, points in CASES:
        crop = align_faces(picture(width, height)[None], np.array([points], np.float32), SIZE)[0]
        values = [int(crop[y, x, c]) for c, y, x in SAMPLES]
        cases.append({"width": width, "height": height, "points": points, "values": values})
    path = pathlib.Path(__file__).with_name("align-reference.json")
    path.write_text(json.dumps({"size": SIZE, "step": 15, "cases": cases}) + "\n")
