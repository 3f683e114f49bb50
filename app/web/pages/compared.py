"""The measured comparison of PyTorch and Keras as rows of a table, for the code's page and the card's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import Any

ROWS: Mapping[str, Callable[[Mapping[str, Any]], list[float]]] = {
    "lines_network": lambda side: [side["lines"]["network"]],
    "lines_training": lambda side: [side["lines"]["training"]],
    "processor_seconds": lambda side: [epoch["cpu_seconds"] for epoch in side["epochs"]],
    "clock_seconds": lambda side: [epoch["seconds"] for epoch in side["epochs"]],
    "peak_mb": lambda side: [side["peak_mb"]],
    "loss": lambda side: [epoch["loss"] for epoch in side["epochs"]],
    "val": lambda side: [100 * epoch["val"] for epoch in side["epochs"]],
    "held_out": lambda side: [100 * epoch["held out"] for epoch in side["epochs"]],
}
DIGITS = {"loss": 3, "val": 1, "held_out": 1}
FACTS = ("date", "processor", "threads", "batch", "pictures_seen")


def comparison(found: Any) -> dict[str, Any] | None:
    """What `models/frameworks.json` or the card's part of it says; None where it cannot be read."""
    try:
        sides = [found["frameworks"][name] for name in ("torch", "keras")]
        rows = {name: [values(side) for side in sides] for name, values in ROWS.items()}
        return {
            "facts": {name: found[name] for name in FACTS},
            "versions": [side["version"] for side in sides],
            "rows": rows,
            "digits": DIGITS,
            "summary": _summary(rows, len(sides[0]["epochs"])),
        }
    except (KeyError, TypeError, IndexError):
        return None


def _summary(rows: Mapping[str, list[list[float]]], epochs: int) -> dict[str, float]:
    """The numbers of the plain sentence: means over epochs, and what was right after the last one."""
    numbers: dict[str, float] = {"epochs": epochs}
    for place, name in enumerate(("torch", "keras")):
        numbers |= {
            f"{name}_lines": rows["lines_network"][place][0] + rows["lines_training"][place][0],
            f"{name}_seconds": round(fmean(rows["processor_seconds"][place])),
            f"{name}_mb": rows["peak_mb"][place][0],
            f"{name}_right": round(rows["val"][place][-1], 1),
        }
    return numbers
