"""Places within a block of the network: a map's strongest cell, what a dense layer's number stands for."""

from __future__ import annotations

from app.domain.errors import no_such_cell
from app.engine.blocks import Block
from app.engine.trace import Trace
from app.web.pages.network_state import Spot


def active_stage(trace: Trace, block: Block) -> int:
    """The last stage of a block whose cells lie where its learned layer's do: before any pooling."""
    shape, stage = trace.stages[block.learned].shape, block.learned
    while stage < block.out and trace.stages[stage + 1].shape == shape:
        stage += 1
    return stage


def origin_of(trace: Trace, block: Block, number: int) -> tuple[int, int, int]:
    """Map, row and column, on the stage before any `flatten`, of a number that a dense layer reads."""
    stage = block.learned - 1
    while stage and trace.stack.layers[stage - 1].kind == "flatten":
        stage -= 1
    _, rows, cols = trace.stages[stage].shape
    plane, place = divmod(number, rows * cols)
    return plane, *divmod(place, cols)


def whole_spot(at: Spot | None, trace: Trace, block: Block) -> Spot:
    """The place with its cell: the map's largest value before activation where none is named.

    Raises
    ------
    UserError
        `no_such_cell`.
    """
    assert at is not None
    maps = trace.stages[block.learned].maps
    channels, rows, cols = maps.shape
    if at.unit >= channels or at.row >= rows or at.col >= cols:
        raise no_such_cell((channels, rows, cols), block.learned, at.unit, max(at.row, 0), max(at.col, 0))
    if at.row >= 0:
        return at
    row, col = divmod(int(maps[at.unit].argmax()), cols)
    return Spot(at.block, at.unit, row, col)
