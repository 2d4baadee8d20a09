"""CLIP's own tokenizer, as transformers runs it, over thousands of strings -> a hash of every list of ids.

    pip install transformers==5.24.0 && python tests/golden/make-clip-ids.py

Reads the tokenizer of models/packs/large-format, which the forge makes from CLIP's merges and checks by their hash, and writes clip-ids-reference.json
beside this file: [string, first 12 hex digits of the sha256 of its 77 ids joined by commas].
"""

import hashlib
import json
import random
import re
from pathlib import Path

from transformers import CLIPTokenizer

here = Path(__file__).parent
root = here.parent.parent
words = json.loads((root / "models/packs/large-format/tokenizer.json").read_text())["model"]
vocab = words["vocab"]
merges = [tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in words["merges"]]
END = "<|endoftext|>"
tokenizer = CLIPTokenizer(vocab=vocab, merges=merges, unk_token=END, bos_token="<|startoftext|>", eos_token=END, pad_token=END)

rng = random.Random(77)
# What people write: fragments of this app, words of the vocabulary, and what breaks tokenizers.
fragments = re.findall(r"'([^'\n]{12,})'", (root / "src/lib/direction/vocabulary.ts").read_text())
plain = [word.removesuffix("</w>") for word in vocab if word.endswith("</w>") and word[:-4].isascii() and len(word) > 6]
odd = list("äöüßéñçøåłžőæœ日本語肖像写真портретфотоصورةभारत한국어😀👩‍🦰—–…“”‘’«»€£½²№™°µ\u00a0\u200b\u0301\t\n") + ["e\u0301", "f/1.8", "1/125 s", "it's", "DON'T", "we'll", "a.b,c;d", "!!!", "((x))"]


def one() -> str:
    kind = rng.random()
    if kind < 0.3:
        return ", ".join(rng.sample(fragments, rng.randint(1, 9)))
    if kind < 0.65:
        return " ".join(rng.choice(plain) for _ in range(rng.randint(1, 40)))
    pieces = [rng.choice(odd) if rng.random() < 0.4 else rng.choice(plain) for _ in range(rng.randint(1, 60))]
    return rng.choice(["", " ", "  "]).join(piece.upper() if rng.random() < 0.2 else piece for piece in pieces)


strings = ["", " ", "a", *(one() for _ in range(3000))]
rows = []
for text in strings:
    ids = tokenizer(text, padding="max_length", max_length=77, truncation=True).input_ids
    rows.append([text, hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:12]])
(here / "clip-ids-reference.json").write_text(json.dumps(rows, ensure_ascii=False, indent=0) + "\n")
print(len(rows), sum(len(tokenizer(text).input_ids) > 77 for text, _ in rows))
