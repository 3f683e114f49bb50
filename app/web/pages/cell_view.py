"""The card of one cell as values for its template: why it has its value, what it sees, the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.fields import Box
from app.domain.windows import Span
from app.engine.cells import Place, boxes, explain, has_place
from app.engine.trace import Trace
from app.explorer import Shade, scale_of
from app.layers.base import Layer, Off
from app.layers.explanation import Explanation
from app.rendering.curve import Plot, curve_path, drop_path
from app.web.addresses import Addresses
from app.web.pages.cell_grids import Arithmetic, Grid, GridCell, arithmetic
from app.web.pages.columns import channel_names
from app.web.pages.scene import LabState, write_place
from app.web.pages.trace_back import trace_back

CURVE_WIDTH, CURVE_HEIGHT, SAMPLES = 240.0, 160.0, 97
LEAST_CLOSE = 8  # cells that the close-up shows at least


@dataclass(frozen=True)
class Step:
    """A stage on the way back: its cell, its value, and the address that explains it."""

    place: Place
    name: str
    channel: str
    value: float
    is_current: bool
    url: str
    part_url: str


@dataclass(frozen=True)
class Curve:
    """An activation's curve as SVG paths; with the point of the cell when there is one."""

    stage: int
    plot: Plot
    path: str
    point: tuple[float, float] | None = None
    drop: str = ""


@dataclass(frozen=True)
class CloseUp:
    """The patch of the photo that the cell sees: what is shown, the field, the part that is real."""

    view: Box
    field: Box
    real: Box
    clipped: bool


@dataclass(frozen=True)
class CellView:
    """Everything the card says; without a pinned cell only what the card under the pointer needs."""

    at: Place | None
    facts: dict[str, Any]
    curves: tuple[Curve, ...]
    picture: str
    gray: str
    shape: tuple[int, int]
    value: float = 0.0
    steps: tuple[Step, ...] = ()
    current: Step | None = None
    source: str = ""
    close: CloseUp | None = None
    told: Explanation | None = None
    sums: Arithmetic | None = None
    colors: Grid | None = None
    curve: Curve | None = None
    lost: bool = False  # a cell was pinned that is not there any more

    @property
    def written(self) -> str:
        """The pinned cell as it stands in the address, empty without one."""
        return write_place(self.at) if self.at else ""


def cell_view(state: LabState, trace: Trace, addresses: Addresses, step: int | None = None) -> CellView:
    """The card of the pinned cell of `state`; `step` is the stage of its way back that is explained."""
    grayed = len(trace.stages) > 1 and trace.stack.layers[0].kind == "gray"
    curves = tuple(
        _curve(trace, number, layer)
        for number, layer in enumerate(trace.stack.layers[: len(trace.stages) - 1], start=1)
        if layer.group == "activation" and not layer.off
    )
    empty = CellView(
        None, _facts(trace), curves, addresses.cells(), addresses.map(1, 0) if grayed else "",
        trace.stages[0].shape[1:],
    )  # fmt: skip
    place = state.at
    if place is None or not has_place(trace, place):
        return empty
    way = trace_back(trace, place)
    chosen = step if step is not None and 0 <= step <= place.stage else place.stage
    steps = tuple(_step(state, trace, place, cell, cell.stage == chosen) for cell in way)
    told = explain(trace, way[chosen])
    shade = Shade(state.colors, state.scope)
    before = max(0, chosen - 1)
    scale = scale_of(trace, before, way[before].channel, shade)
    layer = trace.layer(chosen)
    curve = next((one for one in curves if one.stage == chosen), None)
    if curve is not None and told is not None and told.activation is not None:
        curve = _with_point(curve, told.activation.input, told.activation.output)
    return CellView(
        at=place,
        facts=empty.facts,
        curves=curves,
        picture=empty.picture,
        gray=empty.gray,
        shape=empty.shape,
        value=steps[-1].value,
        steps=steps,
        current=steps[chosen],
        source=_name(trace, way[before]),
        close=_close(trace, place),
        told=told,
        sums=arithmetic(told, scale, channel_names(trace, before)) if told and layer else None,
        colors=_colors(trace, way[0]) if chosen == 0 else None,
        curve=curve,
    )


