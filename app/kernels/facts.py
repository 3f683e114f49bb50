"""What can be said about a kernel: sum, norm, rank, factors of a separable one, frequency response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.kernels.grid import Kernel

NEGLIGIBLE = 1e-9  # a singular value or sum is zero when below this share of the largest one


@dataclass(frozen=True)
class KernelFacts:
    """Facts of a (rows, cols) kernel.

    `l1` is the sum of magnitudes: with inputs in 0..1 no output lies further than that from zero.
    A separable kernel (rank 1) is `column` times `row`.
    """

    sum: float
    l1: float
    rank: int
    column: tuple[float, ...] | None = None
    row: tuple[float, ...] | None = None

    @property
    def is_separable(self) -> bool:
        return self.column is not None


def facts(matrix: ArrayLike) -> KernelFacts:
    """Facts of `matrix` (rows, cols)."""
    kernel = np.asarray(matrix, dtype=np.float64)
    left, values, right = np.linalg.svd(kernel)
    rank = int(np.sum(values > NEGLIGIBLE * values[0])) if values[0] > 0 else 0
    total, l1 = float(kernel.sum()), float(np.abs(kernel).sum())
    if abs(total) <= NEGLIGIBLE * l1:
        total = 0.0  # rounding, as in log and dog
    if rank != 1:
        return KernelFacts(total, l1, rank)
    column, row = _readable(kernel, left[:, 0] * values[0], right[0])
    return KernelFacts(total, l1, rank, column, row)


def _readable(kernel: Kernel, column: Kernel, row: Kernel) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Scale two factors for reading: sums of 1 if the kernel has one, else whole numbers."""
    if abs(kernel.sum() - 1) < NEGLIGIBLE:
        return _rounded(column / column.sum()), _rounded(row * column.sum())
    first, second = (_unit(column), _unit(row))
    for scale in (first, 1 / second):  # the column's smallest cell is 1, or the row's
        pair = _rounded(column / scale), _rounded(row * scale)
        if all(value.is_integer() for factor in pair for value in factor):
            break
    else:
        pair = _rounded(column / first), _rounded(row * first)
    sign = -1.0 if _is_negative(pair[0]) else 1.0
    return tuple(sign * value + 0.0 for value in pair[0]), tuple(sign * value + 0.0 for value in pair[1])


def _unit(factor: Kernel) -> float:
    """The smallest magnitude in a factor that is not zero."""
    magnitudes = np.abs(factor)
    return float(magnitudes[magnitudes > NEGLIGIBLE * magnitudes.max()].min())


def _is_negative(column: tuple[float, ...]) -> bool:
    """Whether the column reads better with its signs changed: a sum below 0, or a derivative that falls."""
    total = sum(column)
    if abs(total) > NEGLIGIBLE * sum(map(abs, column)):
        return total < 0
    return column[-1] < 0


def _rounded(factor: Kernel) -> tuple[float, ...]:
    """Drop the rounding noise of the decomposition."""
    clean = np.where(np.abs(factor) < NEGLIGIBLE * np.abs(factor).max(), 0.0, factor)
    return tuple(float(f"{value:.12g}") for value in clean)


def frequency_response(matrix: ArrayLike, size: int = 64) -> NDArray[np.float64]:
    """Magnitude of the kernel's response on a size x size grid, zero frequency at [size // 2, size // 2].

    The discrete Fourier transform of the zero-padded kernel; the frequency of cell i is (i − size//2) / size
    cycles a cell. A kernel larger than the grid is sampled, not cut.
    """
    kernel = np.asarray(matrix, dtype=np.float64)
    frequencies = (np.arange(size) - size // 2) / size
    rows, cols = (np.exp(-2j * np.pi * np.outer(frequencies, np.arange(length))) for length in kernel.shape)
    response: NDArray[np.float64] = np.abs(rows @ kernel @ cols.T)
    return response
