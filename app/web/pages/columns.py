"""What a column of the lab shows, computed from a trace: plain values that the templates only lay out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.compute.histogram import histogram
from app.domain.fields import Field, Plane, Turned, Window
from app.domain.shapes import Shape
from app.domain.windows import describe
from app.engine.trace import Stage, Trace
from app.explorer import Shade, scale_of
from app.layers.banked import BankLayer
from app.layers.base import Layer, Off
from app.layers.kernel_bank import KernelSpec
from app.layers.stack import Stack
from app.rendering.histogram import histogram_svg_path
from app.rendering.scale import Scale
from app.web.addresses import Addresses
from app.web.pages.controls import Control, controls_of
from app.web.pages.learned import LearnedKernel, learned_kernel
from app.web.pages.size_formula import Part, formula_parts
from app.web.pages.stage_pictures import SmallMaps, open_map, small_maps
from app.web.pages.swatches import Swatch, swatch
from app.web.pages.unread import NOTHING, Unread, unread_by

PHOTO_KINDS = ("gray", "normalize", "standardize")  # leading layers that stand in the photo's column
COLOR_NAMES = ("R", "G", "B")
BYTES_A_CELL = 4  # float32
SHARES = 32  # bars of a histogram


@dataclass(frozen=True)
class Column:
    """One stage as the page shows it."""

    stage: int
    kind: str
    group: str
    recipe: str
    text: str
    off: bool
    shape: Shape
    channel: int
    channel_name: str
    scale: Scale
    statistics: Any
    bars: str
    formula: tuple[tuple[Part, ...], ...]
    unread: Unread
    field: Field
    window: str
    reads: str
    wins: str
    unfolds: bool
    weights: str
    bias: str
    parameters: int
    memory: int
    multiply_adds: int
    picture: str
    shown: str
    atlas: str
    tensor: str
    csv: str
    npy: str
    small_maps: SmallMaps | None
    kernels: tuple[Swatch, ...]
    learned: LearnedKernel | None
    controls: tuple[Control, ...]
    covers: float


def photo_layers(stack: Stack) -> int:
    """How many leading layers only change colour, and so stand in the photo's column."""
    count = 0
    for layer in stack.layers:
        if layer.kind not in PHOTO_KINDS and not (isinstance(layer, Off) and layer.layer.kind in PHOTO_KINDS):
            break
        count += 1
    return count


def column(
    trace: Trace, stage: int, channel: int, shade: Shade, addresses: Addresses, side: int | None = None
) -> Column:
    """Everything the page says about one stage, with map `channel` open, shown in at most `side` pixels."""
    found = trace.stages[stage]
    layer = trace.layer(stage)
    before = trace.stages[stage - 1].shape if stage else found.shape
    inner = layer.layer if isinstance(layer, Off) else layer
    scale = scale_of(trace, stage, channel, shade)
    field = trace.field(stage)
    formula = trace.formula(stage)
    names = channel_names(trace, stage)
    return Column(
        stage=stage,
        kind=inner.kind if inner else "photo",
        group=inner.group if inner else "picture",
        recipe=layer.recipe if layer else "",
        text=layer.text if layer else "",
        off=layer.off if layer else False,
        shape=found.shape,
        channel=channel,
        channel_name=names[channel],
        scale=scale,
        statistics=found.statistics,
        bars=_bars(found, channel),
        formula=formula_parts(formula) if formula else (),
        unread=unread_by(layer.window(before)) if layer else NOTHING,
        field=field,
        window=json.dumps(window_data(layer.window(before)), separators=(",", ":")) if layer else "",
        reads=reads_rule(layer, before) if layer else "own",
        wins=winning(layer, before) if layer else "",
        unfolds=layer.channel_window(0, before) != layer.window(before) if layer else False,
        weights=_weights(layer, before),
        bias=json.dumps(layer.biases().tolist()) if isinstance(layer, BankLayer) else "",
        parameters=layer.parameter_count(before) if layer else 0,
        memory=found.maps.size * BYTES_A_CELL,
        multiply_adds=layer.multiply_adds(before) if layer else 0,
        picture=addresses.map(stage, channel),
        shown=open_map(trace, stage, channel, shade, addresses, side),
        atlas=addresses.atlas(stage),
        tensor=addresses.tensor(stage),
        csv=addresses.map(stage, channel, "csv"),
        npy=addresses.map(stage, channel, "npy"),
        small_maps=small_maps(trace, stage, channel, shade, addresses, names),
        kernels=tuple(swatch(spec) for spec in _specs(inner)),
        learned=learned_kernel(layer, channel, before),
        controls=controls_of(inner) if inner else (),
        covers=_covers(field, trace.stages[0].shape),
    )


