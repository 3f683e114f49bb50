"""Pooling: the largest, smallest, mean or L2 norm of every window, by PyTorch's rules for padding and ceil.

A window is a rectangle, so rows are gathered first and columns second: kh + kw operations on whole maps
instead of kh·kw, in plain NumPy; OpenCV takes the largest and smallest at stride 1.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.compute.padding import Array, pad
from app.domain.params import Pair, Sides
from app.domain.shapes import sliding_size

_NO_SIDES: Sides = (0, 0, 0, 0)
# stride 1: OpenCV's grey-scale dilation and erosion are these very pools, and 2 to 3 times faster
_MORPHOLOGY: dict[Any, Any] = {np.maximum: cv2.dilate, np.minimum: cv2.erode}


def max_pool(
    x: Array,
    window: Pair,
    stride: Pair,
    padding: Sides = _NO_SIDES,
    dilation: Pair = (1, 1),
    ceil: bool = False,
) -> Array:
    """The largest cell of every window of `x` (C, H, W); padding never wins."""
    return _gather(np.maximum, x, window, stride, padding, dilation, ceil, -np.inf)


def min_pool(
    x: Array,
    window: Pair,
    stride: Pair,
    padding: Sides = _NO_SIDES,
    dilation: Pair = (1, 1),
    ceil: bool = False,
) -> Array:
    """The smallest cell of every window: -max_pool(-x)."""
    return _gather(np.minimum, x, window, stride, padding, dilation, ceil, np.inf)


def avg_pool(
    x: Array,
    window: Pair,
    stride: Pair,
    padding: Sides = _NO_SIDES,
    dilation: Pair = (1, 1),
    ceil: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """The mean of every window.

    Zeros of the padding count as cells unless `count_include_pad` is false; what `ceil` reads beyond the
    padding never counts.
    """
    sums = _gather(np.add, x, window, stride, padding, dilation, ceil, 0.0)
    rows, cols = (
        _counts(
            x.shape[1 + a],
            sums.shape[1 + a],
            window[a],
            stride[a],
            dilation[a],
            padding[2 * a],
            padding[2 * a + 1],
            count_include_pad,
        )
        for a in (0, 1)
    )
    sums /= (rows[:, None] * cols[None, :]).astype(np.float32)
    return sums


def l2_pool(
    x: Array,
    window: Pair,
    stride: Pair,
    padding: Sides = _NO_SIDES,
    dilation: Pair = (1, 1),
    ceil: bool = False,
) -> Array:
    """The square root of the sum of squares of every window.

    This is torch's lp_pool2d with norm 2, except for the windows that `ceil` lets stand out: torch scales
    those up as if they were whole, here they hold the sum that they see.
    """
    sums = _gather(np.add, np.square(x, dtype=np.float32), window, stride, padding, dilation, ceil, 0.0)
    np.sqrt(sums, out=sums)
    return sums


def adaptive_avg(x: Array, rows: int, cols: int) -> Array:
    """Means over rows x cols windows that share the map out, from floor(i·n/m) to ceil((i+1)·n/m)."""
    return _share(np.mean, _share(np.mean, x, 1, rows), 2, cols)


def adaptive_max(x: Array, rows: int, cols: int) -> Array:
    """The largest cells of the same windows as `adaptive_avg`."""
    return _share(np.max, _share(np.max, x, 1, rows), 2, cols)


def global_avg(x: Array) -> Array:
    """The mean of each map, (C, 1, 1), summed in float64."""
    return np.asarray(x.mean(axis=(1, 2), keepdims=True, dtype=np.float64), dtype=np.float32)


def global_max(x: Array) -> Array:
    """The largest cell of each map, (C, 1, 1)."""
    return np.array(x.max(axis=(1, 2), keepdims=True), dtype=np.float32)


def _gather(
    combine: Any,
    x: Array,
    window: Pair,
    stride: Pair,
    padding: Sides,
    dilation: Pair,
    ceil: bool,
    filler: float,
) -> Array:
    """Combine the taps of every window, rows first."""
    sizes, sides = [], []
    for axis in (0, 1):
        n, before, after = x.shape[1 + axis], padding[2 * axis], padding[2 * axis + 1]
        size = sliding_size(n, window[axis], stride[axis], dilation[axis], before, after, ceil)
        if size < 1:
            raise ValueError(
                f"window {window}, dilation {dilation}, does not fit {x.shape} padded by {padding}"
            )
        reach = (size - 1) * stride[axis] + dilation[axis] * (window[axis] - 1) + 1
        sizes.append(size)
        sides.append((before, max(after, reach - n - before)))
    all_sides = (*sides[0], *sides[1])
    maps: Array = pad(x, all_sides, "zeros", filler) if any(all_sides) else x
    if combine in _MORPHOLOGY and stride == dilation == (1, 1) and window != (1, 1):
        return _morphed(_MORPHOLOGY[combine], maps, window, sizes[0], sizes[1])
    for axis in (0, 1):
        maps = _taps(combine, maps, 1 + axis, sizes[axis], window[axis], stride[axis], dilation[axis])
    return np.asarray(maps, dtype=np.float32)


def _morphed(morph: Any, maps: Array, window: Pair, rows: int, cols: int) -> Array:
    """Slide a rectangle of ones; the anchor in its corner leaves the valid places at the top left."""
    rectangle = np.ones(window, dtype=np.uint8)
    out = np.empty((len(maps), rows, cols), dtype=np.float32)
    for plane, target in zip(maps, out, strict=True):
        target[...] = morph(np.ascontiguousarray(plane), rectangle, anchor=(0, 0))[:rows, :cols]
    return out


def _taps(combine: Any, maps: Array, axis: int, size: int, window: int, stride: int, dilation: int) -> Array:
    lead = (slice(None),) * axis
    taps = [
        maps[(*lead, slice(tap * dilation, tap * dilation + (size - 1) * stride + 1, stride))]
        for tap in range(window)
    ]
    if window == 1:
        return np.array(taps[0], dtype=np.float32, order="C")
    out: Array = np.empty(taps[0].shape, dtype=np.float32)
    combine(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        combine(out, tap, out=out)
    return out


def _counts(
    n: int, size: int, window: int, stride: int, dilation: int, before: int, after: int, include: bool
) -> NDArray[np.int64]:
    """How many taps of each window count on one axis, at least one."""
    taps = np.arange(size)[:, None] * stride - before + np.arange(window)[None, :] * dilation
    inside = (taps < n + after) if include else ((taps >= 0) & (taps < n))
    counts: NDArray[np.int64] = np.maximum(inside.sum(axis=1), 1)
    return counts


def _share(reduce: Any, x: Array, axis: int, outputs: int) -> Array:
    n = x.shape[axis]
    lead = (slice(None),) * axis
    parts = [
        reduce(x[(*lead, slice(i * n // outputs, -(-(i + 1) * n // outputs)))], axis=axis)
        for i in range(outputs)
    ]
    return np.stack(parts, axis=axis).astype(np.float32, copy=False)
