"""Pictures written out as numbers, taken as they are: nothing is scaled, rounded or clipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError

MAX_SIDE = 256  # the address that holds the numbers ends sooner for most shapes
_LARGEST = float(np.finfo(np.float32).max)

Rows = tuple[tuple[float, ...], ...]


def grid(*matrices: Rows) -> NDArray[np.float32]:
    """One matrix as three equal channels, or three as a channel each; float32 (3, row, column), read-only.

    Raises
    ------
    UserError
        `grid_channels`, `grid_ragged`, `grid_shapes`, `grid_too_large` or `grid_number_too_large`.
    """
    if len(matrices) not in (1, 3):
        raise UserError("grid_channels", found=len(matrices))
    for matrix in matrices:
        _check(matrix)
    shapes = {(len(matrix), len(matrix[0])) for matrix in matrices}
    if len(shapes) > 1:
        raise UserError("grid_shapes", shapes=", ".join(f"{len(m)}×{len(m[0])}" for m in matrices))
    channels = np.array(matrices, np.float32)
    rows, columns = channels.shape[1:]
    return np.broadcast_to(channels, (3, rows, columns))


def _check(matrix: Rows) -> None:
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    if any(len(row) != columns for row in matrix) or not columns:
        raise UserError("grid_ragged")
    if max(rows, columns) > MAX_SIDE:
        raise UserError("grid_too_large", rows=rows, columns=columns, limit=MAX_SIDE)
    for number in (number for row in matrix for number in row):
        if not abs(number) <= _LARGEST:  # also false for NaN
            raise UserError("grid_number_too_large", number=number)
