"""Are the gradients right? Finite differences at a few random entries say in how many digits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.engine.gradients.backward import Gradients, forward
from app.engine.gradients.convolution import Exact
from app.engine.gradients.loss import Loss
from app.engine.gradients.operation import LearnedOperation, Operation
from app.engine.gradients.terms import Index

STEP = 1e-7  # few corners of ReLU or maximum lie so near, and float64 still tells the losses apart
CORNER = 1e-4  # how far the slopes on both sides differ, against the gradient, where one lies in between
MOST_DIGITS = 12
ENTRIES = 3  # of the input, and of the kernels of each layer that is checked
LAYERS = 4  # as every entry takes two passes
LIGHT = 20_000_000  # products of one pass; where there are more, a single entry of each is checked

Of = Literal["input", "kernel"]


@dataclass(frozen=True)
class Entry:
    """One number moved: the gradient computed, and (J(x + step) − J(x − step)) / (2·step) beside it.

    `of` is ``input`` (of the stack; `stage` 0) or ``kernel`` (of the layer of `stage`). At a `corner`, such as
    a ReLU that stands at 0, the loss has two slopes and the difference is neither; its digits say nothing.
    """

    of: Of
    stage: int
    index: Index
    gradient: float
    difference: float
    digits: int
    corner: bool


@dataclass(frozen=True, eq=False)
class _Probe:
    """An entry to be moved: the layers and the maps as they are when it has moved by so much."""

    of: Of
    stage: int
    index: Index
    gradient: float
    largest: float
    moved: Callable[[float], tuple[Sequence[Operation], Exact]]


def check(
    found: Gradients, loss: Loss, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> list[Entry]:
    """Both ways for a few entries; `digits` counts those that agree, against the largest of that gradient."""
    rng, last = np.random.default_rng(seed), found.maps[-1]
    entries = []
    for probe in (*_of_input(found, rng), *_of_kernels(found, rng)):
        up, down = (forward(*probe.moved(by), cancelled)[-1] for by in (STEP, -STEP))
        right, left = loss.change(up, last) / STEP, loss.change(last, down) / STEP
        difference = (right + left) / 2
        size = max(abs(probe.gradient), abs(difference), probe.largest)
        corner = abs(right - left) > CORNER * size
        digits = _digits(probe.gradient - difference, size)
        entries.append(Entry(probe.of, probe.stage, probe.index, probe.gradient, difference, digits, corner))
    return entries


def _of_input(found: Gradients, rng: np.random.Generator) -> Iterator[_Probe]:
    grad, maps = found.grads[0], found.maps[0]
    largest = float(np.abs(grad).max())

    def probe(index: Index) -> _Probe:
        def moved(by: float) -> tuple[Sequence[Operation], Exact]:
            other = maps.copy()
            other[index] += by
            return found.operations, other

        return _Probe("input", 0, index, float(grad[index]), largest, moved)

    for flat in sorted(rng.choice(grad.size, min(_count(found), grad.size), replace=False).tolist()):
        yield probe(tuple(int(i) for i in np.unravel_index(flat, grad.shape)))


def _of_kernels(found: Gradients, rng: np.random.Generator) -> Iterator[_Probe]:
    def probe(stage: int, kernels: Sequence[Exact], largest: float) -> _Probe:
        own, rest = found.operations[stage - 1], found.operations[stage:]
        assert isinstance(own, LearnedOperation)  # it gave gradients by numbers of its own
        kernel = int(rng.integers(len(kernels)))
        place = np.unravel_index(int(rng.integers(kernels[kernel].size)), kernels[kernel].shape)
        index = (kernel, *(int(i) for i in place))

        def moved(by: float) -> tuple[Sequence[Operation], Exact]:
            return (own.nudged(index, by), *rest), found.maps[stage - 1]

        return _Probe("kernel", stage, index, float(kernels[kernel][place]), largest, moved)

    stages = [stage for stage, learned in enumerate(found.learned) if learned]
    for stage in sorted(rng.choice(stages, min(LAYERS, len(stages)), replace=False).tolist()):
        learned = found.learned[stage]
        assert learned is not None
        largest = max(float(np.abs(kernel).max()) for kernel in learned.kernels)
        for _ in range(_count(found)):
            yield probe(stage, learned.kernels, largest)


def _count(found: Gradients) -> int:
    """How many entries of a kind are tried: fewer where a pass is long."""
    products = sum(
        learned.size * maps.shape[1] * maps.shape[2]
        for learned, maps in zip(found.learned, found.maps, strict=True)
        if learned
    )
    return ENTRIES if products <= LIGHT else 1


def agreeing_digits(value: float, other: float) -> int:
    """In how many digits two numbers agree, at most 12; two that are nearly 0 agree in all."""
    size = max(abs(value), abs(other))
    return _digits(value - other, size if size > 10**-MOST_DIGITS else 0.0)


def _digits(error: float, size: float) -> int:
    share = abs(error) / size if size else 0.0
    return MOST_DIGITS if share < 10**-MOST_DIGITS else max(0, math.floor(-math.log10(share)))
