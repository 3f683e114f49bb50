"""Layers with numbers of their own: convolution, its transpose, unshared convolution, dense layer."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.shapes import Shape
from app.engine.gradients.convolution import Exact, Slide, convolve, input_gradient, kernel_gradient, pad
from app.engine.gradients.operation import Learned, LearnedOperation
from app.engine.gradients.terms import (
    Index,
    Link,
    input_condition,
    input_links,
    kernel_condition,
    kernel_links,
)

Owners = NDArray[np.intp]


@dataclass(frozen=True)
class Ties:
    """Which own number stands at each place of the tensor that slides (-1: a zero that is no number).

    A kernel that every channel shares stands there several times; its gradient is the sum over them.
    `shapes` are the kernels' own shapes, in order; `bias` says for each output map whose bias it has.
    """

    owners: Owners
    shapes: tuple[tuple[int, ...], ...]
    bias: Owners

    def fold(self, tensor: Exact) -> tuple[Exact, ...]:
        """A gradient by the tensor as gradients by the kernels."""
        starts = self._starts()
        used = self.owners >= 0
        counts = np.bincount(self.owners[used], weights=tensor[used], minlength=starts[-1])
        sums = np.asarray(counts, np.float64)
        return tuple(
            sums[start : start + int(np.prod(shape))].reshape(shape)
            for start, shape in zip(starts, self.shapes, strict=False)
        )

    def fold_bias(self, grad: Exact) -> Exact:
        """A gradient by the output maps as one by the biases, one a kernel."""
        totals = grad.sum(axis=(1, 2))
        return np.asarray(np.bincount(self.bias, weights=totals, minlength=len(self.shapes)), np.float64)

    def places(self, entry: Index) -> list[tuple[int, int, int, int]]:
        """Where in the tensor a kernel's number stands; `entry` is (kernel, slice, row, column)."""
        kernel, *inside = entry
        owner = self._starts()[kernel] + int(np.ravel_multi_index(tuple(inside), self.shapes[kernel]))
        return [(int(i), int(j), int(k), int(n)) for i, j, k, n in np.argwhere(self.owners == owner)]

    def _starts(self) -> list[int]:
        return [0, *np.cumsum([int(np.prod(shape)) for shape in self.shapes]).tolist()]


