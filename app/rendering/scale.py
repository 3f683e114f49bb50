"""Colour scales: which value gets which of a colour map's 256 colours, and the numbers of the legend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.rendering.colormaps import COLOR_MAPS, Colors, Rgb

# Inside these spans single precision neither overflows nor underflows on the way to 0..255.
_NARROWEST, _WIDEST = 1e-30, 1e37


@dataclass(frozen=True)
class Scale:
    """Values low..high painted with a colour map; values outside take the nearer end's colour.

    A diverging scale is symmetric, so that its middle is exactly 0.
    """

    low: float
    high: float
    colors: Colors

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"a scale needs finite low < high, not {self.low!r}, {self.high!r}")
        if self.colors == "diverging" and self.low != -self.high:
            raise ValueError(f"a diverging scale is symmetric about 0, not {self.low!r}..{self.high!r}")

    @property
    def ticks(self) -> tuple[float, ...]:
        """The legend's numbers: both ends, and 0 where it lies between them."""
        return (self.low, 0.0, self.high) if self.low < 0 < self.high else (self.low, self.high)

    def position(self, value: float) -> float:
        """Where on the legend a value stands: 0 at low, 1 at high, the ends outside."""
        return min(1.0, max(0.0, (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)))

    def color(self, value: float) -> Rgb:
        """The colour of one value."""
        red, green, blue = COLOR_MAPS[self.colors][int(to_indices(np.array([[value]]), self)[0, 0])].tolist()
        return red, green, blue


def choose_scale(low: float, high: float, colors: Colors | Literal["auto"] = "auto") -> Scale:
    """The scale for values from low to high: those of a map, a layer or a whole stack.

    auto goes by sign: anything below 0 is diverging, the rest sequential. Every scale contains 0, so a flat
    map shows its height instead of an arbitrary colour, and strengths compare; a map of zeros is 0..1 (±1).
    """
    if colors == "auto":
        colors = "diverging" if low < 0 else "sequential"
    if colors == "diverging":
        size = max(abs(low), abs(high)) or 1.0
        return Scale(-size, size, colors)
    low, high = min(0.0, low), max(0.0, high)
    return Scale(low, high if low < high else 1.0, colors)


def to_indices(plane: NDArray[Any], scale: Scale) -> NDArray[np.uint8]:
    """Colour indices 0..255 of finite values, rounded to the nearest.

    On a diverging scale 0 is 128, and x and -x lie equally far from it (but for the end 255).
    """
    span = scale.high - scale.low
    kind = np.float32 if plane.dtype == np.float32 and _NARROWEST < span < _WIDEST else np.float64
    work: NDArray[np.floating[Any]] = np.array(plane, dtype=kind, order="C")
    with np.errstate(over="ignore", under="ignore"):  # values far outside the scale are cut to it below
        if scale.colors == "diverging":
            # from the middle out, so that 0 is exact and both signs round alike
            work /= scale.high
            work *= 127.5
            np.rint(work, out=work)
            work += 128.0
        else:
            if scale.low:
                work -= scale.low
            work /= span
            work *= 255.0
            work += 0.5
    np.clip(work, 0.0, 255.0, out=work)
    return work.astype(np.uint8)
