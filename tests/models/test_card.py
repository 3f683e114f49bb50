"""The shipped card tells an accuracy that was asked for, and figures that agree with each other."""

import json
from pathlib import Path

import pytest

from models.card import FRAMEWORKS, read_card

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


def test_what_was_measured_apart_stands_in_the_card() -> None:
    assert read_card(FRAMEWORKS) == CARD["frameworks"]


def test_calibration_is_stated_with_the_bins_of_the_diagram() -> None:
    told, val = CARD["figures"]["calibration"], CARD["figures"]["val"]
    gap = sum(part["pictures"] * abs(part["accuracy"] - part["confidence"]) for part in val["reliability"])
    assert val["calibration_error"] == pytest.approx(gap / val["pictures"], abs=2e-4)
    assert told["equal_width"] == val["calibration_error"]
    assert len(val["reliability"]) <= told["bins"]
    assert told["by_chance"]["mean"] < told["by_chance"]["upper_95"]
