"""One entry of a gradient taken apart: the products of loss gradient and factor that add up to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.gradients.convolution import Exact, Numbers, Slide, sources

Index = tuple[int, ...]


@dataclass(frozen=True)
class Link:
    """An output cell that an entry moves, and by how much: dZ[output] / d entry = `factor`.

    `name` says what the factor is (``kernel``, ``input``, ``slope``, ``share``, ``winner``) and `index` where
    it stands: K[i,j,k,l], or V[channel, row, column], which lies outside the input where padding is read.
    """

    output: Index
    name: str
    factor: float
    index: Index = ()


@dataclass(frozen=True)
class Product:
    """A link with the gradient of the loss by its output cell."""

    link: Link
    gradient: float

    @property
    def value(self) -> float:
        """Gradient times factor."""
        return self.gradient * self.link.factor


def kernel_links(
    entry: tuple[int, int, int, int], padded: Exact, shape: tuple[int, ...], maps: int, slide: Slide
) -> Iterator[Link]:
    """The products of g for K[i,j,k,l]: every output cell of map i, and the input cell under (k, l).

    `shape` is that of the output, `maps` how many kernels there are, `padded` the input with its padding.
    """
    i, j, k, l_ = entry
    channel = i // (maps // slide.groups) * (len(padded) // slide.groups) + j
    for m in range(shape[1]):
        row = m * slide.stride[0] + k * slide.dilation[0]
        for n in range(shape[2]):
            col = n * slide.stride[1] + l_ * slide.dilation[1]
            place = (channel, row - slide.sides[0], col - slide.sides[2])
            yield Link((i, m, n), "input", float(padded[channel, row, col]), place)


def input_links(
    cell: tuple[int, int, int],
    kernels: Numbers,
    shape: tuple[int, ...],
    output: tuple[int, ...],
    slide: Slide,
) -> Iterator[Link]:
    """The products of h for V[i,j,k]: every kernel cell that meets it, with the output it helps to make."""
    channel, row, col = cell
    maps, slices = len(kernels) // slide.groups, kernels.shape[1]
    group, inner = divmod(channel, slices)
    rows = list(_meetings(row, shape[1], kernels.shape[2], output[1], slide, 0))
    cols = list(_meetings(col, shape[2], kernels.shape[3], output[2], slide, 1))
    for l_, m in rows:
        for n, p in cols:
            for q in range(group * maps, (group + 1) * maps):
                yield Link((q, l_, n), "kernel", float(kernels[q, inner, m, p]), (q, inner, m, p))


def _meetings(
    index: int, length: int, size: int, outputs: int, slide: Slide, axis: int
) -> Iterator[tuple[int, int]]:
    """All (output, tap) with output·s + tap·d − p = index, or a cell that padding copies from it."""
    for padded, source in enumerate(sources(length, slide, axis)):
        if source != index:
            continue
        for tap in range(size):
            start = padded - tap * slide.dilation[axis]
            if start % slide.stride[axis] == 0 and 0 <= start // slide.stride[axis] < outputs:
                yield start // slide.stride[axis], tap


def kernel_condition(entry: Index, slide: Slide) -> str:
    """Which input cell each product of g takes, with the numbers put in; m, n run over the output."""
    i, j, k, l_ = entry
    row, col = _place("m", k, slide, 0), _place("n", l_, slide, 1)
    return f"G[{i}, m, n] * V[{j}, {row}, {col}]"


def input_condition(cell: Index, slide: Slide) -> str:
    """Which products h takes, with the numbers put in; l, n run over the output, m, p over the kernel."""
    i, j, k = cell
    met = [
        f"{output}*{slide.stride[axis]} + {_times(tap, slide.dilation[axis])}{_less(slide, axis)} = {index}"
        for axis, output, tap, index in ((0, "l", "m", j), (1, "n", "p", k))
    ]
    return f"K[q, {i}, m, p] * G[q, l, n], {met[0]}, {met[1]}"


def _place(output: str, tap: int, slide: Slide, axis: int) -> str:
    return f"{output}*{slide.stride[axis]} + {_times(str(tap), slide.dilation[axis])}{_less(slide, axis)}"


def _times(tap: str, dilation: int) -> str:
    return tap if dilation == 1 else f"{tap}*{dilation}"


def _less(slide: Slide, axis: int) -> str:
    before = slide.sides[2 * axis]
    return f" - {before}" if before else ""
