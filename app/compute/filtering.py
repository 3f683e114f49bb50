"""One plane under one kernel, by OpenCV: the innermost work of every convolution on channels by themselves.

OpenCV turns to a discrete Fourier transform for kernels of 50 cells and more on some processors. That is
fast, but spreads rounding noise over the whole map, so that cells over a black region are no longer exactly
zero; large kernels therefore run as separable terms, or in tiles that stay below that size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]  # (rows, cols)

_TILE = 7  # 7 x 7 = 49 cells
_SMALL = 25  # up to 5 x 5 the direct form is as fast as the separable one
_NEGLIGIBLE = 1e-9  # a singular value below this share of the largest adds nothing in float32


@dataclass(frozen=True)
class _Separable:
    """A term column x row, both float32, dilated."""

    column: Plane
    row: Plane


@dataclass(frozen=True)
class _Tile:
    """A part of the kernel whose first cell stands at (top, left), dilated."""

    top: int
    left: int
    cells: Plane


Plan = tuple[_Separable | _Tile, ...]


def plan(kernel: NDArray[np.float64], dilation: tuple[int, int]) -> Plan:
    """The cheapest sum of separable terms and tiles that equals `kernel` (rows, cols)."""
    cells = np.ascontiguousarray(kernel, dtype=np.float64)
    return _plan(cells.tobytes(), (cells.shape[0], cells.shape[1]), (int(dilation[0]), int(dilation[1])))


@lru_cache(maxsize=512)
def _plan(cells: bytes, shape: tuple[int, int], dilation: tuple[int, int]) -> Plan:
    kernel = np.frombuffer(cells).reshape(shape)
    if not kernel.any():
        return ()
    if kernel.size > _SMALL and min(shape) > 1:
        left, values, right = np.linalg.svd(kernel)
        rank = int(np.sum(values > _NEGLIGIBLE * values[0]))
        # zeros between the cells are multiplied too, in long thin terms many more than in tiles
        if rank * sum((n - 1) * d + 1 for n, d in zip(shape, dilation, strict=True)) < kernel.size:
            return tuple(
                _Separable(
                    _stuff(_clean(left[:, i : i + 1] * values[i]), (dilation[0], 1)),
                    _stuff(_clean(right[i : i + 1]), (1, dilation[1])),
                )
                for i in range(rank)
            )
    return tuple(_tiles(kernel, dilation))


def taps(plan: Plan) -> int:
    """Multiply-adds a place of the planned kernel; every term is a pass over memory, which takes as long as 3."""
    return sum(
        len(term.column) + term.row.shape[1] if isinstance(term, _Separable) else max(3, term.cells.size)
        for term in plan
    )


def apply(plan: Plan, padded: Plane, rows: int, cols: int) -> Plane:
    """The first rows x cols places of the planned kernel on `padded`; places count from its top-left cell."""
    out: Plane | None = None
    for term in plan:
        part = _term(term, padded, rows, cols)
        if out is None:
            out = part
        else:
            out += part
    return np.zeros((rows, cols), dtype=np.float32) if out is None else out


def _term(term: _Separable | _Tile, padded: Plane, rows: int, cols: int) -> Plane:
    # the anchor in the corner leaves the valid places at the top left; what lies behind them is cut off
    if isinstance(term, _Separable):
        source = padded[: rows + len(term.column) - 1, : cols + term.row.shape[1] - 1]
        full = cv2.sepFilter2D(source, -1, term.row, term.column, anchor=(0, 0))
    else:
        height, width = term.cells.shape
        source = padded[term.top : term.top + rows + height - 1, term.left : term.left + cols + width - 1]
        if term.cells.size == 1:
            return np.asarray(source * term.cells[0, 0], dtype=np.float32)
        full = cv2.filter2D(source, -1, term.cells, anchor=(0, 0))
    return np.asarray(full[:rows, :cols], dtype=np.float32)


def _tiles(kernel: NDArray[np.float64], dilation: tuple[int, int]) -> list[_Tile]:
    """Cut the kernel into dilated blocks of at most 7 x 7 cells; blocks of zeros are left out."""
    step_rows, step_cols = ((_TILE - 1) // d + 1 for d in dilation)
    tiles = []
    for top in range(0, kernel.shape[0], step_rows):
        for left in range(0, kernel.shape[1], step_cols):
            block = kernel[top : top + step_rows, left : left + step_cols]
            if block.any():
                tiles.append(_Tile(top * dilation[0], left * dilation[1], _stuff(block, dilation)))
    return tiles


def _stuff(kernel: NDArray[np.float64], dilation: tuple[int, int]) -> Plane:
    """Zeros between the cells."""
    rows, cols = ((n - 1) * d + 1 for n, d in zip(kernel.shape, dilation, strict=True))
    stuffed = np.zeros((rows, cols), dtype=np.float32)
    stuffed[:: dilation[0], :: dilation[1]] = kernel
    return stuffed


def _clean(factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exact zeros where the decomposition left rounding noise."""
    return np.where(np.abs(factor) < 1e-12 * np.abs(factor).max(), 0.0, factor)
