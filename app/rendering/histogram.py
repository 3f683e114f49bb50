"""Histograms of a map's values, as counts and as the outline that a page draws."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def histogram(values: NDArray[Any], bins: int, low: float, high: float) -> tuple[int, ...]:
    """How many values fall into each of `bins` equal parts of low..high, high included.

    Values outside are not counted. With low == high the values there stand in the middle bin.
    """
    if low == high:
        low, high = low - max(0.5, abs(low)), high + max(0.5, abs(high))
    # float64, or the bins of a narrow range far from 0 would coincide
    counts, _ = np.histogram(values.astype(np.float64).ravel(), bins=bins, range=(low, high))
    return tuple(counts.tolist())


def histogram_svg_path(counts: tuple[int, ...], width: float, height: float) -> str:
    """The histogram as a closed SVG path in a box of width x height, standing on its lower edge.

    Heights go by the square root of the counts, so that rare values stay visible beside a heap of zeros.
    """
    most = max(counts, default=0)
    path = [f"M0 {height:g}"]
    for i, count in enumerate(counts):
        top = height * (1 - (count / most) ** 0.5) if most else height
        path.append(f"V{round(top, 2):g}H{round(width * (i + 1) / len(counts), 2):g}")
    return "".join([*path, f"V{height:g}Z"])
