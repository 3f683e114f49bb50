"""Actions of the kernel editor: each takes a (rows, cols) matrix and returns a fresh one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from app.domain.errors import UserError
from app.domain.shapes import MAX_KERNEL
from app.kernels.grid import Kernel

_ALMOST_ZERO = 1e-9  # of the sum of magnitudes: dividing by less would only magnify rounding


def normalise(matrix: ArrayLike) -> Kernel:
    """Divide by the sum, so that flat regions keep their brightness.

    Raises
    ------
    UserError
        `kernel_sum_zero` when the cells add up to (almost) zero.
    """
    kernel = _fresh(matrix)
    total, magnitudes = float(kernel.sum()), float(np.abs(kernel).sum())
    if abs(total) <= _ALMOST_ZERO * magnitudes:
        raise UserError("kernel_sum_zero", sum=total)
    return kernel / total


def negate(matrix: ArrayLike) -> Kernel:
    """Change every sign."""
    return 0.0 - _fresh(matrix)  # and no negative zeros


def transpose(matrix: ArrayLike) -> Kernel:
    """Swap rows and columns."""
    return _fresh(matrix).T.copy()


def rotate90(matrix: ArrayLike) -> Kernel:
    """Turn by a quarter, counter-clockwise."""
    return np.rot90(_fresh(matrix)).copy()


def flip180(matrix: ArrayLike) -> Kernel:
    """Turn by half: what tells true convolution from cross-correlation."""
    return _fresh(matrix)[::-1, ::-1].copy()


def randomise(rows: int, cols: int, seed: int) -> Kernel:
    """A rows x cols matrix of standard normal numbers, divided by the square root of their count.

    Raises
    ------
    UserError
        `matrix_too_large`.
    """
    if not (1 <= rows <= MAX_KERNEL and 1 <= cols <= MAX_KERNEL):
        raise UserError("matrix_too_large", rows=rows, cols=cols, limit=MAX_KERNEL)
    numbers: Kernel = np.random.default_rng(seed).standard_normal((rows, cols))
    numbers /= np.sqrt(rows * cols)
    return numbers


def _fresh(matrix: ArrayLike) -> Kernel:
    return np.array(matrix, dtype=np.float64)