class Convolution(LearnedOperation):
    """Z = c(K, V, s) + b, in any number of groups."""

    def __init__(self, tensor: Exact, bias: Exact, slide: Slide, ties: Ties, shape: Shape) -> None:
        self.tensor, self._bias, self._slide, self._ties, self._shape = tensor, bias, slide, ties, shape

    def forward(self, x: Exact) -> Exact:
        return convolve(self.tensor, x, self._slide) + self._bias[:, None, None]

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return input_gradient(self.tensor, grad, self._shape, self._slide)

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        return input_links(cell, self.tensor, self._shape, y.shape, self._slide)

    def input_condition(self, cell: tuple[int, int, int]) -> str:
        return input_condition(cell, self._slide)

    def learned(self, x: Exact, grad: Exact) -> Learned:
        rows, cols = self.tensor.shape[2:]
        tensor = kernel_gradient(grad, x, (rows, cols), self._slide)
        return Learned(self._ties.fold(tensor), self._ties.fold_bias(grad))

    def kernel_links(self, x: Exact, entry: Index) -> Iterator[Link]:
        padded, size = pad(x, self._slide), self._size()
        for place in self._ties.places(entry):
            yield from kernel_links(place, padded, size, len(self.tensor), self._slide)

    def kernel_count(self, x: Exact, entry: Index) -> int:
        _, rows, cols = self._size()
        return len(self._ties.places(entry)) * rows * cols

    def kernel_condition(self, entry: Index) -> str:
        found = []
        for i, j, k, n in self._ties.places(entry):
            channel = i // (len(self.tensor) // self._slide.groups) * self.tensor.shape[1] + j
            found.append(kernel_condition((i, channel, k, n), self._slide))
        return " + ".join(found[:3]) + (" + ..." if len(found) > 3 else "")

    def nudged(self, entry: Index, by: float) -> Self:
        moved = copy.copy(self)
        moved.tensor = self.tensor.copy()
        for place in self._ties.places(entry):
            moved.tensor[place] += by
        return moved

    def _size(self) -> tuple[int, ...]:
        sizes = [len(self.tensor)]
        for axis in (0, 1):
            n = self._shape[1 + axis] + sum(self._slide.sides[2 * axis : 2 * axis + 2])
            reach = self._slide.dilation[axis] * (self.tensor.shape[2 + axis] - 1) + 1
            sizes.append((n - reach) // self._slide.stride[axis] + 1)
        return tuple(sizes)


class Transposed(Convolution):
    """A transposed convolution: forward is the gradient h, backward the convolution itself.

    `tensor` (C, M / groups, kh, kw) as that of the convolution whose gradient this is; `shape` is the output's.
    """

    def forward(self, x: Exact) -> Exact:
        return input_gradient(self.tensor, x, self._shape, self._slide) + self._bias[:, None, None]

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return convolve(self.tensor, grad, self._slide)[:, : x.shape[1], : x.shape[2]]

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        maps = self.tensor.shape[1]
        first = cell[0] // (len(self.tensor) // self._slide.groups) * maps
        for q, m, p in np.ndindex(*self.tensor.shape[1:]):
            row = cell[1] * self._slide.stride[0] + m * self._slide.dilation[0] - self._slide.sides[0]
            col = cell[2] * self._slide.stride[1] + p * self._slide.dilation[1] - self._slide.sides[2]
            if 0 <= row < y.shape[1] and 0 <= col < y.shape[2]:
                place = (cell[0], q, m, p)
                yield Link((first + q, row, col), "kernel", float(self.tensor[place]), place)

    def input_condition(self, cell: tuple[int, int, int]) -> str:
        return ""

    def learned(self, x: Exact, grad: Exact) -> Learned:
        rows, cols = self.tensor.shape[2:]
        tensor = kernel_gradient(x, grad, (rows, cols), self._slide)
        return Learned(self._ties.fold(tensor), self._ties.fold_bias(grad))

    def kernel_links(self, x: Exact, entry: Index) -> Iterator[Link]:
        for channel, q, m, p in self._ties.places(entry):
            first = channel // (len(self.tensor) // self._slide.groups) * self.tensor.shape[1]
            for j, k in np.ndindex(x.shape[1], x.shape[2]):
                row = j * self._slide.stride[0] + m * self._slide.dilation[0] - self._slide.sides[0]
                col = k * self._slide.stride[1] + p * self._slide.dilation[1] - self._slide.sides[2]
                if 0 <= row < self._shape[1] and 0 <= col < self._shape[2]:
                    place = (channel, j, k)
                    yield Link((first + q, row, col), "input", float(x[place]), place)

    def kernel_count(self, x: Exact, entry: Index) -> int:
        return LearnedOperation.kernel_count(self, x, entry)  # the padding cuts off some

    def kernel_condition(self, entry: Index) -> str:
        return ""


class Unshared(LearnedOperation):
    """Weights of its own at every place: W[i, j, k, l, m, n] is used once."""

    def __init__(self, weights: Exact, stride: tuple[int, int]) -> None:
        self._weights, self._stride = weights, stride

    def forward(self, x: Exact) -> Exact:
        found: Exact = np.einsum("ijklmn,ljkmn->ijk", self._weights, self._windows(x))
        return found

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        found = np.zeros(x.shape)
        for m, n in np.ndindex(*self._weights.shape[4:]):
            rows, cols = (
                slice(tap, tap + (y.shape[1 + a] - 1) * self._stride[a] + 1, self._stride[a])
                for a, tap in ((0, m), (1, n))
            )
            found[:, rows, cols] += np.einsum("ijkl,ijk->ljk", self._weights[..., m, n], grad)
        return found

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        channel, row, col = cell
        for i, m, n in np.ndindex(len(self._weights), *self._weights.shape[4:]):
            down, right = row - m, col - n
            j, k = down // self._stride[0], right // self._stride[1]
            fits = down % self._stride[0] == 0 and right % self._stride[1] == 0
            if fits and 0 <= j < y.shape[1] and 0 <= k < y.shape[2]:
                place = (i, j, k, channel, m, n)
                yield Link((i, j, k), "kernel", float(self._weights[place]), place)

    def learned(self, x: Exact, grad: Exact) -> Learned:
        weights: Exact = np.einsum("ijk,ljkmn->ijklmn", grad, self._windows(x))
        return Learned(tuple(weights))

    def kernel_links(self, x: Exact, entry: Index) -> Iterator[Link]:
        i, j, k, channel, m, n = entry
        place = (channel, j * self._stride[0] + m, k * self._stride[1] + n)
        yield Link((i, j, k), "input", float(x[place]), place)

    def nudged(self, entry: Index, by: float) -> Self:
        moved = copy.copy(self)
        moved._weights = self._weights.copy()
        moved._weights[entry] += by
        return moved

    def _windows(self, x: Exact) -> Exact:
        windows = np.lib.stride_tricks.sliding_window_view(x, self._weights.shape[4:], axis=(1, 2))
        return windows[:, :: self._stride[0], :: self._stride[1]]


class FullyConnected(LearnedOperation):
    """y = W·x + b on a vector (N, 1, 1)."""

    def __init__(self, weights: Exact, bias: Exact) -> None:
        self._weights, self._bias = weights, bias

    def forward(self, x: Exact) -> Exact:
        found: Exact = (self._weights @ x.reshape(-1) + self._bias)[:, None, None]
        return found

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return (self._weights.T @ grad.reshape(-1)).reshape(x.shape)

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        for output, weight in enumerate(self._weights[:, cell[0]]):
            yield Link((output, 0, 0), "kernel", float(weight), (output, cell[0]))

    def learned(self, x: Exact, grad: Exact) -> Learned:
        return Learned(tuple(np.outer(grad.reshape(-1), x.reshape(-1))), grad.reshape(-1).copy())

    def kernel_links(self, x: Exact, entry: Index) -> Iterator[Link]:
        yield Link((entry[0], 0, 0), "input", float(x[entry[1], 0, 0]), (entry[1], 0, 0))

    def nudged(self, entry: Index, by: float) -> Self:
        moved = copy.copy(self)
        moved._weights = self._weights.copy()
        moved._weights[entry] += by
        return moved


def bank_ties(specs: Sequence[Any], channels: int, size: tuple[int, int], flip: bool) -> Ties:
    """The ties of a bank of kernels as it slides, (kernels, channels, rows, cols): each centred in `size`."""
    owners = np.full((len(specs), channels, *size), -1, dtype=np.intp)
    shapes, start = [], 0
    for index, spec in enumerate(specs):
        slices, (rows, cols) = len(spec.slices), spec.size
        top, left = (size[0] - rows) // 2, (size[1] - cols) // 2
        own = start + np.arange(slices * rows * cols).reshape(slices, rows, cols)
        for channel in range(channels):
            part = own[channel if spec.is_sliced else 0]
            owners[index, channel, top : top + rows, left : left + cols] = part
        shapes.append((slices, rows, cols))
        start += own.size
    return Ties(owners[..., ::-1, ::-1] if flip else owners, tuple(shapes), np.arange(len(specs)))


def whole_ties(tensor: Exact) -> Ties:
    """Every number of a learned tensor (M, C / groups, rows, cols) is its own."""
    owners = np.arange(tensor.size).reshape(tensor.shape)
    return Ties(owners, tuple(tensor.shape[1:] for _ in tensor), np.arange(len(tensor)))
