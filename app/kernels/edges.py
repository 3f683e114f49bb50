"""First derivatives: `_x` is positive where it gets brighter to the right, `_y` downwards."""

from __future__ import annotations

import numpy as np

from app.kernels.grid import Kernel


def sobel_x() -> Kernel:
    """Sobel and Feldman 1968: the derivative, smoothed by [1, 2, 1] across."""
    return np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def sobel_y() -> Kernel:
    """The transpose of `sobel_x`."""
    return sobel_x().T


def scharr_x() -> Kernel:
    """Scharr 2000: weights across chosen so that the gradient's direction turns with the picture."""
    return np.array([[-3.0, 0, 3], [-10, 0, 10], [-3, 0, 3]])


def scharr_y() -> Kernel:
    """The transpose of `scharr_x`."""
    return scharr_x().T


def prewitt_x() -> Kernel:
    """Prewitt 1970: the derivative, smoothed by a plain mean across."""
    return np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])


def prewitt_y() -> Kernel:
    """The transpose of `prewitt_x`."""
    return prewitt_x().T


def roberts_x() -> Kernel:
    """Roberts 1963: the difference along one diagonal."""
    return np.array([[1.0, 0], [0, -1]])


def roberts_y() -> Kernel:
    """The difference along the other diagonal."""
    return np.array([[0.0, 1], [-1, 0]])
