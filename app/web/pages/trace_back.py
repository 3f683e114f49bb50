"""The way back from a cell, one cell a stage: the winner of a pool, else the middle of what was read."""

from __future__ import annotations

from app.domain.fields import Plane, Turned
from app.domain.windows import AxisWindow
from app.engine.cells import Place, explain
from app.engine.trace import Trace


def trace_back(trace: Trace, place: Place) -> tuple[Place, ...]:
    """One cell of every stage, the photo's first and `place` last."""
    found = [place]
    while found[0].stage > 0:
        found.insert(0, _before(trace, found[0]))
    return tuple(found)


def _before(trace: Trace, place: Place) -> Place:
    """The cell that `place` is followed back to."""
    layer = trace.layer(place.stage)
    assert layer is not None  # the photo has no stage before it
    shape = trace.stages[place.stage - 1].shape
    if layer.recipe == "max":
        told = explain(trace, place)
        assert told is not None  # as above
        assert told.winner is not None  # a maximum has one
        return Place(place.stage - 1, told.winner.channel, told.winner.row, told.winner.col)
    channel = layer.reads(place.channel, shape)[0]
    window = layer.channel_window(place.channel, shape)
    if isinstance(window, Turned):
        row, col = window.origin(place.row, place.col)
        return Place(place.stage - 1, channel, _inside(round(row), shape[1]), _inside(round(col), shape[2]))
    assert isinstance(window, Plane)  # there are no other windows
    return Place(place.stage - 1, channel, _middle(window.rows, place.row), _middle(window.cols, place.col))


def _middle(axis: AxisWindow, output: int) -> int:
    """The middle cell that an output reads; padding stands for what it copies, or for the nearest cell."""
    taps = axis.taps(output)
    if not taps:
        return _inside(output, axis.inputs)
    source = axis.source(taps[len(taps) // 2])
    return source if source is not None else _inside(taps[len(taps) // 2], axis.inputs)


def _inside(index: int, length: int) -> int:
    return min(max(index, 0), length - 1)
