"""Global max pooling: each map becomes its largest cell."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.pool import global_max
from app.layers.base import Array, shape_of
from app.layers.explanation import Explanation, Recipe, extreme
from app.layers.registry import register
from app.layers.sharing import Sharing


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class GlobalMax(Sharing):
    """Whether a map found its feature anywhere."""

    kind: ClassVar[str] = "globalmax"
    recipe: ClassVar[Recipe] = "max"

    def forward(self, x: Array) -> Array:
        return global_max(x)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return extreme(x, self.window(shape_of(x)), channel, row, col)
