"""Are the gradients right? Finite differences at a few random entries say in how many digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.engine.gradients.backward import Gradients, forward
from app.engine.gradients.loss import Loss
from app.engine.gradients.terms import Index
from app.engine.trace import Cancelled

STEP = 1e-6  # small against the corners of ReLU and maximum, large against the rounding of float64
MOST_DIGITS = 12
ENTRIES = 3  # of the input, and of the kernels of each layer


@dataclass(frozen=True)
class Entry:
    """One number moved: the gradient computed, and (J(x + step) − J(x − step)) / (2·step) beside it.

    `of` is ``input`` (of the stack; `stage` 0) or ``kernel`` (of the layer of `stage`).
    """

    of: Literal["input", "kernel"]
    stage: int
    index: Index
    gradient: float
    difference: float
    digits: int


def check(
    found: Gradients, loss: Loss, seed: int = 0, cancelled: Callable[[], bool] = lambda: False
) -> list[Entry]:
    """Both ways for a few entries; `digits` counts those that agree, against the largest of that gradient."""
    rng = np.random.default_rng(seed)
    entries = []
    for flat in _picked(rng, found.grads[0].size):
        index = tuple(int(i) for i in np.unravel_index(flat, found.grads[0].shape))
        moved = [found.maps[0].copy() for _ in (0, 1)]
        moved[0][index] += STEP
        moved[1][index] -= STEP
        up, down = (loss.value(forward(found.operations, maps, cancelled)[-1]) for maps in moved)
        entries.append(_entry("input", 0, index, float(found.grads[0][index]), up, down, found.grads[0]))
    for stage, learned in enumerate(found.learned):
        if learned is None:
            continue
        if cancelled():
            raise Cancelled
        own, rest = found.operations[stage - 1], found.operations[stage:]
        largest = np.array([np.abs(kernel).max() for kernel in learned.kernels])
        for _ in range(ENTRIES):
            kernel = int(rng.integers(len(learned.kernels)))
            numbers = learned.kernels[kernel]
            place = np.unravel_index(int(rng.integers(numbers.size)), numbers.shape)
            index = (kernel, *(int(i) for i in place))
            up, down = (
                loss.value(forward((own.nudged(index, by), *rest), found.maps[stage - 1], cancelled)[-1])
                for by in (STEP, -STEP)
            )
            entries.append(_entry("kernel", stage, index, float(numbers[index[1:]]), up, down, largest))
    return entries


def _picked(rng: np.random.Generator, size: int) -> list[int]:
    return sorted(int(flat) for flat in rng.choice(size, min(ENTRIES, size), replace=False))


def _entry(
    of: Literal["input", "kernel"],
    stage: int,
    index: Index,
    gradient: float,
    up: float,
    down: float,
    around: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> Entry:
    difference = (up - down) / (2 * STEP)
    size = max(abs(gradient), abs(difference), float(np.abs(around).max()))
    error = abs(gradient - difference) / size if size else 0.0
    digits = MOST_DIGITS if error < 10**-MOST_DIGITS else max(0, math.floor(-math.log10(error)))
    return Entry(of, stage, index, gradient, difference, digits)
