"""The use case of comparing two scenes: the difference of a stage of each, and its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.compare import Comparison, compare
from app.engine.trace import Trace
from app.explorer.explorer import Asked, Explorer, never
from app.explorer.scene import Scene
from app.rendering.maps import atlas_png, map_png
from app.rendering.scale import Scale, choose_scale


@dataclass(frozen=True)
class Pair:
    """Two scenes and a stage of each: the last where None is given; one channel, or all."""

    first: Scene
    second: Scene
    stage: int | None = None
    other_stage: int | None = None
    channel: int | None = None


@dataclass(frozen=True, eq=False)
class Compared:
    """Both traces, the stages chosen, and what sets them apart."""

    trace: Trace
    other: Trace
    stage: int
    other_stage: int
    found: Comparison


def compare_scenes(explorer: Explorer, pair: Pair, cancelled: Asked = never) -> Compared:
    """Trace both and take the difference, first less second."""
    trace, other = explorer.trace(pair.first, cancelled), explorer.trace(pair.second, cancelled)
    stage = len(trace.stack.layers) if pair.stage is None else pair.stage
    last = len(other.stack.layers) if pair.stage is None else pair.stage
    other_stage = last if pair.other_stage is None else pair.other_stage
    found = compare(trace, other, stage, other_stage, pair.channel)
    return Compared(trace, other, stage, other_stage, found)


def difference_picture(explorer: Explorer, pair: Pair, cancelled: Asked = never) -> bytes:
    """The difference as PNG, one pixel a cell, diverging about 0; several maps side by side."""
    maps = compare_scenes(explorer, pair, cancelled).found.difference
    scale = difference_scale(float(np.abs(maps).max()))
    return map_png(maps[0], scale) if len(maps) == 1 else atlas_png(maps, scale)


def difference_scale(largest: float) -> Scale:
    """Colours from -largest to largest."""
    return choose_scale(-largest, largest, "diverging")
