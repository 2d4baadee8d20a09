"""A tokenizer of CLIP's kind with next to no vocabulary: letters, a few merges, start and end."""

import json
from pathlib import Path

from transformers import CLIPTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = [("p", "o"), ("po", "r"), ("t", "h"), ("th", "e</w>")]
FILES = ("tokenizer.json", "tokenizer_config.json")


def write_words(folder: Path, size: int) -> CLIPTokenizer:
    """Write the tokenizer's two files for a vocabulary of `size`, and open it as transformers does. Raises ValueError for another size
    than the letters, merges and special tokens make."""
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in MERGES)]
    # Start and end are last, as in CLIP's own vocabulary.
    filler = [f"<unused{index}>" for index in range(size - 2 - len(words))]
    vocabulary = {word: index for index, word in enumerate([*words, *filler, START, END])}
    if len(vocabulary) != size:
        raise ValueError(f"the vocabulary has {len(vocabulary)} words, not {size}")
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=list(MERGES), unk_token=END, bos_token=START, eos_token=END, pad_token=END)
    tokenizer.save_pretrained(folder)
    for name in FILES:
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False) + "\n", encoding="utf-8")
    return tokenizer
