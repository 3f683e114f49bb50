"""Kernels as coloured cells with short numbers, for templates to draw without inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.rendering.colormaps import hex_color, ink_on
from app.rendering.scale import choose_scale

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class SwatchCell:
    """One cell: its place, value, short text, background and readable ink (#rrggbb, for SVG's fill)."""

    row: int
    col: int
    value: float
    text: str
    fill: str
    ink: str


def swatch(
    matrix: Sequence[Sequence[float]], decimal: Literal[".", ","] = "."
) -> tuple[tuple[SwatchCell, ...], ...]:
    """The cells of a kernel, row by row, on the diverging scale of its largest magnitude."""
    size = max((abs(value) for row in matrix for value in row), default=0.0)
    scale = choose_scale(-float(size), float(size), "diverging")
    rows = []
    for r, values in enumerate(matrix):
        colors = [scale.color(value) for value in values]
        rows.append(
            tuple(
                SwatchCell(r, c, float(value), short_number(value, decimal), hex_color(color), ink_on(color))
                for c, (value, color) in enumerate(zip(values, colors, strict=True))
            )
        )
    return tuple(rows)


def short_number(value: float, decimal: Literal[".", ","] = ".") -> str:
    """About three significant digits in few signs: '.021', '−1', '2.5', '128', '4e−5'.

    With a true minus and no zero before the point.
    """
    size = abs(float(value))
    if size == 0:
        return "0"
    if size < 0.0005 or size >= 99999.5:
        digits, exponent = f"{size:.0e}".split("e")
        text = f"{digits}e{int(exponent)}".replace("-", MINUS)
    else:
        places = 3 if size < 1 else 2 if size < 10 else 1 if size < 100 else 0
        text = f"{size:.{places}f}"
        if places:
            text = text.rstrip("0").rstrip(".")
        if text.startswith("0."):
            text = text[1:]
    return (MINUS if value < 0 else "") + text.replace(".", decimal)
