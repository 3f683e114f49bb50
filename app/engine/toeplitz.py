"""A convolution as the matrix that it is: one row for each output cell, one column for each input cell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.errors import UserError
from app.domain.fields import Plane
from app.domain.shapes import Shape
from app.domain.windows import sources
from app.engine.gradients.convolution import Exact
from app.engine.gradients.registry import operation
from app.layers.conv import Conv
from app.layers.stack import Stack

MAX_SIDE = 16
MAX_PLACES = 65_536


@dataclass(frozen=True, eq=False)
class Toeplitz:
    """T with T·vec(V) = vec(conv(V)) and Tᵀ·vec(G) = vec(h), vec in reading order.

    `matrix` is (M·OH·OW, H·W); `places` counts those that can be other than 0, whatever the kernel, and
    `most` those of the fullest row. The bias is no part of it.
    """

    matrix: Exact
    input_shape: Shape
    shape: Shape
    places: int
    most: int

    @property
    def nonzero(self) -> int:
        """Places that are other than 0 with this kernel."""
        return int(np.count_nonzero(self.matrix))


def toeplitz(stack: Stack, rows: int, cols: int) -> Toeplitz:
    """The doubly blocked Toeplitz matrix of a stack of one `conv` on one channel of rows x cols cells.

    Its columns are the answers to the unit pictures (Goodfellow, Bengio and Courville 2016, section 9.1).

    Raises
    ------
    UserError
        `toeplitz_layer`, `toeplitz_too_large`, or what the layer refuses.
    """
    if len(stack.layers) != 1 or not isinstance(stack.layers[0], Conv):
        raise UserError("toeplitz_layer", stack=stack.text[:80] or "–")
    layer: Any = dataclasses.replace(stack.layers[0], bias=(0.0,))
    shape = (1, rows, cols)
    after = layer.shape_after(shape)
    outputs, inputs = after[0] * after[1] * after[2], rows * cols
    if max(rows, cols) > MAX_SIDE or outputs * inputs > MAX_PLACES:
        raise UserError("toeplitz_too_large", rows=outputs, columns=inputs, limit=MAX_PLACES)
    units = np.eye(inputs).reshape(inputs, *shape)
    exact = operation(layer, shape)  # in float64, so that the kernel's numbers stand there as written
    matrix = np.stack([exact.forward(unit).reshape(-1) for unit in units], axis=1)
    window = layer.window(shape)
    assert isinstance(window, Plane)
    read = [
        [len(sources(axis, [output])) for output in range(axis.outputs)]
        for axis in (window.rows, window.cols)
    ]
    return Toeplitz(
        matrix=matrix,
        input_shape=shape,
        shape=after,
        places=after[0] * sum(read[0]) * sum(read[1]),
        most=max(read[0]) * max(read[1]),
    )
