"""The size formula of a layer in pieces that the page colours by their role."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.shapes import AxisFormula, Formula


@dataclass(frozen=True)
class Part:
    """A piece of the size formula; `role` names its colour: kernel, padding, stride or none."""

    text: str
    role: str = ""


_SIGNS = (
    (r"floor\((.*)\)(?=[^()]*$)", r"⌊\1⌋"),
    (r"ceil\((.*)\)(?=[^()]*$)", r"⌈\1⌉"),
    (r"->", "→"),
    (r"\*", "·"),
    (r"-", "−"),
)


def typeset(formula: str, rows: str, cols: str) -> str:
    """A refusal's formula, written in plain characters, with the signs of the others; `rows` and `cols` name axes."""
    lines = []
    for line in formula.split("; "):
        for written, sign in _SIGNS:
            line = re.sub(written, sign, line)
        lines.append(re.sub("^rows ", f"{rows} ", re.sub("^columns ", f"{cols} ", line)))
    return "; ".join(lines)


def formula_parts(formula: Formula) -> tuple[tuple[Part, ...], ...]:
    """The size formula in pieces: one line where both axes agree, else one an axis; none if unchanged."""
    if formula.rows.kind == formula.cols.kind == "same":
        return ()
    axes = [formula.rows] if formula.rows == formula.cols else [formula.rows, formula.cols]
    return tuple(_axis_parts(axis) for axis in axes)


def _axis_parts(axis: AxisFormula) -> tuple[Part, ...]:
    if axis.kind == "transposed":
        return (
            Part(f"({axis.inputs} − 1)·"),
            Part(str(axis.stride), "step"),
            Part(f" − 2·{axis.before} + "),
            Part(f"{axis.dilation}·({axis.kernel} − 1)", "k"),
            Part(f" + {axis.after} + 1 = {axis.outputs}"),
        )
    if axis.kind != "sliding":
        return (Part(f"{axis.inputs} → {axis.outputs}"),)
    opening, closing = ("⌈", "⌉") if axis.ceil else ("⌊", "⌋")
    padding = [Part(" + 2·"), Part(str(axis.before), "pad")]
    if axis.before != axis.after:
        padding = [Part(" + "), Part(f"{axis.before} + {axis.after}", "pad")]
    taps = [Part(" − "), Part(str(axis.kernel), "k")]
    if axis.dilation > 1:
        taps = [Part(" − "), Part(f"{axis.dilation}·({axis.kernel} − 1)", "k"), Part(" − 1")]
    return (
        Part(f"{opening}({axis.inputs}"),
        *padding,
        *taps,
        Part(") / "),
        Part(str(axis.stride), "step"),
        Part(f"{closing} + 1 = {axis.outputs}"),
    )