def _names(trace: Trace, stage: int) -> list[str]:
    """What a stage's maps are called in turn: by kernel or tensor, else by kind; empty for the photo."""
    layer = trace.layer(stage)
    if layer is None:
        return [""]
    inner: Layer = layer.layer if isinstance(layer, Off) else layer
    tensor = getattr(inner, "tensor", None)
    return [spec.name or "[…]" for spec in getattr(inner, "kernels", ())] or [
        tensor.name if tensor else inner.kind
    ]


def _name(trace: Trace, place: Place) -> str:
    """What made a cell: its kernel, else its layer's kind; empty for the photo."""
    names = _names(trace, place.stage)
    return names[place.channel % len(names)]


def _facts(trace: Trace) -> dict[str, Any]:
    """What the card under the pointer needs to know of the stages, for its script."""
    return {"names": [_names(trace, stage) for stage in range(len(trace.stages))]}


def _step(state: LabState, trace: Trace, pinned: Place, cell: Place, is_current: bool) -> Step:
    query = state.query(at=pinned)
    names = channel_names(trace, cell.stage)
    return Step(
        place=cell,
        name=_name(trace, cell),
        channel=names[cell.channel] if len(names) > 1 else "",
        value=float(trace.stages[cell.stage].maps[cell.channel, cell.row, cell.col]),
        is_current=is_current,
        url=f"/?{query}&step={cell.stage}",
        part_url=f"/cell?{query}&step={cell.stage}",
    )


def _close(trace: Trace, place: Place) -> CloseUp:
    """The field with a margin, so that a small one is seen among its neighbours."""
    seen = boxes(trace, place)[0]
    rows, cols = seen.box.rows, seen.box.cols
    margin = max(1, math.ceil((LEAST_CLOSE - max(rows.size, cols.size)) / 2))
    side = max(rows.size, cols.size) + 2 * margin
    view = Box(_around(rows.first, rows.size, side), _around(cols.first, cols.size, side))
    shape = trace.stages[0].shape
    return CloseUp(view, seen.box, Box(rows.clip(shape[1]), cols.clip(shape[2])), seen.clipped)


def _around(first: int, size: int, side: int) -> Span:
    """`side` cells with `size` of them from `first` on in the middle."""
    start = first - (side - size) // 2
    return Span(start, start + side - 1)


def _colors(trace: Trace, place: Place) -> Grid:
    """The photo's own cell: one number a channel."""
    values = trace.stages[0].maps[:, place.row, place.col]
    return Grid(tuple((GridCell(float(value), ""),) for value in values))


def _curve(trace: Trace, stage: int, layer: Layer) -> Curve:
    """The layer's own rule, sampled over the values that it was given."""
    low, high = trace.stages[stage - 1].range
    reach = max(abs(low), abs(high)) or 1.0
    xs = np.linspace(-reach, reach, SAMPLES, dtype=np.float32)
    ys = layer.forward(xs.reshape(1, 1, -1)).reshape(-1)
    bottom, top = min(0.0, float(ys.min())), max(0.0, float(ys.max()))
    room = 0.05 * ((top - bottom) or 1.0)
    plot = Plot(-reach, reach, bottom - room, top + room, CURVE_WIDTH, CURVE_HEIGHT)
    samples: Sequence[tuple[float, float]] = list(zip(xs.tolist(), ys.tolist(), strict=True))
    return Curve(stage, plot, curve_path(samples, plot))


def _with_point(curve: Curve, x: float, y: float) -> Curve:
    return Curve(curve.stage, curve.plot, curve.path, curve.plot.point(x, y), drop_path(x, y, curve.plot))
