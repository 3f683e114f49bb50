"""The coordinates of a kernel's cells, counted from its centre."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.float64]  # (rows, cols)


def offsets(size: int) -> tuple[Kernel, Kernel]:
    """How far each cell lies below and to the right of the centre, as (size, 1) and (1, size).

    An even kernel has its centre between four cells, so its offsets are halves.
    """
    steps = np.arange(size, dtype=np.float64) - (size - 1) / 2
    return steps[:, None], steps[None, :]


def impulse(size: int) -> Kernel:
    """A one in the centre; in an even kernel it is shared among the four cells around the centre."""
    down, right = offsets(size)
    centre: Kernel = ((np.abs(down) < 1) & (np.abs(right) < 1)).astype(np.float64)
    centre /= centre.sum()
    return centre
