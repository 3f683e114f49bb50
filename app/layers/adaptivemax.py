"""Adaptive max pooling: the largest cells of windows that share each map out."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import adaptive_max
from app.layers.base import Array, shape_of
from app.layers.explanation import Explanation, Recipe, extreme
from app.layers.registry import register
from app.layers.sharing import Adaptive


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class AdaptiveMax(Adaptive):
    """A fixed output size whatever the input's, with torch's windows."""

    kind: ClassVar[str] = "adaptivemax"
    recipe: ClassVar[Recipe] = "max"
    example: ClassVar[str] = "adaptivemax(8,8)"

    def forward(self, x: Array) -> Array:
        return adaptive_max(x, self.rows, self.cols)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return extreme(x, self.window(shape_of(x)), channel, row, col)
