"""A convolution c(K, V, s) and its two gradients, g by the kernels and h by the input, in float64.

Goodfellow, Bengio and Courville 2016, equations 9.8, 9.11 and 9.13; their indices count from 1, ours from 0,
and stride s is joined by padding p and dilation d. K[i, j, k, l]: output map i, input channel j, place (k, l).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.params import Pair, Sides
from app.domain.shapes import Shape
from app.domain.windows import PaddingMode, padded_source

Exact = NDArray[np.float64]
Numbers = NDArray[Any]


@dataclass(frozen=True)
class Slide:
    """How a kernel moves: `sides` is the padding (top, bottom, left, right); `groups` split the channels."""

    stride: Pair = (1, 1)
    sides: Sides = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    mode: PaddingMode = "zeros"
    groups: int = 1


PLAIN = Slide()
_TOGETHER = 2_000_000  # numbers side by side in one product: 16 MB


def convolve(kernels: Numbers, maps: Numbers, slide: Slide = PLAIN) -> Exact:
    """c(K, V, s): Z[i,m,n] = sum over j, k, l of V[j, m·s + k·d − p, n·s + l·d − p]·K[i,j,k,l].

    `kernels` (M, C / groups, kh, kw), `maps` (C, H, W); gives (M, OH, OW).
    """
    padded = pad(maps, slide)
    size = _places(padded, kernels.shape[2:], slide)
    bank, cells = _grouped(kernels, slide.groups), size[0] * size[1]
    out = np.zeros((slide.groups, bank.shape[3], cells))
    for taps in _chunks(kernels.shape[2:], len(padded) * cells):
        met = [_met(padded, tap, size, slide).reshape(slide.groups, -1, cells) for tap in taps]
        out += np.concatenate([bank[tap] for tap in taps], axis=2) @ np.concatenate(met, axis=1)
    return out.reshape(len(kernels), *size)


def kernel_gradient(grad: Numbers, maps: Numbers, kernel_size: Pair, slide: Slide = PLAIN) -> Exact:
    """g(G, V, s): dJ/dK[i,j,k,l] = sum over m, n of G[i,m,n]·V[j, m·s + k·d − p, n·s + l·d − p].

    `grad` (M, OH, OW) is G = dJ/dZ, `maps` (C, H, W) is V; gives (M, C / groups, kh, kw).
    """
    padded = pad(maps, slide)
    size, groups, cells = (grad.shape[1], grad.shape[2]), slide.groups, grad.shape[1] * grad.shape[2]
    given = np.asarray(grad, np.float64).reshape(groups, len(grad) // groups, cells)
    slices = len(padded) // groups
    found = np.empty((len(grad), slices, *kernel_size))
    for taps in _chunks(kernel_size, len(padded) * cells):
        met = [_met(padded, tap, size, slide).reshape(groups, -1, cells) for tap in taps]
        sums = (given @ np.concatenate(met, axis=1).transpose(0, 2, 1)).reshape(len(grad), -1, slices)
        for place, (row, col) in enumerate(taps):
            found[:, :, row, col] = sums[:, place]
    return found


def input_gradient(kernels: Numbers, grad: Numbers, shape: Shape, slide: Slide = PLAIN) -> Exact:
    """h(K, G, s): dJ/dV[i,j,k] = sum over q and l, m with l·s + m·d − p = j, and n, o with n·s + o·d − p = k,
    of K[q,i,m,o]·G[q,l,n].

    `grad` (M, OH, OW) is G, `shape` that of the input V; cells that no window reads get 0.
    """
    top, bottom, left, right = slide.sides
    padded = np.zeros((shape[0], top + shape[1] + bottom, left + shape[2] + right))
    size, groups, cells = (grad.shape[1], grad.shape[2]), slide.groups, grad.shape[1] * grad.shape[2]
    bank = _grouped(kernels, groups)
    given = np.asarray(grad, np.float64).reshape(groups, len(grad) // groups, cells)
    for taps in _chunks(kernels.shape[2:], len(padded) * cells):
        weights = np.concatenate([bank[tap] for tap in taps], axis=2).transpose(0, 2, 1)
        sums = (weights @ given).reshape(groups, len(taps), -1, *size)
        for place, tap in enumerate(taps):
            laid = _met(padded, tap, size, slide)
            laid += sums[:, place].reshape(shape[0], *size)
    return unpad(padded, shape, slide)


def pad(maps: Numbers, slide: Slide) -> Exact:
    """The maps with the cells that the padding adds, filled as its mode says."""
    rows, cols = sources(maps.shape[1], slide, 0), sources(maps.shape[2], slide, 1)
    padded: Exact = maps[:, np.maximum(rows, 0)][:, :, np.maximum(cols, 0)].astype(np.float64)
    padded[:, rows < 0] = 0.0
    padded[:, :, cols < 0] = 0.0
    return padded


def unpad(padded: Exact, shape: Shape, slide: Slide) -> Exact:
    """The way back: what came to a cell that padding copied is added to the cell it was copied from."""
    found = np.zeros(shape)
    rows, cols = sources(shape[1], slide, 0), sources(shape[2], slide, 1)
    inside = padded[:, rows >= 0][:, :, cols >= 0]
    np.add.at(found, np.ix_(np.arange(shape[0]), rows[rows >= 0], cols[cols >= 0]), inside)
    return found


def sources(length: int, slide: Slide, axis: int) -> NDArray[np.intp]:
    """For every padded index the real one that stands there, or -1 for a zero."""
    before, after = slide.sides[2 * axis], slide.sides[2 * axis + 1]
    found = [padded_source(index, length, slide.mode) for index in range(-before, length + after)]
    return np.array([-1 if source is None else source for source in found], dtype=np.intp)


def _grouped(kernels: Numbers, groups: int) -> Exact:
    """(kh, kw, group, map, slice): a matrix for every place of the kernel, its numbers side by side."""
    split = np.asarray(kernels, np.float64).reshape(groups, len(kernels) // groups, *kernels.shape[1:])
    return np.ascontiguousarray(split.transpose(3, 4, 0, 1, 2))


def _places(padded: Numbers, kernel: tuple[int, ...], slide: Slide) -> Pair:
    rows, cols = (
        (padded.shape[1 + axis] - slide.dilation[axis] * (kernel[axis] - 1) - 1) // slide.stride[axis] + 1
        for axis in (0, 1)
    )
    return rows, cols


def _chunks(kernel: tuple[int, ...], numbers: int) -> Iterator[list[Pair]]:
    """The places of the kernel, as many at a time as are worth one product of matrices."""
    places = [(row, col) for row in range(kernel[0]) for col in range(kernel[1])]
    step = max(1, _TOGETHER // max(numbers, 1))
    for first in range(0, len(places), step):
        yield places[first : first + step]


def _met(padded: Exact, tap: Pair, size: Pair, slide: Slide) -> Exact:
    """A view of the cells that a place of the kernel meets as it slides, (C, OH, OW)."""
    first = [tap[axis] * slide.dilation[axis] for axis in (0, 1)]
    last = [first[axis] + (size[axis] - 1) * slide.stride[axis] + 1 for axis in (0, 1)]
    return padded[:, first[0] : last[0] : slide.stride[0], first[1] : last[1] : slide.stride[1]]
