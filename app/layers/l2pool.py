"""L2 pooling: the square root of the sum of squares of every window."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import l2_pool
from app.domain.shapes import Shape
from app.layers.base import Array, shape_of
from app.layers.explanation import Explanation, Recipe, norm
from app.layers.pooling import Pooling
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class L2Pool(Pooling):
    """The length of the window's cells as a vector (Goodfellow, Bengio and Courville 2016, section 9.3)."""

    kind: ClassVar[str] = "l2pool"
    recipe: ClassVar[Recipe] = "norm"
    example: ClassVar[str] = "l2pool(2)"

    def forward(self, x: Array) -> Array:
        return l2_pool(x, self.size, self.step, self.sides(shape_of(x)), self.dilation, self.ceil)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return norm(x, self.window(shape_of(x)), channel, row, col)

    def multiply_adds(self, shape: Shape) -> int:
        maps, rows, cols = self.output_shape(shape)
        return maps * rows * cols * self.size[0] * self.size[1]
