"""Tokenizers of CLIP's kind: its own, and one with next to no vocabulary (letters, a few merges, start and end)."""

import gzip
import hashlib
import json
from pathlib import Path

from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = [("p", "o"), ("po", "r"), ("t", "h"), ("th", "e</w>")]
SEPARATORS = (",", ":")
CLIP_MERGES = 49152 - 256 - 2
# Of the file `tokenizer/merges.txt` of stable-diffusion-v1-5, which the merges make.
MERGES_SHA256 = "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a"
FILES = ("tokenizer.json", "tokenizer_config.json")


def read_merges(vocabulary: Path) -> list[tuple[str, str]]:
    """The merges of CLIP's own tokenizer from `bpe_simple_vocab_16e6.txt.gz`, as its repository and the package open_clip_torch hold it. Raises ValueError
    for another file."""
    lines = gzip.decompress(vocabulary.read_bytes()).decode().split("\n")[1 : CLIP_MERGES + 1]
    if hashlib.sha256("\n".join(["#version: 0.2", *lines, ""]).encode()).hexdigest() != MERGES_SHA256:
        raise ValueError(f"{vocabulary} is not CLIP's vocabulary")
    return [tuple(line.split()) for line in lines]


def write_words(folder: Path, size: int, merges: list[tuple[str, str]] | None = None) -> CLIPTokenizer:
    """Write the tokenizer's two files for a vocabulary of `size`, and open it as transformers does. Without `merges` a few made-up ones. Raises
    ValueError for another size than the letters, merges and special tokens make."""
    merges = merges or MERGES
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in merges)]
    # Start and end are last, as in CLIP's own vocabulary.
    filler = [f"<unused{index}>" for index in range(size - 2 - len(words))]
    vocabulary = {word: index for index, word in enumerate([*words, *filler, START, END])}
    if len(vocabulary) != size:
        raise ValueError(f"the vocabulary has {len(vocabulary)} words, not {size}")
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=list(merges), unk_token=END, bos_token=START, eos_token=END, pad_token=END)
    tokenizer.save_pretrained(folder)
    for name in FILES:
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False, separators=SEPARATORS) + "\n", encoding="utf-8")
    return tokenizer
