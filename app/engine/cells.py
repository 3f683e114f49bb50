"""One cell opened: the arithmetic behind its value, and its boxes on every earlier stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import no_such_cell
from app.domain.fields import Box, Cells, Window, pull_back, pull_cells
from app.domain.shapes import Shape
from app.engine.trace import Stage, Trace, require
from app.layers.base import Layer
from app.layers.explanation import Explanation


@dataclass(frozen=True)
class StageBox:
    """A cell's field on an earlier stage: the nominal box (may lie outside), and the real cells read."""

    stage: int
    box: Box
    cells: Cells
    clipped: bool


@dataclass(frozen=True)
class Place:
    """The address of one cell."""

    stage: int
    channel: int
    row: int
    col: int


def check_place(trace: Trace, place: Place) -> Stage:
    """The stage that holds the cell.

    Raises
    ------
    UserError
        `no_such_cell`, with the stage's shape.
    """
    stage = require(trace, place.stage)
    if not has_place(trace, place):
        raise no_such_cell(stage.shape, place.stage, place.channel, place.row, place.col)
    return stage


def has_place(trace: Trace, place: Place) -> bool:
    """Whether a trace has maps at a place."""
    if not 0 <= place.stage < len(trace.stages):
        return False
    channels, rows, cols = trace.stages[place.stage].shape
    return 0 <= place.channel < channels and 0 <= place.row < rows and 0 <= place.col < cols


def boxes(trace: Trace, place: Place) -> tuple[StageBox, ...]:
    """The cell's field on every stage from the input to its own."""
    check_place(trace, place)
    shapes = [stage.shape for stage in trace.stages]
    return field_boxes(windows_behind(trace.stack.layers, shapes, place), shapes, place)


def field_boxes(windows: Sequence[Window], shapes: Sequence[Shape], place: Place) -> tuple[StageBox, ...]:
    """A cell's field on stages of known shapes, the input's first, behind the windows up to its own."""
    nominal = pull_back(windows, Box.cell(place.row, place.col))
    real = pull_cells(windows, Cells((place.row,), (place.col,)))
    return tuple(
        StageBox(
            stage, box, cells, box.rows.clip(shape[1]) != box.rows or box.cols.clip(shape[2]) != box.cols
        )
        for stage, (box, cells, shape) in enumerate(zip(nominal, real, shapes, strict=False))
    )


def windows_behind(layers: Sequence[Layer], shapes: Sequence[Shape], place: Place) -> tuple[Window, ...]:
    """The windows of the layers up to a cell's stage, each as narrow as the channels that lead to it allow.

    Behind `flatten` the channel tells the place, as long as the way back is a single channel.
    """
    found: list[Window] = []
    channel: int | None = place.channel
    for layer, shape in zip(layers[: place.stage][::-1], shapes[: place.stage][::-1], strict=True):
        found.append(layer.window(shape) if channel is None else layer.channel_window(channel, shape))
        read = layer.reads(channel, shape) if channel is not None else ()
        channel = read[0] if len(read) == 1 else None
    return tuple(found[::-1])


def explain(trace: Trace, place: Place) -> Explanation | None:
    """How the cell comes about from the stage before it; None for the input."""
    check_place(trace, place)
    layer = trace.layer(place.stage)
    if layer is None:
        return None
    return layer.explain(trace.stages[place.stage - 1].maps, place.channel, place.row, place.col)
