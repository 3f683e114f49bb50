"""Max pooling: the largest cell of every window."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import max_pool
from app.layers.base import Array, shape_of
from app.layers.explanation import Explanation, Recipe, extreme
from app.layers.pooling import Pooling
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class MaxPool(Pooling):
    """Keeps the largest; padding never wins (Goodfellow, Bengio and Courville 2016, section 9.3)."""

    kind: ClassVar[str] = "maxpool"
    recipe: ClassVar[Recipe] = "max"
    example: ClassVar[str] = "maxpool(2)"

    def forward(self, x: Array) -> Array:
        return max_pool(x, self.size, self.step, self.sides(shape_of(x)), self.dilation, self.ceil)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return extreme(x, self.window(shape_of(x)), channel, row, col)
