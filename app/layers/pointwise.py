"""Layers that send every number through one curve, cell by cell: activations."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer
from app.layers.explanation import Explanation, Recipe, through


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pointwise(Layer):
    """A layer whose output cell depends on the same cell of its input alone."""

    group: ClassVar[Group] = "activation"
    recipe: ClassVar[Recipe] = "point"
    effort: ClassVar[int] = 32

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        cell = np.asarray(x[channel : channel + 1, row : row + 1, col : col + 1], dtype=np.float32)
        return through(self.kind, x, channel, row, col, float(self.forward(cell)[0, 0, 0]))
