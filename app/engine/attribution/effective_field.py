"""The effective receptive field: how strongly each pixel really moves one cell, inside the field it may see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.domain.errors import UserError, no_such_cell
from app.engine.attribution.chain import Chain
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject
from app.engine.cells import Place, StageBox, field_boxes, windows_behind

SHARE = 0.95


@method(
    "effective_field",
    settings=("stage", "channel", "row", "column"),
    checks=("inside",),
    uses_target=False,
)
def effective_field(subject: Subject, settings: Settings) -> Attribution:
    """The length of the gradient of one cell by each pixel, over the pixel's channels.

    `details` hold the theoretical box (both ends included, may lie outside), the share of the magnitude in
    the cells that the layers can read, and the distance from the box's centre within which 95 % of it lie.
    Luo, Li, Urtasun and Zemel 2016, "Understanding the Effective Receptive Field".
    """
    torch, chain = load_torch(), subject.chain
    place = _place(chain, settings)
    x = subject.tensor().requires_grad_()
    cell = chain.run(x, stop=place.stage)[0, place.channel, place.row, place.col]
    channels = torch.autograd.grad(cell, x)[0][0].numpy()
    magnitude = np.sqrt(np.square(channels.astype(np.float64)).sum(0))
    field = _field(chain, place)
    box = field.box
    details = {
        "stage": place.stage,
        "channel": place.channel,
        "row": place.row,
        "column": place.col,
        "value": float(cell.detach()),
        "box": {
            "top": box.rows.first,
            "left": box.cols.first,
            "bottom": box.rows.last,
            "right": box.cols.last,
        },
        "clipped": field.clipped,
        **_spread(magnitude, field),
    }
    return Attribution(magnitude.astype(np.float32), details, channels)


def _place(chain: Chain, asked: Settings) -> Place:
    """The cell asked for.

    Raises
    ------
    UserError
        `attribution_stage`, `no_such_cell`.
    """
    if not chain.first <= asked.stage <= chain.last:
        raise UserError("attribution_stage", stage=asked.stage, low=chain.first, high=chain.last)
    maps, rows, cols = chain.shapes[asked.stage - chain.first]
    if not (asked.channel < maps and asked.row < rows and asked.column < cols):
        raise no_such_cell((maps, rows, cols), asked.stage, asked.channel, asked.row, asked.column)
    return Place(asked.stage, asked.channel, asked.row, asked.column)


def _field(chain: Chain, place: Place) -> StageBox:
    """What the cell may see of the picture."""
    inner = Place(place.stage - chain.first, place.channel, place.row, place.col)
    windows = windows_behind(chain.layers, chain.shapes, inner)
    return field_boxes(windows, chain.shapes[: inner.stage + 1], inner)[0]


def _spread(magnitude: NDArray[np.float64], field: StageBox) -> dict[str, Any]:
    """How much lies inside the field, and how far out; nothing to tell where no pixel moves the cell."""
    total = magnitude.sum()
    if not total:
        return {"inside": None, "radius": None, "share": SHARE}
    inside = magnitude[np.ix_(field.cells.rows, field.cells.cols)].sum() / total
    centre = [(span.first + span.last) / 2 for span in (field.box.rows, field.box.cols)]
    down, right = np.ogrid[: magnitude.shape[0], : magnitude.shape[1]]
    distances = np.hypot(down - centre[0], right - centre[1]).reshape(-1)
    order = np.argsort(distances, kind="stable")
    reached = np.searchsorted(np.cumsum(magnitude.reshape(-1)[order]), SHARE * total)
    radius = distances[order[min(int(reached), len(order) - 1)]]
    return {"inside": float(inside), "radius": float(radius), "share": SHARE}