def window_data(window: Window) -> dict[str, Any]:
    """A window as the lens reads it."""
    if isinstance(window, Plane):
        return {"rows": describe(window.rows), "cols": describe(window.cols)}
    if isinstance(window, Turned):
        return {"turned": {"rows": window.rows, "cols": window.cols, "degrees": window.degrees}}
    raise TypeError(f"the lens knows no window of type {type(window).__name__}")


def reads_rule(layer: Layer, before: Shape) -> str:
    """Which input channels an output channel reads, as a rule the lens can follow.

    ``own``: the same; ``all``: every one; ``each:K``: channel // K; ``groups:I:O``: the I channels of its group,
    of which each O outputs make one.
    """
    outputs, inputs = layer.output_shape(before)[0], before[0]
    first = layer.reads(0, before)
    if len(first) == inputs:
        return "all"
    if len(first) > 1:
        return f"groups:{len(first)}:{outputs * len(first) // inputs}"
    return "own" if outputs == inputs else f"each:{outputs // inputs}"


def winning(layer: Layer, before: Shape) -> str:
    """Which cell of its window a layer with a winner takes, ``largest`` or ``smallest``; empty without a winner.

    Found by asking the layer itself, so that a new kind need not be known by name.
    """
    if layer.recipe != "max":
        return ""
    rising = np.arange(before[1] * before[2], dtype=np.float32).reshape(1, *before[1:])
    _, rows, cols = layer.output_shape((1, *before[1:]))
    told = layer.explain(rising, 0, rows // 2, cols // 2)
    inside = told.terms[0].patch[~told.terms[0].outside]
    return "smallest" if told.winner and told.winner.value < inside.max() else "largest"


def open_channels(trace: Trace, stage: int, channel: int) -> list[int]:
    """The open map of every stage, all belonging together: what `channel` reads, and what reads it."""
    found = [0] * len(trace.stages)
    if not 0 <= stage < len(trace.stages) or not 0 <= channel < trace.stages[stage].shape[0]:
        return found
    found[stage] = channel
    for earlier in range(stage, 0, -1):
        layer, before = trace.stack.layers[earlier - 1], trace.stages[earlier - 1].shape
        found[earlier - 1] = layer.reads(found[earlier], before)[0]
    for later in range(stage + 1, len(trace.stages)):
        layer, before = trace.stack.layers[later - 1], trace.stages[later - 1].shape
        readers = (
            c for c in range(trace.stages[later].shape[0]) if found[later - 1] in layer.reads(c, before)
        )
        found[later] = next(readers, 0)
    return found


def channel_names(trace: Trace, stage: int) -> list[str]:
    """A short name for each map: the colour, or the kernel and what it read."""
    names = (
        list(COLOR_NAMES)
        if trace.stages[0].shape[0] == 3
        else [str(c) for c in range(trace.stages[0].shape[0])]
    )
    for number, layer in enumerate(trace.stack.layers[:stage], start=1):
        count = trace.stages[number].shape[0]
        if isinstance(layer, BankLayer):
            kernels = [spec.name or "[…]" for spec in layer.kernels]
            kernels = [
                f"{name} {i + 1}" if kernels.count(name) > 1 else name for i, name in enumerate(kernels)
            ]
            many = layer.channels == "each" and len(names) > 1
            names = [f"{kernel} {name}" for name in names for kernel in kernels] if many else kernels
        elif count != len(names):
            names = [str(c) for c in range(count)] if count > 1 else [layer.kind]
    return names


def _bars(found: Stage, channel: int) -> str:
    low, high = found.ranges[channel]
    counts = histogram(found.maps[channel], SHARES, low, high)
    return histogram_svg_path(counts, 96, 24)


def _specs(layer: Layer | None) -> tuple[KernelSpec, ...]:
    specs: tuple[KernelSpec, ...] = getattr(layer, "kernels", ())
    return specs


def _weights(layer: Layer | None, before: Shape) -> str:
    """The numbers of a hand-made bank, or of a layer that mixes a cell's colours, for the arithmetic under the
    pointer: kernels, slices, rows, columns.
    """
    if isinstance(layer, BankLayer):
        weights = layer.weights(before[0])
        kept = weights if layer.channels == "sum" else weights[:, :1]
        return json.dumps(kept.round(9).tolist(), separators=(",", ":")) if kept.size <= 4096 else ""
    if layer is None or layer.recipe != "dot" or layer.kind not in PHOTO_KINDS:
        return ""
    told = layer.explain(np.zeros((before[0], 1, 1), np.float32), 0, 0, 0)
    slices = [term.weights.tolist() for term in told.terms if term.weights is not None]
    return json.dumps([slices], separators=(",", ":"))


def _covers(field: Field, shape: Shape) -> float:
    """Share of the input that one cell sees, at most 1."""
    return min(1.0, field.size[0] / shape[1]) * min(1.0, field.size[1] / shape[2])
