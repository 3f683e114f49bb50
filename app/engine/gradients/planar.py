"""Layers that sum up or move the cells of each map by itself: pooling, resizing, shifting; grey and flatten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from app.domain.windows import AxisWindow
from app.engine.gradients.convolution import Exact, Numbers
from app.engine.gradients.operation import Operation
from app.engine.gradients.terms import Link

Taps = Sequence[Sequence[int]]  # for every output of an axis, the inputs that it reads, in order


class Separable(Operation):
    """y[c] = A·x[c]·Bᵀ for every channel: A weighs rows (outputs, inputs), B columns."""

    def __init__(self, rows: Exact, cols: Exact) -> None:
        self._rows, self._cols = rows, cols

    def forward(self, x: Exact) -> Exact:
        found: Exact = self._rows @ x @ self._cols.T
        return found

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        found: Exact = self._rows.T @ grad @ self._cols
        return found

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        channel, row, col = cell
        for i in np.flatnonzero(self._rows[:, row]).tolist():
            for j in np.flatnonzero(self._cols[:, col]).tolist():
                yield Link((channel, i, j), "share", float(self._rows[i, row] * self._cols[j, col]))


class Energy(Separable):
    """y = sqrt(A·x²·Bᵀ): the length of each window's cells; the slope at length 0 is taken as 0."""

    def forward(self, x: Exact) -> Exact:
        return np.sqrt(super().forward(x * x))

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return x * super().backward(x, y, grad * _over(y))

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        inverse = _over(y)
        for link in super().input_links(x, y, cell):
            yield Link(link.output, "slope", float(x[cell] * inverse[link.output]) * link.factor, cell)


class Winner(Operation):
    """The largest (sign 1) or smallest (-1) cell of every window: the gradient goes to it alone.

    Of equal cells the first in reading order wins. Padding never does.
    """

    def __init__(self, rows: Taps, cols: Taps, sign: int = 1) -> None:
        self._taps, self._sign = (rows, cols), sign

    def forward(self, x: Exact) -> Exact:
        found: Exact = x[self.route(x)]
        return found

    def route(self, x: Exact) -> tuple[Numbers, Numbers, Numbers]:
        """Channel, row and column of every output's winner, each (C, OH, OW)."""
        rows, cols = self._taps
        signed = self._sign * x
        channels = np.arange(len(x))
        # first along each row, then down the rows: equal cells come out in reading order
        places = [np.array(taps)[signed[:, :, taps].argmax(axis=2)] for taps in cols]
        across = np.stack(places, axis=2)  # (C, H, OW)
        best = np.take_along_axis(signed, across, axis=2)
        down = np.stack([np.array(taps)[best[:, taps].argmax(axis=1)] for taps in rows], axis=1)
        right = np.take_along_axis(across, down, axis=1)
        return np.broadcast_to(channels[:, None, None], down.shape), down, right

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        found = np.zeros(x.shape)
        np.add.at(found, self.route(x), grad)
        return found

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        _, rows, cols = self.route(x[cell[0] : cell[0] + 1])
        won = (rows[0] == cell[1]) & (cols[0] == cell[2])
        for row, col in np.argwhere(won).tolist():
            yield Link((cell[0], row, col), "winner", 1.0, cell)


class Mixed(Operation):
    """One map, the weighted sum of the channels at every place."""

    def __init__(self, shares: Sequence[float]) -> None:
        self._shares = np.array(shares)

    def forward(self, x: Exact) -> Exact:
        return np.tensordot(self._shares, x, axes=1)[None]

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return self._shares[:, None, None] * grad

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        yield Link((0, cell[1], cell[2]), "share", float(self._shares[cell[0]]))


class Reshaped(Operation):
    """(C, H, W) to (C·H·W, 1, 1)."""

    def forward(self, x: Exact) -> Exact:
        return x.reshape(-1, 1, 1)

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return grad.reshape(x.shape)

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        yield Link((int(np.ravel_multi_index(cell, x.shape)), 0, 0), "share", 1.0)


def taps_of(axis: AxisWindow) -> Taps:
    """The real cells of every window; padding left out."""
    return [[tap for tap in axis.taps(output) if 0 <= tap < axis.inputs] for output in range(axis.outputs)]


def matrix(axis: AxisWindow, share: float | None = None) -> Exact:
    """(outputs, inputs): `share` for every cell read, through padding too; None shares 1 out evenly."""
    found = np.zeros((axis.outputs, axis.inputs))
    for output in range(axis.outputs):
        cells = [source for source in map(axis.source, axis.taps(output)) if source is not None]
        for cell in cells:
            found[output, cell] += 1 / len(cells) if share is None else share
    return found


def means(axis: AxisWindow, after: int, include: bool) -> Exact:
    """(outputs, inputs) of average pooling: zeros of the padding count as cells where `include` is true."""
    found = np.zeros((axis.outputs, axis.inputs))
    for output in range(axis.outputs):
        taps = axis.taps(output)
        real = [tap for tap in taps if 0 <= tap < axis.inputs]
        count = sum(tap < axis.inputs + after for tap in taps) if include else len(real)
        found[output, real] = 1 / max(count, 1)
    return found


def _over(y: Exact) -> Exact:
    found: Exact = np.divide(1.0, y, out=np.zeros(y.shape), where=y > 0)
    return found
