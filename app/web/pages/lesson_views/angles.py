"""Pooling over channels: a turned bar and Gabors for an angle each; their summary finds it at any of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from app.explorer import Explorer
from app.i18n import Language
from app.layers.registry import parse_stack
from app.rendering.curve import Plot, curve_path
from app.rendering.maps import map_png
from app.rendering.png import data_url
from app.rendering.scale import choose_scale
from app.store.patterns import pattern
from app.web.language import say_in
from app.web.pages.view_form import Field, Form

TOP, STEP = 28.0, 7.5  # of the drawing's axis; degrees between two points of a curve
WIDTH, HEIGHT = 440.0, 200.0
FIELDS = (
    Field("turn", "range", "45", 0, 180, STEP),
    Field("gabors", "choice", "4", choices=("1", "2", "4", "8"), role="k"),
)


@dataclass(frozen=True)
class Answers:
    """The strongest answer of each Gabor, of the best of them, and the largest root of the sum of their squares."""

    each: tuple[float, ...]
    most: float
    energy: float


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The answers at the chosen angle, and their curves over all angles."""
    say = say_in(lang)
    form = Form(query, FIELDS, lambda name: say(f"course_angles.{name}"))
    turn, count = form.number("turn"), int(form.chosen("gabors"))
    plot = Plot(0, 180, 0, TOP, WIDTH, HEIGHT)
    turns = [step * STEP for step in range(int(180 / STEP) + 1)]
    found = [answers(one, count) for one in turns]
    now = answers(turn, count)
    lines = {
        "first": [one.each[0] for one in found],
        "most": [one.most for one in found],
        "energy": [one.energy for one in found],
    }
    return {
        "fields": form.filled, "turn": turn, "count": count, "now": now, "width": WIDTH, "height": HEIGHT,
        "angles": [180 * at / count for at in range(count)], "top": TOP, "mark": plot.point(turn, 0)[0],
        "bars": [one / TOP * HEIGHT for one in now.each], "bar": _bar(turn),
        "lines": [(name, curve_path(list(zip(turns, line, strict=True)), plot)) for name, line in lines.items()],
        "lowest": {name: min(line) for name, line in lines.items()},
    }  # fmt: skip


@lru_cache(maxsize=256)
def answers(turn: float, count: int) -> Answers:
    """What `count` Gabors, their angles spread evenly over half a turn, answer to the bar turned by `turn` degrees."""
    bank = ",".join(f"gabor(angle={180 * at / count:g})" for at in range(count))
    maps = pattern("bar")
    for layer in parse_stack(f"gray|rotate({turn:g})|conv({bank})|relu").layers:
        maps = layer.forward(maps)
    exact = maps.astype(np.float64)
    each = tuple(float(one.max()) for one in exact)
    return Answers(each, max(each), math.sqrt(float(np.square(exact).sum(axis=0).max())))


def _bar(turn: float) -> str:
    maps = pattern("bar")
    for layer in parse_stack(f"gray|rotate({turn:g})").layers:
        maps = layer.forward(maps)
    return data_url(map_png(maps[0], choose_scale(0.0, 1.0, "gray")))
