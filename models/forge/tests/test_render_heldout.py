"""Held-out portraits: a plan that is balanced, never repeats a record, and does not change."""

import numpy as np
import pytest

pytest.importorskip("moderngl")

from forge.render.heldout import INTENTS, VARIED_SEEDS, VARIED_SITTERS, plan_portraits  # noqa: E402

FIRST = 1_000_100


def group(plan: list[dict], name: str) -> list[dict]:
    return [label for label in plan if label["group"] == name]


def test_directed_portraits_ask_for_every_option_equally_often() -> None:
    directed = group(plan_portraits(FIRST, 16, 9), "directed")
    options = np.array([label["options"] for label in directed])
    assert all((np.bincount(column, minlength=9) == 16).all() for column in options.T)
    assert all(sum(label["sitter"] == FIRST + n for label in directed) == 9 for n in range(16))
    # Independent axes: no option of one goes with only a few of another.
    assert len({(a, b) for a, b in options[:, :2]}) > 50


def test_no_picture_and_no_record_is_planned_twice() -> None:
    plan = plan_portraits(FIRST, 10, 9)
    assert len({label["file"] for label in plan}) == len({label["seed"] for label in plan}) == len(plan)
    assert plan == plan_portraits(FIRST, 10, 9)


def test_variety_changes_the_seed_alone() -> None:
    varied = group(plan_portraits(FIRST, 10, 2), "variety")
    cases = {(label["sitter"], tuple(label["options"])) for label in varied}
    assert len(cases) == VARIED_SITTERS and len(varied) == VARIED_SITTERS * VARIED_SEEDS
    assert len({options for _, options in cases}) > 4


def test_everybody_has_both_intents() -> None:
    plan = plan_portraits(FIRST, 3, 1)
    for name, options in INTENTS.items():
        assert [label["sitter"] for label in group(plan, name)] == [FIRST, FIRST + 1, FIRST + 2]
        assert all(tuple(label["options"]) == options for label in group(plan, name))


def test_more_portraits_than_a_sitter_has_seeds_for_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        plan_portraits(FIRST, 1, 41)
