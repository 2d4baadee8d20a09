"""CLIP's own tokenizer over the vocabulary of direction -> how many tokens each fragment is.

    python tests/golden/make-clip-tokens.py <checkout of github.com/openai/CLIP>

Reads the fragments from src/lib/direction/vocabulary.ts and the twelve shoots from shoots.ts, and writes
clip-tokens-reference.json beside this file. Needs the package `regex`. Counts are without the start and end tokens.
"""

import importlib.util
import json
import random
import re
import subprocess
import sys
import types
from pathlib import Path

here = Path(__file__).parent
direction = here.parent.parent / "src/lib/direction"
clip = Path(sys.argv[1])

# ftfy mends broken Unicode; every text here is ASCII, which it returns unchanged.
sys.modules["ftfy"] = types.SimpleNamespace(fix_text=lambda text: text)
spec = importlib.util.spec_from_file_location("simple_tokenizer", clip / "clip/simple_tokenizer.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
tokenizer = module.SimpleTokenizer()

AXES = {"framing": "F", "setting": "S", "styling": "Y", "mood": "M", "pose": "P", "look": "L"}
ORDER = "FPYSML"
STRING = r"'([^']*)'"
source = (direction / "vocabulary.ts").read_text()
fragments = {}
for axis, letter in AXES.items():
    block = re.search(rf"\t{axis}: axisOptions\('{axis}', \[(.*?)\n\t\]\)", source, re.S)[1]
    rows = re.findall(rf"\[\s*{STRING},\s*{STRING},\s*{STRING}\s*\]", block)
    assert len(rows) == 9, (axis, len(rows))
    for number, (_, _, fragment) in enumerate(rows, 1):
        assert fragment.isascii()
        fragments[f"{letter}{number}"] = fragment
negative = re.search(rf"NEGATIVE_PROMPT =\s*{STRING}", source)[1]


def count(text: str) -> int:
    return len(tokenizer.encode(text))


def prompt(ids: list[str]) -> str:
    return ", ".join(fragments[id] for id in sorted(ids, key=lambda id: ORDER.index(id[0])))


shoots = [
    re.findall(rf"'([{''.join(AXES.values())}]\d)'", line)
    for line in (direction / "shoots.ts").read_text().splitlines()
    if line.strip().startswith("shoot('")
]
assert len(shoots) == 12 and all(len(ids) == 6 for ids in shoots)
# Parts of directions too: the count must add up whatever is left open.
rng = random.Random(77)
partial = [rng.sample(sorted(rng.choice(shoots)), rng.randint(0, 5)) for _ in range(24)]
free = [[f"{letter}{rng.randint(1, 9)}" for letter in AXES.values()] for _ in range(24)]

commit = subprocess.run(
    ["git", "-C", clip, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
).stdout.strip()
reference = {
    "source": f"github.com/openai/CLIP {commit}, clip/simple_tokenizer.py",
    "fragments": {id: {"text": text, "tokens": count(text)} for id, text in fragments.items()},
    "negative": {"text": negative, "tokens": count(negative)},
    "prompts": [
        {"ids": ",".join(ids), "text": prompt(ids), "tokens": count(prompt(ids))}
        for ids in shoots + partial + free
    ],
}
(here / "clip-tokens-reference.json").write_text(json.dumps(reference, indent=1) + "\n")
for axis, letter in AXES.items():
    print(axis, [reference["fragments"][f"{letter}{n}"]["tokens"] for n in range(1, 10)])
print("negative", reference["negative"]["tokens"])
print("longest", sum(max(v["tokens"] for k, v in reference["fragments"].items() if k[0] == a) for a in ORDER) + 5 + 2)
