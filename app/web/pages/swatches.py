"""Kernels as small tables of their real numbers and as pictures, coloured on the signed scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.layers.kernel_bank import KernelSpec
from app.rendering.colormaps import COLOR_MAPS
from app.rendering.png import data_url, rgb8_png
from app.rendering.scale import choose_scale, to_indices

STEPS = 32  # classes .d0 to .d32 of scales.css, 16 is zero
READABLE = 7  # a wider kernel is drawn without numbers

Numbers = NDArray[np.floating]


@dataclass(frozen=True)
class SwatchCell:
    """A kernel's number as written on the swatch, and its class of colour."""

    text: str
    step: int


@dataclass(frozen=True, eq=False)
class Drawn:
    """One matrix of numbers, coloured by its largest magnitude or by a given one."""

    matrix: Numbers
    largest: float = 0.0

    @property
    def size(self) -> float:
        return self.largest or float(np.abs(self.matrix).max()) or 1.0

    @property
    def readable(self) -> bool:
        return int(max(self.matrix.shape)) <= READABLE

    @property
    def cols(self) -> int:
        return int(self.matrix.shape[1])

    @cached_property
    def rows(self) -> tuple[tuple[SwatchCell, ...], ...]:
        """The cells of a table."""
        return tuple(
            tuple(SwatchCell(short(v), round((v / self.size + 1) / 2 * STEPS)) for v in row)
            for row in self.matrix.tolist()
        )

    @cached_property
    def picture(self) -> str:
        """The matrix as a picture in an address of its own, one pixel a cell."""
        scale = choose_scale(-self.size, self.size, "diverging")
        pixels = COLOR_MAPS["diverging"][to_indices(self.matrix.astype(np.float32), scale)]
        return data_url(rgb8_png(pixels))


@dataclass(frozen=True, eq=False)
class Swatch:
    """A kernel: its name, its text in the notation, and its slices; most kernels have one."""

    name: str
    text: str
    slices: tuple[Drawn, ...]

    @property
    def values(self) -> str:
        """All numbers for the kernel's editor: slices parted by ``|``, rows by ``;``, cells by commas."""
        return "|".join(
            ";".join(",".join(repr(v) for v in row) for row in one.matrix.tolist()) for one in self.slices
        )


def swatch(spec: KernelSpec) -> Swatch:
    """Draw a kernel, its slices on one scale of colours."""
    largest = max(float(np.abs(matrix).max()) for matrix in spec.slices)
    return Swatch(spec.name or "[…]", spec.text, tuple(Drawn(matrix, largest) for matrix in spec.slices))


def short(value: float) -> str:
    """About three digits without the leading zero, with a true minus: ``.118``, ``−2``, ``1.5``, ``1e9``."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        digits, _, power = f"{value:.2e}".partition("e")
        plain = f"{value:.0f}"
        return (plain if abs(value) < 1e5 else f"{float(digits):g}e{int(power)}").replace("-", "−")
    text = f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".") if float(text).is_integer() or abs(value) >= 1 else text.rstrip("0")
    if float(text) == 0:
        digit, _, power = f"{value:.0e}".partition("e")
        text = f"{digit}e{int(power)}"
    return (
        text.replace("-", "−").replace("−0.", "−.").removeprefix("0")
        if abs(value) < 1
        else text.replace("-", "−")
    )
