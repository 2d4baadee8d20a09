"""Writes lab-reference.json: sRGB colours in CIELAB and their typology angle as scikit-image and numpy compute them.

    pip install scikit-image && python tests/golden/make-lab-reference.py
"""

import json
import math
import pathlib

import numpy as np
from skimage.color import rgb2lab

# Corners and grey, the linear foot of the curve, and skin from very light to dark.
COLOURS = [
    (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128), (3, 9, 2), (10, 11, 12),
    (255, 224, 205), (241, 194, 167), (224, 172, 132), (198, 134, 94), (161, 102, 64), (141, 85, 36), (92, 56, 38), (59, 34, 25),
    (45, 34, 30), (120, 130, 160), (20, 24, 40), (200, 210, 255),
]

lab = rgb2lab(np.array(COLOURS, np.float64)[None] / 255)[0]
cases = [
    {"srgb": list(colour), "lab": [round(float(v), 6) for v in row], "angle": round(math.degrees(math.atan2(row[0] - 50, row[2])), 5)}
    for colour, row in zip(COLOURS, lab)
]
path = pathlib.Path(__file__).with_name("lab-reference.json")
path.write_text(json.dumps(cases, indent=1) + "\n")
