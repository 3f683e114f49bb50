"""Cells of a stage that the next layer never reads: at the end of an axis, or between its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.domain.fields import Plane, Window
from app.domain.windows import Sliding


@dataclass(frozen=True)
class Unread:
    """Rows and columns that no window reads: `tail` counts those at the end, `between` the others.

    `tail_path` and `between_path` are SVG paths in cells of the stage that is read.
    """

    tail: tuple[int, int] = (0, 0)
    between: tuple[int, int] = (0, 0)
    tail_path: str = ""
    between_path: str = ""

    @property
    def any(self) -> bool:
        return bool(self.tail_path or self.between_path)


NOTHING = Unread()


def unread_by(window: Window) -> Unread:
    """What a sliding window leaves out; a cell that padding copies is read."""
    if not (
        isinstance(window, Plane) and isinstance(window.rows, Sliding) and isinstance(window.cols, Sliding)
    ):
        return NOTHING
    height, width = window.rows.inputs, window.cols.inputs
    (gap_rows, tail_rows), (gap_cols, tail_cols) = _missed(window.rows), _missed(window.cols)
    return Unread(
        tail=(len(tail_rows), len(tail_cols)),
        between=(len(gap_rows), len(gap_cols)),
        tail_path=_across(tail_rows, width) + _down(tail_cols, height - len(tail_rows)),
        between_path=_across(gap_rows, width - len(tail_cols)) + _down(gap_cols, height - len(tail_rows)),
    )


@lru_cache(maxsize=256)  # a few numbers each; the same windows come with every move of a slider
def _missed(axis: Sliding) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(between the windows, at the end): the real cells of an axis that no output reads."""
    read = _read(axis)
    end = max(read, default=-1) + 1
    return tuple(sorted(set(range(end)) - read)), tuple(range(end, axis.inputs))


def _read(axis: Sliding) -> set[int]:
    """The real cells that any output reads, padding's copies included; a tap at a time, not a cell."""
    reads: set[int] = set()
    for tap in range(axis.size):
        first = axis.dilation * tap - axis.before
        reads.update(
            range(first, first + axis.stride * axis.outputs, axis.stride) if axis.stride else [first]
        )
    outside = reads - set(range(axis.inputs))
    copied = {source for index in outside if (source := axis.source(index)) is not None}
    return (reads - outside) | copied


def _across(rows: Sequence[int], width: int) -> str:
    return "".join(f"M0 {first}H{width}V{last + 1}H0Z" for first, last in _runs(rows))


def _down(cols: Sequence[int], height: int) -> str:
    return "".join(f"M{first} 0H{last + 1}V{height}H{first}Z" for first, last in _runs(cols))


def _runs(cells: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for cell in cells:
        if runs and runs[-1][1] == cell - 1:
            runs[-1] = (runs[-1][0], cell)
        else:
            runs.append((cell, cell))
    return runs
