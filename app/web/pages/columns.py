"""What a column of the lab shows, computed from a trace: plain values that the templates only lay out."""

from __future__ import annotations

from dataclasses import dataclass

from app.compute.histogram import histogram
from app.compute.statistics import Statistics
from app.domain.fields import Field
from app.domain.shapes import Shape
from app.engine.trace import Stage, Trace
from app.explorer import Shade, scale_of
from app.layers.banked import BankLayer
from app.layers.base import Off
from app.layers.stack import Stack
from app.rendering.histogram import histogram_svg_path
from app.rendering.scale import Scale
from app.web.addresses import Addresses
from app.web.pages.layer_facts import PHOTO_KINDS, LayerFacts, layer_facts
from app.web.pages.learned import LearnedKernel, learned_kernel
from app.web.pages.stage_pictures import SmallMaps, open_map, small_maps

COLOR_NAMES = ("R", "G", "B")
BYTES_A_CELL = 4  # float32
SHARES = 32  # bars of a histogram


@dataclass(frozen=True, kw_only=True)
class Column(LayerFacts):
    """One stage as the page shows it: its layer, and what the photo made of it."""

    stage: int
    shape: Shape
    channel: int
    channel_name: str
    scale: Scale
    statistics: Statistics
    bars: str
    field: Field
    memory: int
    picture: str
    shown: str
    atlas: str
    tensor: str
    csv: str
    npy: str
    small_maps: SmallMaps | None
    learned: LearnedKernel | None
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
    found, layer, before = trace.stages[stage], trace.stack.layers[stage - 1], trace.stages[stage - 1].shape
    field, names = trace.field(stage), channel_names(trace, stage)
    return Column(
        **vars(layer_facts(layer, before)),
        stage=stage,
        shape=found.shape,
        channel=channel,
        channel_name=names[channel],
        scale=scale_of(trace, stage, channel, shade),
        statistics=found.statistics,
        bars=_bars(found, channel),
        field=field,
        memory=found.maps.size * BYTES_A_CELL,
        picture=addresses.map(stage, channel),
        shown=open_map(trace, stage, channel, shade, addresses, side),
        atlas=addresses.atlas(stage),
        tensor=addresses.tensor(stage),
        csv=addresses.map(stage, channel, "csv"),
        npy=addresses.map(stage, channel, "npy"),
        small_maps=small_maps(trace, stage, channel, shade, addresses, names),
        learned=learned_kernel(layer, channel, before),
        covers=_covers(field, trace.stages[0].shape),
    )


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


def _covers(field: Field, shape: Shape) -> float:
    """Share of the input that one cell sees, at most 1."""
    return min(1.0, field.size[0] / shape[1]) * min(1.0, field.size[1] / shape[2])
