"""Writes face-region-reference.json: where the forge cuts the regions of faces that the denoiser learns from, for each later pass.

    cd models/forge && python ../../tests/golden/make-face-region-reference.py && npx prettier --write ../../tests/golden/face-region-reference.json
"""

import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "models" / "forge"))
from forge.data.face_regions import ZOOMS, face_regions  # noqa: E402

SIZE = (512, 640)
# Eyes, nose, corners of the mouth: frontal, tilted, turned away, by two borders, and one that fills the picture.
FACES = [
    [[230, 240], [282, 240], [256, 268], [236, 292], [276, 292]],
    [[200, 180], [244, 152], [236, 186], [236, 222], [270, 200]],
    [[300, 260], [322, 260], [326, 282], [304, 304], [318, 305]],
    [[20, 60], [64, 58], [40, 82], [24, 108], [60, 106]],
    [[420, 500], [470, 498], [446, 528], [424, 556], [466, 555]],
    [[150, 220], [360, 220], [256, 320], [180, 430], [330, 430]],
]

if __name__ == "__main__":
    points = np.array(FACES, np.float32)
    cases = []
    for zoom in ZOOMS:
        regions = face_regions(points, SIZE, zoom)
        shares = (points - regions[:, None, :2]) / regions[:, None, 2:]
        cases += [
            {"pass": zoom.name, "points": p.tolist(), "region": np.round(r, 3).tolist(), "within": np.round(s, 5).tolist()}
            for p, r, s in zip(points.astype(int), regions.astype(float), shares.astype(float))
        ]
    path = pathlib.Path(__file__).with_name("face-region-reference.json")
    path.write_text(json.dumps({"width": SIZE[0], "height": SIZE[1], "cases": cases}) + "\n")
