"""Kernels that average: their cells add up to one, so flat regions keep their brightness."""

from __future__ import annotations

import math

import numpy as np

from app.kernels.grid import Kernel, offsets


def box(size: int) -> Kernel:
    """The mean of size x size cells."""
    return np.full((size, size), 1 / size**2)


def gaussian(size: int, sigma: float) -> Kernel:
    """exp(-(x² + y²) / 2σ²) at the cell centres, sum 1."""
    down, right = offsets(size)
    # cells are weighed against the one nearest the centre, so that a tiny sigma cannot underflow to 0 / 0
    squares = down**2 + right**2
    bell: Kernel = np.exp(-(squares - squares.min()) / (2 * sigma**2))
    bell /= bell.sum()
    return bell


def motion(size: int, angle: float) -> Kernel:
    """An antialiased line of `size` cells through the centre, sum 1.

    `angle` in degrees, 0 along the rows, turning from right to down as in `gabor`. A cell counts for as much
    as it is nearer than one cell to the line, across and beyond its ends.
    """
    down, right = offsets(size)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along = np.abs(right * cos + down * sin)
    across = np.abs(down * cos - right * sin)
    beyond = np.maximum(along - (size - 1) / 2, 0)
    line: Kernel = np.clip(1 - across, 0, 1) * np.clip(1 - beyond, 0, 1)
    line[line < 1e-12] = 0  # rounding at right angles
    line /= line.sum()
    return line
