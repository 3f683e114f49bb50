"""Resizing, turning, shifting and enlarging maps, with the exact weights behind every output cell."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from app.compute.padding import Array
from app.domain.fields import Turned

_ON_CELL = 1e-9  # a turned position nearer than this to a cell is that cell


def resize(x: Array, rows: int, cols: int) -> Array:
    """Bring `x` (C, H, W) to (C, rows, cols): by area when shrinking, bilinear when enlarging.

    Each axis by itself: those that shrink first, then those that grow, with the weights of `resize_support`
    (bilinear with half-pixel centres, as torch's interpolate with align_corners=False).
    """
    sizes = {1: rows, 2: cols}
    shrinking = [axis for axis in (1, 2) if sizes[axis] < x.shape[axis]]
    growing = [axis for axis in (1, 2) if sizes[axis] > x.shape[axis]]
    maps = np.array(x, dtype=np.float32, order="C")
    for axis in (*shrinking, *growing):
        maps = _resize_axis(maps, axis, sizes[axis])
    return maps


def nearest(plane: Array, rows: int, cols: int) -> Array:
    """A map (H, W) as rows x cols values, each that of the cell under its middle: what a screen shows of it."""
    if plane.shape == (rows, cols):
        return plane
    small = cv2.resize(np.ascontiguousarray(plane), (cols, rows), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(small, np.float32)


def resize_support(inputs: int, outputs: int, index: int) -> tuple[int, int, tuple[float, ...]]:
    """First and last input cell that cell `index` of a resized axis reads, and their weights (sum 1)."""
    indices, weights = _table(inputs, outputs)
    used = weights[index] > 0
    cells = indices[index][used]
    return int(cells[0]), int(cells[-1]), tuple(float(weight) for weight in weights[index][used])


def rotate(x: Array, degrees: float) -> Array:
    """Turn counter-clockwise about the centre, bilinear, zeros from outside; quarter turns are exact."""
    channels, rows, cols = x.shape
    turned = Turned(rows, cols, degrees)
    if turned.quarter is not None:
        return np.array(np.rot90(x, turned.quarter, axes=(1, 2)), dtype=np.float32, order="C")
    source_rows, source_cols = _origins(rows, cols, degrees, *np.ogrid[:rows, :cols])
    top, left = np.floor(source_rows), np.floor(source_cols)
    flat = x.reshape(channels, -1)
    out = np.zeros((channels, rows, cols), dtype=np.float32)
    for down in (0, 1):
        for right in (0, 1):
            row, col = (top + down).astype(np.intp), (left + right).astype(np.intp)
            weight = (1 - np.abs(source_rows - row)) * (1 - np.abs(source_cols - col))
            weight[(row < 0) | (row >= rows) | (col < 0) | (col >= cols)] = 0
            index = np.clip(row, 0, rows - 1) * cols + np.clip(col, 0, cols - 1)
            out += flat[:, index] * weight.astype(np.float32)
    return out


def rotate_taps(rows: int, cols: int, degrees: float, row: int, col: int) -> list[tuple[int, int, float]]:
    """The input cells (row, col, weight) that output cell (row, col) of a rotated rows x cols map reads.

    Cells outside, which are zero, are left out, so the weights of a border cell add up to less than one.
    """
    turned = Turned(rows, cols, degrees)
    if turned.quarter is not None:
        source = turned.origin(row, col)
        return [(int(source[0]), int(source[1]), 1.0)]
    source_rows, source_cols = _origins(rows, cols, degrees, np.array(row), np.array(col))
    down, right = float(source_rows), float(source_cols)
    taps = []
    for r in (math.floor(down), math.floor(down) + 1):
        for c in (math.floor(right), math.floor(right) + 1):
            weight = (1 - abs(down - r)) * (1 - abs(right - c))
            if weight > 0 and 0 <= r < rows and 0 <= c < cols:
                taps.append((r, c, weight))
    return taps


def shift(x: Array, rows: int, cols: int, mode: Literal["zeros", "circular"] = "zeros") -> Array:
    """Move the maps down by `rows` and right by `cols`; what enters is zero, or with `circular` what left."""
    if mode == "circular":
        return np.roll(x, (rows, cols), axis=(1, 2)).astype(np.float32)
    out = np.zeros(x.shape, dtype=np.float32)
    height, width = x.shape[1:]
    if abs(rows) < height and abs(cols) < width:
        out[:, max(rows, 0) : height + min(rows, 0), max(cols, 0) : width + min(cols, 0)] = x[
            :, max(-rows, 0) : height - max(rows, 0), max(-cols, 0) : width - max(cols, 0)
        ]
    return out


def upsample(x: Array, factor: int) -> Array:
    """Repeat every cell `factor` times in both directions (nearest neighbour)."""
    return x.repeat(factor, axis=1).repeat(factor, axis=2).astype(np.float32, copy=False)


def _resize_axis(maps: Array, axis: int, outputs: int) -> Array:
    inputs = maps.shape[axis]
    size = (maps.shape[2], outputs) if axis == 1 else (outputs, maps.shape[1])
    if outputs > inputs:
        return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in maps])
    if inputs % outputs == 0:
        return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in maps])
    # OpenCV drops a cell that is touched by less than a thousandth, so uneven ratios are summed here
    indices, weights = _table(inputs, outputs)
    shape = (-1, 1) if axis == 1 else (1, -1)
    shares = weights.astype(np.float32)
    out = maps.take(indices[:, 0], axis=axis)
    out *= shares[:, 0].reshape(shape)
    part = np.empty_like(out)
    for tap in range(1, indices.shape[1]):
        maps.take(indices[:, tap], axis=axis, out=part, mode="clip")  # the table names no cell outside
        part *= shares[:, tap].reshape(shape)
        out += part
    return np.asarray(out, dtype=np.float32)


@lru_cache(maxsize=64)
def _table(inputs: int, outputs: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Input cells and weights of every output cell, both (outputs, taps); unused taps weigh 0."""
    places = np.arange(outputs, dtype=np.int64)[:, None]
    if outputs <= inputs:
        # overlaps in units of 1 / outputs, exact in whole numbers
        taps = places * inputs // outputs + np.arange(-(-inputs // outputs) + 1)
        overlap = np.minimum((places + 1) * inputs, (taps + 1) * outputs) - np.maximum(
            places * inputs, taps * outputs
        )
        return np.minimum(taps, inputs - 1), np.maximum(overlap, 0) / inputs
    # the centre of an output lies at ((2i + 1)·n − m) / 2m
    doubled = (2 * places + 1) * inputs - outputs
    below = doubled // (2 * outputs)
    share = (doubled - below * 2 * outputs) / (2 * outputs)
    taps = np.concatenate([below, below + 1], axis=1)
    weights = np.concatenate([1 - share, share], axis=1)
    outside = (taps < 0) | (taps >= inputs)
    weights[outside[:, 0], 1] = 1.0  # at the ends the outermost cell stands for the one beyond
    weights[outside[:, 1], 0] = 1.0
    weights[outside] = 0.0
    return np.clip(taps, 0, inputs - 1), weights


def _origins(
    rows: int, cols: int, degrees: float, row: NDArray[np.intp], col: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where output cells are read in the input, as `Turned.origin`."""
    angle = math.radians(degrees)
    down, right = row - (rows - 1) / 2, col - (cols - 1) / 2
    source_rows = (rows - 1) / 2 + math.cos(angle) * down + math.sin(angle) * right
    source_cols = (cols - 1) / 2 - math.sin(angle) * down + math.cos(angle) * right
    return _on_cell(source_rows), _on_cell(source_cols)


def _on_cell(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    nearest = np.round(positions)
    return np.where(np.abs(positions - nearest) < _ON_CELL, nearest, positions)
