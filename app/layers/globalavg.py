"""Global average pooling: each map becomes its mean."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import global_avg
from app.layers.base import Array
from app.layers.explanation import Explanation, Recipe
from app.layers.registry import register
from app.layers.sharing import Sharing


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class GlobalAvg(Sharing):
    """One number a map (Lin, Chen and Yan 2014, section 3.2)."""

    kind: ClassVar[str] = "globalavg"
    recipe: ClassVar[Recipe] = "mean"

    def forward(self, x: Array) -> Array:
        return global_avg(x)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return self.share(x, channel, row, col)
