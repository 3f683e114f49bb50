"""The shipped card tells an accuracy that was asked for, and figures that agree with each other."""

import json
from pathlib import Path

import pytest

CARD = json.loads((Path(__file__).parents[2] / "models" / "catdog.json").read_text(encoding="utf-8"))


def test_cats_and_dogs_are_told_apart_in_92_of_100_validation_pictures() -> None:
    val = CARD["figures"]["val"]
    assert 0.92 <= val["accuracy"]
    assert val["interval_95"][0] <= val["accuracy"] <= val["interval_95"][1]


@pytest.mark.parametrize("split", ["val", "test_web", "held_out_sources"])
def test_accuracy_is_the_diagonal_of_the_confusion(split: str) -> None:
    figures = CARD["figures"][split]
    right = sum(figures["confusion"][name][name] for name in CARD["classes"])
    counted = sum(sum(row.values()) for row in figures["confusion"].values())
    assert figures["pictures"] == counted
    assert figures["accuracy"] == pytest.approx(right / counted, abs=1e-4)
