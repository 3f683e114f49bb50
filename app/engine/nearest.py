"""Which hand-made kernel a learned one is most like: the cosine between their numbers, sign left aside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.kernels.registry import KERNELS, make


@dataclass(frozen=True)
class Likeness:
    """The hand-made kernel that a learned one resembles most.

    `cosine` lies in -1..1, negative where the learned kernel is the hand-made one with its sign turned.
    `gray` is the share of the learned kernel's energy that is the same on every colour: the rest tells
    colours apart, which no hand-made kernel here does.
    """

    name: str
    cosine: float
    gray: float


def nearest_kernel(learned: NDArray[Any]) -> Likeness | None:
    """The nearest kernel to `learned` (I, rows, cols) by the mean over its input channels; None when it is 0."""
    weights = np.asarray(learned, dtype=np.float64)
    mean = weights.mean(axis=0)
    energy, length = float((weights**2).sum()), float(np.linalg.norm(mean))
    if not energy or not length:
        return None
    rows, cols = mean.shape
    found = [
        (name, float((mean * kernel).sum() / (length * np.linalg.norm(kernel))))
        for name, kernel in _candidates(rows, cols)
    ]
    if not found:
        return None
    # of two kernels that differ in sign alone, the one with the learned sign
    name, cosine = max(found, key=lambda pair: (round(abs(pair[1]), 9), pair[1]))
    return Likeness(name, cosine, len(weights) * length**2 / energy)


@cache
def _candidates(rows: int, cols: int) -> tuple[tuple[str, NDArray[np.float64]], ...]:
    """Every named kernel that fits (rows, cols), centred in it; of those with a size, that size."""
    found = []
    for name, kind in KERNELS.items():
        if name == "random":
            continue
        sized = any(param.name == "size" for param in kind.params)
        kernel = make(name, **({"size": min(rows, cols)} if sized else {}))
        if kernel.shape[0] > rows or kernel.shape[1] > cols or not np.linalg.norm(kernel):
            continue
        placed = np.zeros((rows, cols))
        top, left = (rows - kernel.shape[0]) // 2, (cols - kernel.shape[1]) // 2
        placed[top : top + kernel.shape[0], left : left + kernel.shape[1]] = kernel
        found.append((name, placed))
    return tuple(found)
