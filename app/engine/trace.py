"""Runs a stack on a photo: the list of stages, each cached by (photo, working size, canonical prefix)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.compute.statistics import Statistics, all_finite, extremes, statistics
from app.domain.errors import Refusal, UserError
from app.domain.fields import Field, Window, receptive_field
from app.domain.shapes import MAX_STAGE_CELLS, MAX_TRACE_CELLS, MAX_TRACE_WORK, Formula, Shape
from app.engine.reading import LARGEST, Fit, Reading, plan, read
from app.layers.base import Layer
from app.layers.stack import Stack

Array = NDArray[np.float32]
Made = TypeVar("Made")


class Cache(Protocol):
    """Keeps what was made; may forget anything at any time."""

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made: ...


class Photo(Protocol):
    """A picture that a stack can read: `key` names it for the caches, `pixels` gives (3, H, W)."""

    @property
    def key(self) -> str: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    def pixels(self) -> Array: ...


@dataclass(frozen=True)
class Bounds:
    """Most cells in one stage and in all stages of a trace, and most work (`Layer.work`) of all its layers."""

    stage: int = MAX_STAGE_CELLS
    trace: int = MAX_TRACE_CELLS
    work: int = MAX_TRACE_WORK


class Cancelled(Exception):
    """The caller no longer wants the answer."""


@dataclass(frozen=True)
class Stage:
    """One layer applied: its maps (C, H, W), read-only; the numbers about them when they are asked for."""

    maps: Array

    @cached_property
    def ranges(self) -> tuple[tuple[float, float], ...]:
        """The smallest and the largest value of each map."""
        return extremes(self.maps)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value of all maps."""
        return min(low for low, _ in self.ranges), max(high for _, high in self.ranges)

    @cached_property
    def statistics(self) -> Statistics:
        """Extremes, means and zeros: a label needs none, and over many small maps they cost as much as the maps."""
        return statistics(self.maps, self.ranges)

    @property
    def shape(self) -> Shape:
        channels, rows, cols = self.maps.shape
        return channels, rows, cols

    @property
    def nbytes(self) -> int:
        return self.maps.nbytes + 128 * len(self.maps)  # with room for the statistics


@dataclass(frozen=True)
class Trace:
    """What a stack does to a photo. `stages[0]` is the input; `refused` says why a layer could not follow."""

    stack: Stack
    reading: Reading
    stages: tuple[Stage, ...]
    refused: Refusal | None = None

    def layer(self, stage: int) -> Layer | None:
        """The layer that made a stage; None for the input."""
        return self.stack.layers[stage - 1] if stage else None

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The window of every layer that ran."""
        ran = zip(self.stack.layers, self.stages[:-1], strict=False)
        return tuple(layer.window(stage.shape) for layer, stage in ran)

    def formula(self, stage: int) -> Formula | None:
        """The size formula of a stage's layer with its numbers."""
        layer = self.layer(stage)
        return layer.formula(self.stages[stage - 1].shape) if layer else None

    def field(self, stage: int) -> Field:
        """The stage's receptive field in the input."""
        return receptive_field(self.windows[:stage], self.stages[stage].shape[1:])


def reads_whole_photo(stack: Stack) -> bool:
    """Whether the stack begins with a resize, which reads the stored photo itself at any working size."""
    return bool(stack.layers) and stack.layers[0].kind == "resize"


def run(
    photo: Photo,
    stack: Stack,
    size: int,
    fit: Fit,
    cache: Cache,
    cancelled: Callable[[], bool] = lambda: False,
    bounds: Bounds = Bounds(),  # frozen
) -> Trace:
    """Trace `stack` on `photo`; stages already known for the same prefix are not computed again.

    A layer that refuses ends the trace: the stages before it stand, and `refused` says why.

    Raises
    ------
    UserError
        A working size out of bounds.
    Cancelled
        When `cancelled` said so between two layers.
    """
    rows, cols = photo.shape
    reading = plan(rows, cols, size, fit)
    place: tuple[object, ...] = (size, fit)
    if reads_whole_photo(stack):
        reading, place = plan(rows, cols, LARGEST, "keep"), ("stored",)
    stages = [cache.get_or_make((photo.key, place, 0, ""), lambda: _stage(read(photo.pixels(), reading)))]
    work = 0  # counted for stages that are cached too: what is refused does not depend on the cache
    for number, layer in enumerate(stack.layers, start=1):
        if cancelled():
            raise Cancelled
        try:
            work = _check(layer, stages, work, bounds)
            key = (photo.key, place, number, stack.prefix(number))
            stages.append(cache.get_or_make(key, partial(_apply, layer, stages[-1])))
        except Refusal as refusal:
            return Trace(stack, reading, tuple(stages), refusal)
    return Trace(stack, reading, tuple(stages))


def require(trace: Trace, stage: int) -> Stage:
    """The stage asked for.

    Raises
    ------
    UserError
        The refusal, when the stage lies at or behind it; `no_such_stage` otherwise.
    """
    if 0 <= stage < len(trace.stages):
        return trace.stages[stage]
    if trace.refused is not None and 0 <= stage <= len(trace.stack.layers):
        raise trace.refused
    raise UserError("no_such_stage", stage=stage, last=len(trace.stages) - 1)


def _check(layer: Layer, stages: list[Stage], work: int, bounds: Bounds) -> int:
    """Hold the next stage within its own bounds and those of the whole trace; returns the work up to it."""
    before = stages[-1].shape
    channels, rows, cols = layer.shape_after(before)
    cells = channels * rows * cols
    if cells > bounds.stage:
        suggestion = layer.cheaper(before, bounds.work - work, bounds.stage)
        raise Refusal("too_many_cells", cells=cells, limit=bounds.stage, suggestion=suggestion)
    total = cells + sum(stage.maps.size for stage in stages)
    if total > bounds.trace:
        raise Refusal("trace_too_large", cells=total, limit=bounds.trace)
    all_work = work + layer.work(before)
    if all_work > bounds.work:
        suggestion = layer.cheaper(before, bounds.work - work, bounds.stage)
        raise Refusal("too_much_work", work=all_work, limit=bounds.work, suggestion=suggestion)
    return all_work


def _apply(layer: Layer, before: Stage) -> Stage:
    with np.errstate(all="ignore"):  # what overflows is refused by `_stage`
        maps = layer.forward(before.maps)
        return before if maps is before.maps else _stage(maps)


def _stage(maps: Array) -> Stage:
    if not all_finite(maps):
        raise Refusal("not_finite")
    kept = maps.base
    if isinstance(kept, np.ndarray) and kept.nbytes > 1.5 * maps.nbytes:
        maps = maps.copy()  # a small view would keep a large array alive, unseen by the cache's bound
    maps.flags.writeable = False
    return Stage(maps)
