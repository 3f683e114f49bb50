"""Made pictures, defined to the cell, on which the work of a kernel can be read off by eye."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError

DEFAULT_SIZE = 64
MAX_SIZE = 1024

Floats = NDArray[np.float32]
Plane = NDArray[np.floating]


def _impulse(size: int) -> Plane:
    plane = np.zeros((size, size))
    plane[size // 2, size // 2] = 1
    return plane


def _edge(size: int) -> Plane:
    return _each_row(np.arange(size) >= size / 2)


def _bar(size: int) -> Plane:
    """Three columns wide around column size//2, where the impulse stands too."""
    return _each_row(np.abs(np.arange(size) - size // 2) <= 1)


def _checkerboard(size: int) -> Plane:
    """Eight by eight squares of size//8 cells a side (at least 1), the top left one 0."""
    squares = np.arange(size) // max(1, size // 8)
    return ((squares[:, None] + squares[None, :]) % 2).astype(np.float64)


def _gradient(size: int) -> Plane:
    """From 0 in the first column to 1 in the last."""
    return _each_row(np.linspace(0, 1, size))


def _circle(size: int) -> Plane:
    """1 where the cell's centre lies nearer than 0.3125·size to the middle."""
    offset = np.arange(size) - (size - 1) / 2
    inside: Plane = (np.hypot(offset[:, None], offset[None, :]) < 0.3125 * size).astype(np.float64)
    return inside


def _noise(size: int) -> Plane:
    plane: NDArray[np.float64] = np.random.default_rng(0).random((size, size))
    return plane


def _each_row(row: NDArray[np.generic]) -> Plane:
    plane: Plane = np.broadcast_to(row.astype(np.float64), (len(row), len(row)))
    return plane


_PATTERNS: dict[str, Callable[[int], Plane]] = {
    "impulse": _impulse,
    "edge": _edge,
    "bar": _bar,
    "checkerboard": _checkerboard,
    "gradient": _gradient,
    "circle": _circle,
    "noise": _noise,
}
PATTERNS = tuple(_PATTERNS)


def pattern(kind: str, size: int = DEFAULT_SIZE) -> Floats:
    """A square pattern in 0..1, float32 (3, size, size), three equal channels, read-only.

    Raises
    ------
    UserError
        `pattern_unknown` for a kind not in PATTERNS, `pattern_size` for a size outside 1..MAX_SIZE.
    """
    check_pattern(kind, size)
    plane = _PATTERNS[kind](size).astype(np.float32)
    return np.broadcast_to(plane, (3, size, size))


def check_pattern(kind: str, size: float) -> None:
    """Raise what `pattern` would raise, without making it."""
    if kind not in _PATTERNS:
        raise UserError("pattern_unknown", kind=kind[:40], known=", ".join(PATTERNS))
    if not (float(size).is_integer() and 1 <= size <= MAX_SIZE):
        raise UserError("pattern_size", size=size, limit=MAX_SIZE)
