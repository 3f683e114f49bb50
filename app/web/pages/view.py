"""The lab as values for its templates: photo, columns, what was refused, what waits."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from app.domain.errors import Refusal
from app.domain.shapes import Shape
from app.engine.cells import Place
from app.engine.trace import Trace
from app.explorer import Shade, scale_of, stack_range
from app.layers.base import Layer, Off
from app.rendering.scale import Scale
from app.web.addresses import Addresses
from app.web.language import Say, say_fault
from app.web.pages.columns import Column, column, open_channels, photo_layers
from app.web.pages.controls import Control, controls_of
from app.web.pages.scene import SIZES, LabState
from app.web.pages.size_formula import typeset
from app.web.pages.swatches import Swatch, swatch
from app.web.pages.unread import NOTHING, Unread

PHOTO_SIDE = 320  # CSS pixels at 1440, as in the design
MAP_SIDES = ((4, 192), (7, 128), (64, 96))  # up to so many columns: side of a map in CSS pixels
# what static/css/lab.css makes of these sides in windows of at most so many CSS pixels
NARROWER = (
    (1423, {192: 176, 128: 128, 96: 96}),
    (1263, {192: 128, 128: 128, 96: 96}),
    (700, dict.fromkeys((192, 128, 96), 320)),
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with the typed line and where; of what stands nowhere in it the position is -1."""

    text: str
    position: int
    mend: str = ""
    mend_url: str = ""


@dataclass(frozen=True)
class EditFault:
    """What an edit could not do: told at its layer (0: none), beside the field of its form that was wrong."""

    text: str
    layer: int
    field: str


@dataclass(frozen=True)
class Waiting:
    """A layer that has no maps: refused, or behind a refused one."""

    stage: int
    kind: str
    off: bool
    kernels: tuple[Swatch, ...]
    controls: tuple[Control, ...]
    formula: tuple[Any, ...] = ()
    learned: None = None
    unread: Unread = NOTHING


@dataclass(frozen=True)
class RefusedView:
    """The layer that could not work, the sentence why, and what would fit."""

    stage: int
    column: Waiting
    text: str
    formula: str
    suggestion: str
    url: str


@dataclass(frozen=True)
class PhotoView:
    """The photo's column: the picture in its look, the cells the stack reads, and where it comes from."""

    shape: Shape
    scale: Scale
    low: float
    high: float
    channel: int
    picture: str
    cells: str
    whole: str
    width: int
    height: int
    tensor: str
    sizes: tuple[int, ...]
    looks: tuple[str, ...]
    layers: tuple[Column, ...]
    reading: str
    alt: str
    credit: str


