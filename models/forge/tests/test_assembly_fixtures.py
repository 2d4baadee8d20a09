"""The fixtures of workers/assembly are what their script writes."""

import json
from pathlib import Path

from forge.pack.assembly_fixtures import casts, int4_cases, int8_cases, lora_cases, write_checkpoints

COMMITTED = Path(__file__).parents[3] / "tests/fixtures/assembly"


def test_numbers_are_those_committed() -> None:
    numbers = json.loads((COMMITTED / "numbers.json").read_text())
    assert numbers == {"casts": casts(), "int8": int8_cases(), "int4": int4_cases(), "lora": lora_cases()}


def test_checkpoints_hold_the_tensors_committed(tmp_path: Path) -> None:
    write_checkpoints(tmp_path)
    assert (tmp_path / "checkpoints.json").read_text() == (COMMITTED / "checkpoints.json").read_text()
    assert {path.name for path in tmp_path.iterdir()} | {"numbers.json"} == {path.name for path in COMMITTED.iterdir()}
