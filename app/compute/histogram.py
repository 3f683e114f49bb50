"""How a map's values are spread over its range, as counts in equal parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_NARROW, _WIDE = 1e-30, 1e37  # single precision neither underflows nor overflows on the way inside these
MOST_BINS = 255  # a part's number has to fit into 8 bits


def histogram(plane: NDArray[np.float32], bins: int, low: float, high: float) -> tuple[int, ...]:
    """How many values of `plane` (rows, cols) fall into each of `bins` equal parts of low..high, high included.

    low and high are the map's own extremes; where they are equal, all values stand in the middle bin.
    """
    if bins > MOST_BINS:
        raise ValueError(f"at most {MOST_BINS} bins, not {bins}")
    if low == high:
        low, high = low - max(0.5, abs(low)), high + max(0.5, abs(high))
    if max(abs(low), abs(high)) > _WIDE:
        plane, low, high = plane / np.float32(8), low / 8, high / 8
    # from low, or the parts of a narrow range far from 0 would coincide
    kind = np.float32 if high - low > _NARROW else np.float64
    places = np.subtract(plane, kind(low), dtype=kind)
    places *= kind(bins / (high - low))
    # OpenCV counts 8-bit numbers five times as fast as single precision
    numbers = places.astype(np.uint8)
    found = cv2.calcHist([numbers], [0], None, [256], [0.0, 256.0]).ravel().astype(int).tolist()
    return (*found[: bins - 1], found[bins - 1] + found[bins])  # the far end belongs to the last
