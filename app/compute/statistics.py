"""Numbers about a stage's maps: extremes, mean, spread, share of zeros; summed in float64."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Statistics:
    """Of all cells of a stage; `zeros` is a share of 0..1. `ranges`, `means` and `zero_shares` are each map's own."""

    min: float
    max: float
    mean: float
    std: float
    zeros: float
    ranges: tuple[tuple[float, float], ...]
    means: tuple[float, ...]
    zero_shares: tuple[float, ...]


def extremes(maps: Array) -> tuple[tuple[float, float], ...]:
    """The smallest and the largest value of each map of `maps` (C, H, W): all that a picture's scale needs."""
    return tuple(cv2.minMaxLoc(np.ascontiguousarray(plane))[:2] for plane in maps)


def all_finite(maps: Array) -> bool:
    """Whether no value of `maps` (C, H, W) is infinite or not a number.

    Their sum tells, as it is taken in float64, where finite float32 values cannot overflow.
    """
    if not maps.size:
        return True
    return all(math.isfinite(cv2.sumElems(plane)[0]) for plane in _planes(maps))


def statistics(maps: Array, ranges: tuple[tuple[float, float], ...] | None = None) -> Statistics:
    """Statistics of `maps` (C, H, W), whose `extremes` may be known; `std` is the population's, as np.std."""
    planes = [np.ascontiguousarray(plane) for plane in maps]
    ranges = ranges or extremes(maps)
    moments = [cv2.meanStdDev(plane) for plane in planes]
    means = np.array([mean[0, 0] for mean, _ in moments])
    deviations = np.array([deviation[0, 0] for _, deviation in moments])
    mean = float(means.mean())
    with np.errstate(invalid="ignore", over="ignore"):  # infinities are refused by whoever asked
        variance = float((deviations**2).mean() + ((means - mean) ** 2).mean())
    empty = [plane.size - cv2.countNonZero(plane) for plane in planes]
    return Statistics(
        min=min(low for low, _ in ranges),
        max=max(high for _, high in ranges),
        mean=mean,
        std=variance**0.5,
        zeros=sum(empty) / maps.size,
        ranges=ranges,
        means=tuple(means.tolist()),
        zero_shares=tuple(count / maps[0].size for count in empty),
    )


def _planes(maps: Array) -> list[Array]:
    """The values as few planes (rows, columns), one where they lie side by side in memory."""
    return [maps.reshape(-1, maps.shape[-1])] if maps.flags.c_contiguous else list(maps)
