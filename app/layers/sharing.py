"""Layers that share each map out among a fixed number of windows: global and adaptive pooling."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.fields import Plane
from app.domain.params import Pair
from app.domain.shapes import Shape
from app.domain.windows import Shares
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, weighted


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sharing(Layer):
    """Every map becomes `shared` rows and columns; window i reads floor(i·n/m) .. ceil((i+1)·n/m) - 1."""

    group: ClassVar[Group] = "pooling"

    @property
    def shared(self) -> Pair:
        """Rows and columns of the output; (1, 1) unless the kind offers them."""
        return 1, 1

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self.shared)

    def window(self, shape: Shape) -> Plane:
        return Plane(Shares(shape[1], self.shared[0]), Shares(shape[2], self.shared[1]))

    def share(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        """The mean of the window behind a cell."""
        window = self.window(shape_of(x))
        size = (len(window.rows.taps(row)), len(window.cols.taps(col)))
        return weighted("mean", x, window, row, col, [(channel, np.full(size, 1 / (size[0] * size[1])))])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Adaptive(Sharing):
    """Sharing out into a size of one's own choice."""

    rows: int = setting("int", low=1, high=512, positional=True)
    cols: int = setting("int", low=1, high=512, positional=True)

    @property
    def shared(self) -> Pair:
        return self.rows, self.cols
