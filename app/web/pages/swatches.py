"""Kernels as small tables of their real numbers, each cell with a step of the signed colour scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.layers.kernel_bank import KernelSpec

STEPS = 32  # classes .d0 to .d32 of scales.css, 16 is zero
READABLE = 7  # a wider kernel is drawn without numbers


@dataclass(frozen=True)
class SwatchCell:
    """A kernel's number as written on the swatch, its class of colour, and the whole number."""

    text: str
    step: int
    value: float


@dataclass(frozen=True)
class Swatch:
    """A kernel: its name, its text in the notation, and its cells row by row."""

    name: str
    text: str
    rows: tuple[tuple[SwatchCell, ...], ...]
    readable: bool


def swatch(spec: KernelSpec) -> Swatch:
    """Draw a kernel; of one with slices, the first."""
    matrix = spec.slices[0]
    largest = float(np.abs(matrix).max()) or 1.0
    rows = tuple(
        tuple(SwatchCell(short(float(v)), round((float(v) / largest + 1) / 2 * STEPS), float(v)) for v in row)
        for row in matrix
    )
    return Swatch(spec.name or "[…]", spec.text, rows, max(matrix.shape) <= READABLE)


def short(value: float) -> str:
    """About three digits without the leading zero, with a true minus: ``.118``, ``−2``, ``1.5``."""
    if value == 0:
        return "0"
    text = f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".") if float(text).is_integer() or abs(value) >= 1 else text.rstrip("0")
    if float(text) == 0:
        text = f"{value:.0e}"
    return (
        text.replace("-", "−").replace("−0.", "−.").removeprefix("0")
        if abs(value) < 1
        else text.replace("-", "−")
    )