@dataclass(frozen=True)
class LabView:
    """Everything the lab's templates lay out."""

    photo: PhotoView
    columns: tuple[Column, ...]
    photo_layers: int
    count: int
    layout: str
    map_side: int
    image_key: str
    image_name: str
    fault: Fault | None = None
    refusal: RefusedView | None = None
    waiting: tuple[Waiting, ...] = ()
    refused: tuple[EditFault, ...] = ()

    def edit_fault(self, stage: int, field: str = "") -> str:
        """Why an edit of a layer, or of a field of its form, was refused; empty where none was."""
        return next((one.text for one in self.refused if (one.layer, one.field) == (stage, field)), "")

    @property
    def edit_faults(self) -> tuple[str, ...]:
        """Refusals that no layer on the page can tell."""
        return tuple(one.text for one in self.refused if not 1 <= one.layer <= self.count)

    def zoom(self, stage: Column) -> tuple[int, int]:
        """Width and height of a map on the page: a whole number of pixels a cell, or one cell in n."""
        return zoomed(stage.shape, self.map_side)

    def is_coarse(self, stage: Column) -> bool:
        """Whether the picture in the page holds only one cell in n of the map."""
        return max(stage.shape[1:]) > self.map_side

    def fine_media(self, stage: Column) -> str:
        """The screens that show a map of a stage at another size than the page's own picture of it has."""
        own = zoomed(stage.shape, self.map_side)
        other = (width for width, sides in NARROWER if zoomed(stage.shape, sides[self.map_side]) != own)
        return f"(max-width: {max(other)}px), (min-resolution: 1.01dppx)"

    def unread_behind(self, stage: int) -> Unread:
        """The cells of a stage that the next layer never reads."""
        following = (found for found in (*self.photo.layers, *self.columns) if found.stage == stage + 1)
        return next((found.unread for found in following), NOTHING)

    def file_name(self, stage: Column) -> str:
        """What a download of a stage's open map is called: by picture, stage and map, in plain characters."""
        several = (stage.channel_name,) if stage.shape[0] > 1 else ()
        named = (self.image_name, str(stage.stage), stage.kind, *several)
        return "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") or "kernel" for part in named)

    def jump(self, stage: Column) -> str:
        """How far the field moves from cell to cell, one number where both axes agree."""
        rows, cols = stage.field.jump
        return str(rows) if rows == cols else f"{rows}, {cols}"

    def cell_in(self, stage: Column, channel: int) -> Place:
        """The middle cell of a map, pinned when it is opened."""
        return Place(stage.stage, channel, stage.shape[1] // 2, stage.shape[2] // 2)


def zoomed(shape: Shape, side: int) -> tuple[int, int]:
    """(width, height) in CSS pixels of a map of `shape` in a square of `side`."""
    longest = max(shape[1:])
    if longest <= side:
        scale = max(1, side // longest)
        return shape[2] * scale, shape[1] * scale
    every = -(-longest // side)
    return -(-shape[2] // every), -(-shape[1] // every)


def lab_view(
    state: LabState,
    trace: Trace,
    addresses: Addresses,
    photo: PhotoFacts,
    say: Say,
    fault: Fault | None = None,
    refused: tuple[EditFault, ...] = (),
    whole_maps: bool = False,
) -> LabView:
    """Lay a trace out as the lab shows it: with `whole_maps` for pages of another layout or for paper."""
    shade = Shade(
        state.colors, state.scope, *(stack_range(trace) if state.scope == "stack" else (None, None))
    )
    leading = photo_layers(trace.stack)
    at = state.at or Place(len(trace.stages) - 1, 0, 0, 0)
    channels = open_channels(trace, at.stage, at.channel)
    shown = len(trace.stack.layers) - leading
    side = next(width for limit, width in MAP_SIDES if shown <= limit)
    made = [
        column(trace, stage, channels[stage], shade, addresses, None if whole_maps else side)
        for stage in range(1, len(trace.stages))
    ]
    return LabView(
        photo=_photo_view(state, trace, shade, addresses, photo, channels[0], made[:leading]),
        columns=tuple(made[leading:]),
        photo_layers=leading,
        count=len(trace.stack.layers),
        layout=f"maps-{side}",
        map_side=side,
        image_key=hashlib.sha256(state.image.encode()).hexdigest()[:12],
        image_name=photo.name,
        fault=fault,
        refused=refused,
        refusal=_refusal(state, trace, say) if trace.refused else None,
        waiting=tuple(
            _waiting(layer, stage)
            for stage, layer in enumerate(trace.stack.layers, 1)
            if stage > len(trace.stages)
        ),
    )


@dataclass(frozen=True)
class PhotoFacts:
    """What the page says about a picture: its alternative text, credit, and how it was read."""

    alt: str
    credit: str
    reading: str
    picture: str
    name: str = "photo"


def _photo_view(
    state: LabState,
    trace: Trace,
    shade: Shade,
    addresses: Addresses,
    facts: PhotoFacts,
    channel: int,
    layers: list[Column],
) -> PhotoView:
    shape = trace.stages[0].shape
    grayed = next((layer for layer in layers if layer.shape[0] == 1), None)
    pictures = {"photo": facts.picture, "cells": addresses.cells(), "whole": facts.picture}
    if grayed:
        pictures["gray"] = grayed.picture
    width, height = zoomed(shape, PHOTO_SIDE)
    return PhotoView(
        shape=shape,
        scale=scale_of(trace, 0, channel, shade),
        low=trace.stages[0].range[0],
        high=trace.stages[0].range[1],
        channel=channel,
        cells=pictures["cells"],
        picture=pictures.get(state.look, facts.picture),
        whole=_whole(trace) if state.look == "whole" else "",
        width=width,
        height=height,
        tensor=addresses.tensor(0),
        sizes=tuple(sorted({*SIZES, state.size})),
        looks=tuple(look for look in ("photo", "cells", "gray", "whole") if look in pictures),
        layers=tuple(layers),
        reading=facts.reading,
        alt=facts.alt,
        credit=facts.credit,
    )


def _whole(trace: Trace) -> str:
    """The part that is read, as top,left,rows,columns of the photo."""
    part = trace.reading.part
    return f"{part.rows.first},{part.cols.first},{part.rows.size},{part.cols.size}"


def _waiting(layer: Layer, stage: int) -> Waiting:
    inner = layer.layer if isinstance(layer, Off) else layer
    specs = getattr(inner, "kernels", ())
    return Waiting(stage, inner.kind, layer.off, tuple(swatch(spec) for spec in specs), controls_of(inner))


def _refusal(state: LabState, trace: Trace, say: Say) -> RefusedView:
    refused: Refusal = trace.refused  # type: ignore[assignment]  # the caller checked
    stage = len(trace.stages)
    layer = trace.stack.layers[stage - 1]
    url = ""
    if refused.suggestion:
        mended = [other.text for other in trace.stack.layers]
        mended[stage - 1] = refused.suggestion
        url = state.url(stack="|".join(mended))
    formula = typeset(refused.formula, say("lab.rows"), say("lab.cols"))
    return RefusedView(
        stage, _waiting(layer, stage), say_fault(refused, say), formula, refused.suggestion, url
    )


__all__ = ["EditFault", "Fault", "LabView", "PhotoFacts", "lab_view", "zoomed"]
