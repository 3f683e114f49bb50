"""Receptive fields: a cell's region pulled back window by window to every earlier stage, and pushed forward.

Size, jump and start follow Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill 2019; boxes and cells are exact, at borders and with dilation too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from app.domain.windows import EMPTY, AxisWindow, Sliding, Span, sources


@dataclass(frozen=True)
class Box:
    """A region of a stage: rows and columns, both ends included; may lie outside the picture."""

    rows: Span
    cols: Span

    @classmethod
    def cell(cls, row: int, col: int) -> Box:
        return cls(Span(row, row), Span(col, col))


@dataclass(frozen=True)
class Cells:
    """The real cells of a field, as the rows and columns it reads (every pair of them)."""

    rows: tuple[int, ...]
    cols: tuple[int, ...]


class Window(Protocol):
    """What a layer reads, in the plane and among the channels."""

    def pull(self, box: Box) -> Box:
        """The nominal box of inputs that a box of outputs reads."""
        ...

    def push(self, box: Box) -> Box:
        """The outputs that a box of inputs feeds."""
        ...

    def sources(self, cells: Cells) -> Cells:
        """The real input cells behind some output cells."""
        ...

    @property
    def jump(self) -> tuple[Fraction, Fraction]: ...


@dataclass(frozen=True)
class Plane:
    """A window whose rows and columns are independent: nearly every layer's."""

    rows: AxisWindow
    cols: AxisWindow

    def pull(self, box: Box) -> Box:
        return Box(self.rows.pull(box.rows), self.cols.pull(box.cols))

    def push(self, box: Box) -> Box:
        return Box(self.rows.push(box.rows), self.cols.push(box.cols))

    def sources(self, cells: Cells) -> Cells:
        return Cells(sources(self.rows, cells.rows), sources(self.cols, cells.cols))

    @property
    def jump(self) -> tuple[Fraction, Fraction]:
        return self.rows.jump, self.cols.jump


@dataclass(frozen=True)
class Turned:
    """The window of a rotation by `degrees` counter-clockwise about the centre, bilinear.

    Output (r, c) reads around R^-1 (r, c); rows and columns depend on each other, so boxes are the hull
    of the turned corners. Quarter turns read exactly one cell.
    """

    rows: int
    cols: int
    degrees: float

    @property
    def quarter(self) -> int | None:
        """Number of quarter turns when the rotation is exact, else None."""
        turns = self.degrees / 90
        return int(turns) % 4 if turns == int(turns) else None

    @property
    def output(self) -> tuple[int, int]:
        return (self.cols, self.rows) if self.quarter in (1, 3) else (self.rows, self.cols)

    @property
    def jump(self) -> tuple[Fraction, Fraction]:
        return Fraction(1), Fraction(1)

    def origin(self, row: float, col: float) -> tuple[float, float]:
        """Where in the input the output cell (row, col) is read, in cells."""
        exact = {
            0: (row, col),
            1: (col, self.cols - 1 - row),
            2: (self.rows - 1 - row, self.cols - 1 - col),
            3: (self.rows - 1 - col, row),
        }
        if self.quarter is not None:
            return exact[self.quarter]
        angle = math.radians(self.degrees)
        down, right = row - (self.rows - 1) / 2, col - (self.cols - 1) / 2
        return (
            (self.rows - 1) / 2 + math.cos(angle) * down + math.sin(angle) * right,
            (self.cols - 1) / 2 - math.sin(angle) * down + math.cos(angle) * right,
        )

    def pull(self, box: Box) -> Box:
        return self._hull(box, self.origin)

    def push(self, box: Box) -> Box:
        back = Turned(*self.output, -self.degrees)
        if not box.rows.size or not box.cols.size:
            return Box(EMPTY, EMPTY)
        grown = box if self.quarter is not None else _grow(box)  # a bilinear read reaches one cell around
        hull = self._hull(grown, back.origin)
        rows, cols = self.output
        return Box(hull.rows.clip(rows), hull.cols.clip(cols))

    def sources(self, cells: Cells) -> Cells:
        if not cells.rows or not cells.cols:
            return Cells((), ())
        box = self.pull(Box(Span(cells.rows[0], cells.rows[-1]), Span(cells.cols[0], cells.cols[-1])))
        rows, cols = box.rows.clip(self.rows), box.cols.clip(self.cols)
        return Cells(tuple(range(rows.first, rows.last + 1)), tuple(range(cols.first, cols.last + 1)))

    def _hull(self, box: Box, origin: object) -> Box:
        assert callable(origin)
        if not box.rows.size or not box.cols.size:
            return Box(EMPTY, EMPTY)
        corners = [
            origin(r, c) for r in (box.rows.first, box.rows.last) for c in (box.cols.first, box.cols.last)
        ]
        near = 1e-9  # so that a corner that falls on a cell reads that cell alone
        rows, cols = [r for r, _ in corners], [c for _, c in corners]
        return Box(
            Span(math.floor(min(rows) + near), math.ceil(max(rows) - near)),
            Span(math.floor(min(cols) + near), math.ceil(max(cols) - near)),
        )


@dataclass(frozen=True)
class Field:
    """A stage's receptive field in the photo, as published tables give it.

    `size` is that of an inner cell, `jump` how far the field moves per cell, `start` the top-left cell
    [row, column] of the first cell's field (negative: padding).
    """

    size: tuple[int, int]
    jump: tuple[Fraction, Fraction]
    start: tuple[int, int]


def pull_back(windows: Sequence[Window], box: Box) -> list[Box]:
    """The box on every stage, photo first; the last entry is `box` itself."""
    boxes = [box]
    for window in reversed(windows):
        boxes.append(window.pull(boxes[-1]))
    return boxes[::-1]


def pull_cells(windows: Sequence[Window], cells: Cells) -> list[Cells]:
    """The real cells read on every stage, photo first."""
    found = [cells]
    for window in reversed(windows):
        found.append(window.sources(found[-1]))
    return found[::-1]


def receptive_field(windows: Sequence[Window], shape: tuple[int, int]) -> Field:
    """The field of a stage of (rows, columns) cells behind `windows`, photo first."""
    row, col = shape[0] // 2, shape[1] // 2
    # transposed layers and the like give neighbouring cells fields of different size: the largest nearby counts
    nearby = range(1 if all(_is_alike(window) for window in windows) else 8)
    inner = [
        pull_back(windows, Box.cell(min(row + step, shape[0] - 1), min(col + step, shape[1] - 1)))[0]
        for step in nearby
    ]
    first = pull_back(windows, Box.cell(0, 0))[0]
    jump = (Fraction(1), Fraction(1))
    for window in windows:
        jump = (jump[0] * window.jump[0], jump[1] * window.jump[1])
    return Field(
        size=(max(box.rows.size for box in inner), max(box.cols.size for box in inner)),
        jump=jump,
        start=(first.rows.first, first.cols.first),
    )


def _is_alike(window: Window) -> bool:
    """Whether fields of equal size lead to fields of equal size, wherever they are."""
    return isinstance(window, Plane) and isinstance(window.rows, Sliding) and isinstance(window.cols, Sliding)


def _grow(box: Box) -> Box:
    return Box(Span(box.rows.first - 1, box.rows.last + 1), Span(box.cols.first - 1, box.cols.last + 1))
