"""Maps to a vector: every cell becomes a number of its own, map after map, row after row."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.fields import Plane
from app.domain.shapes import MAX_VALUES, Shape
from app.domain.windows import Shares, Sliding
from app.layers.base import Array, Group, Layer, shape_of
from app.layers.explanation import Explanation, Recipe, through
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Flatten(Layer):
    """(C, H, W) to (C·H·W, 1, 1), channel-major as torch's."""

    kind: ClassVar[str] = "flatten"
    group: ClassVar[Group] = "classifier"
    recipe: ClassVar[Recipe] = "point"
    most_maps: ClassVar[int] = MAX_VALUES

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0] * shape[1] * shape[2], 1, 1

    def suggest(self, shape: Shape) -> str:
        """Pooling to the largest square that leaves few enough numbers, if there is one."""
        side = min(int((MAX_VALUES // shape[0]) ** 0.5), shape[1], shape[2])
        return f"adaptiveavg({side},{side})|{self.text}" if side else ""

    def window(self, shape: Shape) -> Plane:
        """The whole plane, because the channel alone tells which cell it is: see `channel_window`."""
        return Plane(Shares(shape[1], 1), Shares(shape[2], 1))

    def channel_window(self, channel: int, shape: Shape) -> Plane:
        _, row, col = self._origin(channel, shape)
        return Plane(Sliding(shape[1], 1, before=-row), Sliding(shape[2], 1, before=-col))

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return (self._origin(channel, shape)[0],)

    def forward(self, x: Array) -> Array:
        return np.array(x, dtype=np.float32).reshape(-1, 1, 1)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        source = self._origin(channel, shape_of(x))
        return through("identity", x, *source, float(x[source]))

    def _origin(self, channel: int, shape: Shape) -> Shape:
        """(channel, row, col) of the cell that became number `channel`."""
        plane, rest = divmod(channel, shape[1] * shape[2])
        row, col = divmod(rest, shape[2])
        return plane, row, col
