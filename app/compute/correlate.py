"""Cross-correlation and its transpose: every kernel on each channel by itself, or summed over channels.

Channels by themselves run in OpenCV, which never needs torch; banks over many channels run in torch with
channels last (each where it is several times faster).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute import filtering
from app.compute.padding import Array, pad
from app.compute.threads import load_torch
from app.domain.params import Pair, Sides
from app.domain.shapes import sliding_size
from app.domain.windows import PaddingMode

Weights = NDArray[Any]  # float32 or float64, any strides
_NO_SIDES: Sides = (0, 0, 0, 0)
_FEW = 12  # channels x kernels up to which a sum of OpenCV filters beats a bank (and spares loading torch)


def correlate_each(
    x: Array,
    kernels: Weights,
    stride: Pair = (1, 1),
    padding: Sides = _NO_SIDES,
    mode: PaddingMode = "zeros",
    dilation: Pair = (1, 1),
    bias: Weights | None = None,
) -> Array:
    """Slide every kernel (M, kh, kw) over each channel of `x` (C, H, W): (C·M, OH, OW), channel-major.

    `padding` is (top, bottom, left, right), `bias` one number a kernel. The kernel must fit the padded input.
    """
    padded = _padded(x, padding, mode)
    rows, cols = _places(padded, kernels.shape[1:], stride, dilation)
    phases = [_phases(kernel, stride, dilation) for kernel in kernels]
    out = np.empty((x.shape[0] * len(kernels), rows, cols), dtype=np.float32)
    for channel, plane in enumerate(padded):
        for index, parts in enumerate(phases):
            result = _strided(plane, parts, stride, rows, cols)
            target = out[channel * len(kernels) + index]
            if bias is None or not bias[index]:
                target[...] = result
            else:
                np.add(result, np.float32(bias[index]), out=target)
    return out


def correlate_sum(
    x: Array,
    weights: Weights,
    stride: Pair = (1, 1),
    padding: Sides = _NO_SIDES,
    mode: PaddingMode = "zeros",
    dilation: Pair = (1, 1),
    bias: Weights | None = None,
    groups: int = 1,
) -> Array:
    """Slide `weights` (M, C / groups, kh, kw) over `x` (C, H, W), summed over channels: (M, OH, OW)."""
    padded = _padded(x, padding, mode)
    if groups == 1 and weights.shape[0] * weights.shape[1] <= _FEW:
        return _summed(padded, weights, stride, dilation, bias)
    torch = load_torch()
    with torch.inference_mode():
        given = padded if padded.flags.writeable else padded.copy()  # torch shares no read-only memory
        batch = torch.from_numpy(given)[None].contiguous(memory_format=torch.channels_last)
        bank = torch.from_numpy(channels_last(weights))
        offsets = None if bias is None else torch.from_numpy(np.array(bias, dtype=np.float32))
        maps = torch.nn.functional.conv2d(batch, bank, offsets, stride, 0, dilation, groups)
        result: Array = maps[0].contiguous().numpy()
    return result


def channels_last(weights: Weights) -> Array:
    """The same float32 bank (M, C, kh, kw), laid out in memory as `correlate_sum` wants it, (M, kh, kw, C).

    Nothing is copied where it lies so already: a network's banks are laid out once, not at every photo.
    """
    return np.ascontiguousarray(weights.transpose(0, 2, 3, 1), dtype=np.float32).transpose(0, 3, 1, 2)


def each_work(kernels: Weights, dilation: Pair = (1, 1)) -> int:
    """Multiply-adds of `correlate_each` for one place of every kernel's map on one channel, as it is planned."""
    return sum(max(1, filtering.taps(filtering.plan(kernel, dilation))) for kernel in kernels)


