"""Second derivatives and what is built on them: points, outlines, sharpening, relief."""

from __future__ import annotations

import numpy as np

from app.kernels.grid import Kernel, impulse, offsets
from app.kernels.smoothing import gaussian


def identity() -> Kernel:
    """Copies its input."""
    return impulse(3)


def sharpen() -> Kernel:
    """identity − laplacian4."""
    return identity() - laplacian4()


def unsharp(size: int, sigma: float, amount: float) -> Kernel:
    """identity + amount·(identity − gaussian): unsharp masking as one kernel."""
    centre = impulse(size)
    return centre + amount * (centre - gaussian(size, sigma))


def emboss() -> Kernel:
    """Relief: a diagonal derivative laid on the picture."""
    return np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]])


def outline() -> Kernel:
    """−laplacian8: how much a cell exceeds its eight neighbours."""
    return -laplacian8()


def laplacian4() -> Kernel:
    """Sum of the second differences along rows and columns."""
    return np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])


def laplacian8() -> Kernel:
    """The second differences along rows, columns and both diagonals."""
    return np.array([[1.0, 1, 1], [1, -8, 1], [1, 1, 1]])


def log(size: int, sigma: float) -> Kernel:
    """Laplacian of Gaussian ((x² + y² − 2σ²) / σ⁴)·exp(-(x² + y²) / 2σ²), mean removed.

    Marr and Hildreth 1980, "Theory of edge detection".
    """
    down, right = offsets(size)
    squares = down**2 + right**2
    hat: Kernel = (squares - 2 * sigma**2) / sigma**4 * np.exp(-squares / (2 * sigma**2))
    hat -= hat.mean()
    return hat


def dog(size: int, sigma: float, ratio: float) -> Kernel:
    """Difference of Gaussians: gaussian(σ) − gaussian(σ·ratio)."""
    return gaussian(size, sigma) - gaussian(size, sigma * ratio)
