"""Average pooling: the mean of every window."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.compute.pool import avg_pool
from app.domain.windows import AxisWindow
from app.layers.base import Array, setting, shape_of
from app.layers.explanation import Explanation, Recipe, weighted
from app.layers.pooling import Pooling
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class AvgPool(Pooling):
    """The mean; zeros of the padding count as cells unless `count_include_pad` is false (torch's rule)."""

    kind: ClassVar[str] = "avgpool"
    recipe: ClassVar[Recipe] = "mean"
    example: ClassVar[str] = "avgpool(2)"

    count_include_pad: bool = setting("bool", True)

    def forward(self, x: Array) -> Array:
        sides = self.sides(shape_of(x))
        return avg_pool(x, self.size, self.step, sides, self.dilation, self.ceil, self.count_include_pad)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        shape = shape_of(x)
        window, (_, bottom, _, right) = self.window(shape), self.sides(shape)
        counted = np.outer(self._counted(window.rows, row, bottom), self._counted(window.cols, col, right))
        return weighted("mean", x, window, row, col, [(channel, counted / counted.sum())])

    def _counted(self, axis: AxisWindow, output: int, after: int) -> list[float]:
        """1 for taps that count as cells, 0 for the others; what `ceil` reads beyond the padding is none."""
        if self.count_include_pad:
            return [float(tap < axis.inputs + after) for tap in axis.taps(output)]
        return [float(0 <= tap < axis.inputs) for tap in axis.taps(output)]
