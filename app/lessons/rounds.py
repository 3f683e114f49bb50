"""A further round of a lesson's question: its numbers are those of the scene on the page, right and wrong by rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from app.domain.fields import Plane, Window
from app.domain.shapes import Formula
from app.domain.windows import AxisWindow, sources
from app.engine.trace import Trace
from app.layers.banked import BankLayer
from app.layers.base import Layer, Off
from app.lessons.arithmetic import Expression
from app.lessons.model import Option, Question, Text

# what a round may name of a scene; `layer` says whose numbers the ones of a layer are
FACTS = (
    "rows", "cols", "channels", "out_rows", "out_cols", "maps", "k", "k_cols", "s", "p", "d", "weights",
    "multiply_adds", "kernels", "kernel_sum", "kernel_first", "kernel_last", "kernel_right", "flip", "s_cols",
    "p_cols", "map_first", "map_last", "pairs", "layers",
    "slid", "reach", "field", "jump", "photo_rows", "photo_cols", "photo_channels",
)  # fmt: skip
MOST_OPTIONS = 4


class Write(Protocol):
    """Writes a number in a language, as the page does."""

    def __call__(self, value: float, language: str) -> str: ...


@dataclass(frozen=True)
class Rule:
    """How an answer comes about; `option` has ``{value}`` and the round's other numbers still in its texts."""

    value: Expression
    option: Option


@dataclass(frozen=True)
class Round:
    """A question whose numbers come from the page: `settings` are numbers of the address with their usual values."""

    text: Text
    rules: tuple[Rule, ...]
    layer: int = 0  # 0: the last one
    settings: Mapping[str, float] | None = None
    named: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A round with its numbers put in, as a question like any other."""

    question: Question
    numbers: Mapping[str, float]


def draw(asked: Round, trace: Trace, given: Mapping[str, str], write: Write) -> Drawn | None:
    """Put the scene's numbers into a round; None where they leave no question: no right answer, or no wrong one.

    `given` is the address, `write` writes a number in a language. Answers that agree are given once.
    """
    numbers = facts(trace, asked.layer)
    for name, usual in (asked.settings or {}).items():
        numbers[name] = _number(given.get(name, ""), usual)
    for name, expression in asked.named:
        numbers[name] = expression.value(numbers)
    found: dict[str, tuple[float, Rule]] = {}
    for rule in sorted(asked.rules, key=lambda one: not one.option.right):
        value = rule.value.value(numbers)
        written = write(value, "en") if math.isfinite(value) else ""
        if rule.option.right and not written:
            return None
        if written and written not in found:
            found[written] = (value, rule)
    if len(found) < 2:
        return None
    kept = sorted(list(found.values())[:MOST_OPTIONS], key=lambda one: one[0])
    try:
        options = tuple(_option(value, rule.option, numbers, write) for value, rule in kept)
        return Drawn(Question(_filled(asked.text, numbers, write), options, asked), numbers)
    except KeyError:  # a sentence names a number that this scene has not
        return None


def _option(value: float, option: Option, numbers: Mapping[str, float], write: Write) -> Option:
    own = {**numbers, "value": value}
    return replace(option, text=_filled(option.text, own, write), says=_filled(option.says, own, write))


def _filled(text: Text, numbers: Mapping[str, float], write: Write) -> Text:
    known = {name: value for name, value in numbers.items() if math.isfinite(value)}
    return {
        language: words.format(**{name: write(value, language) for name, value in known.items()})
        for language, words in text.items()
    }


def _number(text: str, usual: float) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return usual
    return value if math.isfinite(value) else usual


def facts(trace: Trace, layer: int = 0) -> dict[str, float]:
    """The scene's numbers by name; a layer's own are left out where it has none."""
    last = len(trace.stages) - 1
    at = min(layer or last, last)
    photo = trace.stages[0].shape
    found: dict[str, float] = {
        "photo_channels": photo[0], "photo_rows": photo[1], "photo_cols": photo[2], "layers": last,
        "field": trace.field(last).size[0], "jump": float(trace.field(last).jump[0]),
        **_slid(trace),
    }  # fmt: skip
    made = trace.layer(at)
    if made is None:
        return found | {"rows": photo[1], "cols": photo[2], "channels": photo[0]}
    before, after = trace.stages[at - 1].shape, trace.stages[at].shape
    found |= {
        "channels": before[0], "rows": before[1], "cols": before[2],
        "maps": after[0], "out_rows": after[1], "out_cols": after[2],
        "weights": made.parameter_count(before), "multiply_adds": made.multiply_adds(before),
        "map_first": float(trace.stages[at].maps[0, 0, 0]), "map_last": float(trace.stages[at].maps[0, -1, -1]),
    }  # fmt: skip
    return found | _sizes(made.formula(before)) | _kernel(made) | _pairs(made.window(before))


def _slid(trace: Trace) -> dict[str, float]:
    """How many layers slide a window, and the sum of their windows' sizes."""
    formulas = (trace.formula(stage) for stage in range(1, len(trace.stages)))
    sizes = [one.rows.kernel for one in formulas if one is not None and one.rows.kind == "sliding"]
    return {"slid": len(sizes), "reach": sum(sizes)}


def _pairs(window: Window) -> dict[str, float]:
    """How many pairs of an output and a real input cell a channel joins: the places of its matrix."""
    if not isinstance(window, Plane):
        return {}
    return {"pairs": _joined(window.rows) * _joined(window.cols)}


def _joined(axis: AxisWindow) -> int:
    return sum(len(sources(axis, [output])) for output in range(axis.outputs))


def _sizes(formula: Formula) -> dict[str, float]:
    rows = formula.rows
    return {
        "k": rows.kernel, "k_cols": formula.cols.kernel, "s": rows.stride, "d": rows.dilation,
        "p": rows.before + rows.after, "s_cols": formula.cols.stride,
        "p_cols": formula.cols.before + formula.cols.after,
    }  # fmt: skip


def _kernel(layer: Layer) -> dict[str, float]:
    """The first kernel's sum and corners as it is written, and whether the layer turns it."""
    inner = layer.layer if isinstance(layer, Off) else layer
    if not isinstance(inner, BankLayer):
        return {}
    cells = inner.kernels[0].slices[0]
    return {
        "kernels": len(inner.kernels), "flip": float(inner.flip), "kernel_sum": float(cells.sum()),
        "kernel_first": float(cells[0, 0]), "kernel_last": float(cells[-1, -1]),
        "kernel_right": float(cells[0, -1]),
    }  # fmt: skip