def transposed(
    x: Array,
    weights: Weights,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    output_padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    bias: Weights | None = None,
) -> Array:
    """torch's conv_transpose2d: every input cell lays down its multiple of the kernel.

    Parameters
    ----------
    weights : (M, kh, kw) for every kernel on each channel, giving (C·M, OH, OW) channel-major; or
        (M, C, kh, kw) summed over channels, giving (M, OH, OW).
    padding : rows and columns cut off on both sides.

    Notes
    -----
    OH = (H − 1)·stride − 2·padding + dilation·(kh − 1) + output_padding + 1. Computed as the correlation of
    the input, spread out by the stride, with the kernel turned by 180 degrees.
    """
    reach = [dilation[axis] * (weights.shape[axis - 2] - 1) for axis in (0, 1)]
    before = [reach[axis] - padding[axis] for axis in (0, 1)]
    sizes = [(x.shape[1 + a] - 1) * stride[a] + 1 + 2 * before[a] + output_padding[a] for a in (0, 1)]
    spread = np.zeros((x.shape[0], sizes[0], sizes[1]), dtype=np.float32)
    rows, cols = (_landing(x.shape[1 + a], stride[a], before[a], sizes[a]) for a in (0, 1))
    spread[:, rows[1], cols[1]] = x[:, rows[0], cols[0]]
    turned = weights[..., ::-1, ::-1]
    if weights.ndim == 3:
        return correlate_each(spread, turned, dilation=dilation, bias=bias)
    return correlate_sum(spread, turned, dilation=dilation, bias=bias)


def _landing(inputs: int, stride: int, before: int, size: int) -> tuple[slice, slice]:
    """Which inputs stay when padding cuts some off, and where they stand in the spread axis."""
    first = max(0, -(before // stride))  # the first input whose place before + i·stride is not negative
    last = min(inputs - 1, (size - 1 - before) // stride)
    if last < first:
        return slice(0, 0), slice(0, 0)
    start = before + first * stride
    return slice(first, last + 1), slice(start, before + last * stride + 1, stride)


def _padded(x: Array, padding: Sides, mode: PaddingMode) -> Array:
    return pad(x, padding, mode) if any(padding) else np.ascontiguousarray(x, dtype=np.float32)


def _places(padded: Array, kernel: tuple[int, ...], stride: Pair, dilation: Pair) -> Pair:
    rows, cols = (sliding_size(padded.shape[1 + a], kernel[a], stride[a], dilation[a], 0, 0) for a in (0, 1))
    if rows < 1 or cols < 1:
        raise ValueError(f"kernel {kernel} with dilation {dilation} does not fit {padded.shape}")
    return rows, cols


def _phases(kernel: Weights, stride: Pair, dilation: Pair) -> list[tuple[int, int, filtering.Plan]]:
    """Split a strided kernel into one stride-1 kernel for every phase (row, column) of the input.

    Tap i reads input o·stride + dilation·i, which is cell o + (dilation·i) // stride of phase
    (dilation·i) % stride: no place is computed only to be thrown away.
    """
    if stride == (1, 1):
        return [(0, 0, filtering.plan(kernel, dilation))]
    offsets = [np.arange(kernel.shape[axis]) * dilation[axis] for axis in (0, 1)]
    found = []
    for row in np.unique(offsets[0] % stride[0]):
        for col in np.unique(offsets[1] % stride[1]):
            taps = [np.flatnonzero(offsets[a] % stride[a] == phase) for a, phase in ((0, row), (1, col))]
            places = [offsets[a][taps[a]] // stride[a] for a in (0, 1)]
            part = np.zeros((places[0][-1] + 1, places[1][-1] + 1))
            part[np.ix_(*places)] = kernel[np.ix_(*taps)]
            found.append((int(row), int(col), filtering.plan(part, (1, 1))))
    return found


def _strided(
    plane: NDArray[np.float32],
    phases: list[tuple[int, int, filtering.Plan]],
    stride: Pair,
    rows: int,
    cols: int,
) -> NDArray[np.float32]:
    parts = [
        filtering.apply(plan, np.ascontiguousarray(plane[row :: stride[0], col :: stride[1]]), rows, cols)
        for row, col, plan in phases
        if plan or len(phases) == 1
    ]
    if not parts:
        return np.zeros((rows, cols), dtype=np.float32)
    total = parts[0]
    for part in parts[1:]:
        total += part
    return total


def _summed(padded: Array, weights: Weights, stride: Pair, dilation: Pair, bias: Weights | None) -> Array:
    rows, cols = _places(padded, weights.shape[2:], stride, dilation)
    out = np.zeros((len(weights), rows, cols), dtype=np.float32)
    for index, slices in enumerate(weights):
        for plane, kernel in zip(padded, slices, strict=True):
            out[index] += _strided(plane, _phases(kernel, stride, dilation), stride, rows, cols)
        if bias is not None:
            out[index] += np.float32(bias[index])
    return out
