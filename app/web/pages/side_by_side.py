"""Maps as a lesson's view draws them beside their difference, and stacks built for a comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.compare import Comparison
from app.rendering.maps import map_png
from app.rendering.png import data_url
from app.rendering.scale import Scale, choose_scale

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Panel:
    """A map as a picture with its scale; `hatched` covers the cells that a border has touched."""

    name: str
    rows: int
    cols: int
    png: str
    scale: Scale
    hatched: str = ""


@dataclass(frozen=True)
class Measured:
    """How two maps differ: in all, away from the border, and against the size of the second."""

    comparison: Comparison
    panels: tuple[Panel, ...]

    @property
    def alike(self) -> bool:
        """Whether they are equal where no border had a hand in it."""
        return self.comparison.inner.differing == 0


def panel(name: str, plane: Plane, scale: Scale, inside: NDArray[np.bool_] | None = None) -> Panel:
    """Draw one map (rows, cols)."""
    hatched = "" if inside is None else runs(~inside)
    return Panel(name, plane.shape[0], plane.shape[1], data_url(map_png(plane, scale)), scale, hatched)


def common_scale(*planes: Plane) -> Scale:
    """One scale for all of them."""
    return choose_scale(float(min(one.min() for one in planes)), float(max(one.max() for one in planes)))


def difference_of(found: Comparison) -> Panel:
    """The first map of the difference, coloured about 0; what a border has touched is hatched.

    Where no cell differs, the scale is the map's own, so that rounding is not blown up to a picture.
    """
    largest = float(np.abs(found.difference).max()) if found.whole.differing else found.other_size or 1.0
    return panel(
        "difference", found.difference[0], choose_scale(-largest, largest, "diverging"), found.inside
    )


def runs(cells: NDArray[np.bool_]) -> str:
    """Cells as a path: every row's runs as flat rectangles, in units of a cell."""
    path = []
    for row, line in enumerate(np.pad(cells.astype(np.int8), ((0, 0), (1, 1)))):
        steps = np.flatnonzero(np.diff(line))
        path += [
            f"M{start} {row}h{end - start}v1h{start - end}z"
            for start, end in zip(steps[::2], steps[1::2], strict=True)
        ]
    return "".join(path)


def joined(*parts: str) -> str:
    """Parts of a stack's line; empty ones are left out."""
    return "|".join(part for part in parts if part)
