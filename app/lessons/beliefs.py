"""Misconceptions, each with the sentence that sets it right and what shows it: a scene, or a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from app.lessons.model import Scene, Text

FILE = Path(__file__).parent / "beliefs.yaml"


@dataclass(frozen=True)
class Belief:
    """What is believed, what holds, the lesson about it, and its `scene` or the address of a `page`."""

    believed: Text
    says: Text
    lesson: str
    scene: Scene | None
    page: str = ""


@cache
def beliefs() -> tuple[Belief, ...]:
    """All of them, in the order of the file."""
    return tuple(
        Belief(row["believed"], row["says"], row["lesson"], _scene(row), row.get("page", ""))
        for row in yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )


def _scene(row: dict[str, str]) -> Scene | None:
    if "stack" not in row:
        return None
    image = row["image"]
    fit = "keep" if image.startswith(("grid", "pattern")) else "crop"
    return Scene(row["stack"], image, int(row.get("size", 64)), fit, row.get("at", ""))
