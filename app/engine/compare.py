"""Two stages side by side: their difference, its numbers, and the part that no border has touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from app.compute.resample import rotate
from app.domain.errors import UserError, no_such_cell
from app.domain.fields import Plane, Turned, Window
from app.domain.windows import AxisWindow
from app.engine.trace import Stage, Trace, require
from app.layers.base import Array

Mask = NDArray[np.bool_]  # (rows, columns)
SAME = 1e-6  # relative to the largest value of both: less is the rounding of float32


@dataclass(frozen=True)
class Numbers:
    """Of some cells: how many, how many differ, and the largest and mean size of the difference."""

    cells: int
    differing: int
    max: float
    mean: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """`difference` = first − second, (maps, rows, columns); `inside` is true where no field met a border.

    `size` and `other_size` are the mean sizes of the maps themselves, to measure the difference by; cells
    differ where they do by more than `tolerance`.
    """

    difference: Array
    inside: Mask
    whole: Numbers
    inner: Numbers
    size: float
    other_size: float
    tolerance: float


def compare(
    trace: Trace, other: Trace, stage: int, other_stage: int, channel: int | None = None
) -> Comparison:
    """The maps of a stage of one trace less those of a stage of another; one map, or all.

    Raises
    ------
    UserError
        `compare_shapes`, `no_such_stage`, `no_such_cell`, or a trace's refusal.
    """
    first, second = require(trace, stage), require(other, other_stage)
    if first.shape != second.shape:
        raise UserError("compare_shapes", shape=_times(first), other=_times(second))
    if channel is not None and channel >= first.shape[0]:
        raise no_such_cell(first.shape, stage, channel)
    chosen = slice(None) if channel is None else slice(channel, channel + 1)
    one, two = first.maps[chosen], second.maps[chosen]
    difference = one - two
    inside = untouched(trace, stage) & untouched(other, other_stage)
    tolerance = SAME * max(1.0, float(np.abs(one).max()), float(np.abs(two).max()))
    sizes = np.abs(difference)
    return Comparison(
        difference=difference,
        inside=inside,
        whole=_numbers(sizes, tolerance),
        inner=_numbers(sizes[:, inside], tolerance),
        size=float(np.abs(one).mean(dtype=np.float64)),
        other_size=float(np.abs(two).mean(dtype=np.float64)),
        tolerance=tolerance,
    )


def untouched(trace: Trace, stage: int) -> Mask:
    """The cells of a stage whose way back to the photo reads no cell outside of any stage."""
    inner = np.ones(trace.stages[0].shape[1:], dtype=bool)
    for window, after in zip(trace.windows[:stage], trace.stages[1 : stage + 1], strict=True):
        inner = _carried(window, inner, after.shape[1:])
    return inner


def _carried(window: Window, inner: Mask, shape: Sequence[int]) -> Mask:
    if isinstance(window, Turned):
        # what comes from outside turns to 0, so that only whole cells of untouched ones stay at 1
        return np.asarray(rotate(inner[None].astype(np.float32), window.degrees)[0] > 1 - 1e-4)
    assert isinstance(window, Plane)
    down = np.stack([_all(inner, window.rows, row, 0) for row in range(shape[0])], axis=0)
    return np.stack([_all(down, window.cols, col, 1) for col in range(shape[1])], axis=1)


def _all(inner: Mask, axis: AxisWindow, output: int, along: int) -> Mask:
    """Whether all that a row (or column) of outputs reads is untouched."""
    taps = axis.taps(output)
    if any(not 0 <= tap < axis.inputs for tap in taps):
        return np.zeros(inner.shape[1 - along], dtype=bool)
    lines = [inner.take(tap, axis=along) for tap in taps]
    return reduce(np.logical_and, lines, np.ones(inner.shape[1 - along], dtype=bool))


def _numbers(sizes: Array, tolerance: float) -> Numbers:
    if not sizes.size:
        return Numbers(0, 0, 0.0, 0.0)
    differing = int((sizes > tolerance).sum())
    return Numbers(sizes.size, differing, float(sizes.max()), float(sizes.mean(dtype=np.float64)))


def _times(stage: Stage) -> str:
    return " × ".join(map(str, stage.shape))
