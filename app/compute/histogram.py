"""How a map's values are spread over its range, as counts in equal parts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDE = 1e37  # from here on a difference of two values could overflow float32


def histogram(plane: NDArray[np.float32], bins: int, low: float, high: float) -> tuple[int, ...]:
    """How many values of `plane` (rows, cols) fall into each of `bins` equal parts of low..high, high included.

    Values outside are not counted. With low == high the values there stand in the middle bin.
    """
    if low == high:
        low, high = low - max(0.5, abs(low)), high + max(0.5, abs(high))
    if max(abs(low), abs(high)) > _WIDE:
        plane, low, high = plane / np.float32(8), low / 8, high / 8
    # counted from low, or the parts of a narrow range far from 0 would coincide
    above, width = plane - np.float32(low), high - low
    counts = cv2.calcHist([above], [0], None, [bins], [0.0, width]).ravel().astype(int).tolist()
    counts[-1] += cv2.countNonZero(cv2.inRange(above, 0.0, width)) - sum(
        counts
    )  # OpenCV leaves the far end out
    return tuple(counts)
