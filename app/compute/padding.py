"""Cells added around maps, as torch.nn.functional.pad fills them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.params import Sides
from app.domain.windows import PaddingMode, padded_source

Array = NDArray[np.float32]  # (channels, rows, cols)


def pad(x: Array, sides: Sides, mode: PaddingMode = "zeros", value: float = 0.0) -> Array:
    """A fresh (C, top + H + bottom, left + W + right) copy of `x` (C, H, W) with its border filled.

    Parameters
    ----------
    sides : (top, bottom, left, right), in cells.
    mode : `reflect` needs sides <= n - 1, `circular` <= n; the caller has checked.
    value : what `zeros` fills in; pooling for the maximum takes -inf.
    """
    top, bottom, left, right = sides
    channels, rows, cols = x.shape
    out = np.empty((channels, top + rows + bottom, left + cols + right), dtype=np.float32)
    out[:, top : top + rows, left : left + cols] = x
    if mode == "zeros":
        out[:, :top] = value
        out[:, top + rows :] = value
        out[:, top : top + rows, :left] = value
        out[:, top : top + rows, left + cols :] = value
        return out
    inner = out[:, top : top + rows]
    for col in (*range(-left, 0), *range(cols, cols + right)):
        inner[:, :, left + col] = inner[:, :, left + _source(col, cols, mode)]
    for row in (*range(-top, 0), *range(rows, rows + bottom)):
        out[:, top + row] = out[:, top + _source(row, rows, mode)]
    return out


def _source(index: int, length: int, mode: PaddingMode) -> int:
    source = padded_source(index, length, mode)
    assert source is not None, "the caller checks how wide the padding may be"
    return source
