"""Shrinks a picture with the area filter: every stored pixel is the mean of exactly the area it covers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def bounded_size(height: int, width: int, longer_side: int) -> tuple[int, int]:
    """Height and width with the longer side at most `longer_side`, never enlarged, no side below 1."""
    longest = max(height, width)
    if longest <= longer_side:
        return height, width

    def scaled(side: int) -> int:
        return max(1, math.floor(side * longer_side / longest + 0.5))

    return scaled(height), scaled(width)


def shrink(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Mean over fractional areas, rounded half up, of a (row, column, channel) picture.

    Pillow's BOX filter takes a source pixel wholly or not at all, which leaves jagged edges at ratios such
    as 1.3; here a pixel on a border counts with the share that lies inside. One output row at a time, so
    that a picture of 40 megapixels never stands in memory as floats.
    """
    rows, columns = size
    height, width = pixels.shape[:2]
    if (rows, columns) == (height, width):
        return pixels
    shrunk = np.empty((rows, columns, pixels.shape[2]), np.uint8)
    column_edges = np.arange(columns + 1) * (width / columns)
    area = (height / rows) * (width / columns)
    for row in range(rows):
        line = _weighted_rows(pixels, row * height / rows, (row + 1) * height / rows)
        shrunk[row] = np.floor(_sums_between(line, column_edges) / area + 0.5)
    return shrunk


def _weighted_rows(pixels: Pixels, top: float, bottom: float) -> NDArray[np.float32]:
    """Sum of the rows between two fractional edges, each weighted with its share inside."""
    first, last = math.floor(top), min(math.ceil(bottom), pixels.shape[0])
    weights = np.minimum(np.arange(first, last) + 1, bottom) - np.maximum(np.arange(first, last), top)
    total: NDArray[np.float32] = pixels[first].astype(np.float32) * np.float32(weights[0])
    for row, weight in zip(range(first + 1, last), weights[1:], strict=True):
        total += pixels[row] * np.float32(weight)
    return total


def _sums_between(line: NDArray[np.float32], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integrals of a piecewise constant (column, channel) line between neighbouring edges."""
    running = np.zeros((line.shape[0] + 1, line.shape[1]))
    np.cumsum(line, axis=0, out=running[1:])
    whole = np.minimum(edges.astype(np.intp), line.shape[0] - 1)
    at_edges = running[whole] + line[whole] * (edges - whole)[:, None]
    sums: NDArray[np.float64] = np.diff(at_edges, axis=0)
    return sums
