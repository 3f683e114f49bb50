"""Numbers about a stage's maps: extremes, mean, spread, share of zeros; summed in float64."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Statistics:
    """Of all cells of a stage; `ranges` holds each map's (min, max), `zeros` is a share of 0..1."""

    min: float
    max: float
    mean: float
    std: float
    zeros: float
    ranges: tuple[tuple[float, float], ...]


def statistics(maps: Array) -> Statistics:
    """Statistics of `maps` (C, H, W); `std` is the population's, as np.std."""
    planes = [np.ascontiguousarray(plane) for plane in maps]
    ranges = [cv2.minMaxLoc(plane)[:2] for plane in planes]
    moments = [cv2.meanStdDev(plane) for plane in planes]
    means = np.array([mean[0, 0] for mean, _ in moments])
    deviations = np.array([deviation[0, 0] for _, deviation in moments])
    mean = float(means.mean())
    with np.errstate(invalid="ignore", over="ignore"):  # infinities are refused by whoever asked
        variance = float((deviations**2).mean() + ((means - mean) ** 2).mean())
    filled = sum(cv2.countNonZero(plane) for plane in planes)
    return Statistics(
        min=min(low for low, _ in ranges),
        max=max(high for _, high in ranges),
        mean=mean,
        std=variance**0.5,
        zeros=1 - filled / maps.size,
        ranges=tuple(ranges),
    )
