"""Adaptive average pooling: means over windows that share each map out."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import adaptive_avg
from app.layers.base import Array
from app.layers.explanation import Explanation, Recipe
from app.layers.registry import register
from app.layers.sharing import Adaptive


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class AdaptiveAvg(Adaptive):
    """A fixed output size whatever the input's, with torch's windows."""

    kind: ClassVar[str] = "adaptiveavg"
    recipe: ClassVar[Recipe] = "mean"
    example: ClassVar[str] = "adaptiveavg(8,8)"

    def forward(self, x: Array) -> Array:
        return adaptive_avg(x, self.rows, self.cols)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return self.share(x, channel, row, col)
