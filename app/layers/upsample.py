"""Nearest-neighbour enlarging: every cell becomes a block."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from app.compute.resample import upsample
from app.domain.fields import Plane
from app.domain.shapes import Shape
from app.domain.windows import Shares
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Upsample(Layer):
    """Each cell `factor` times in both directions."""

    kind: ClassVar[str] = "upsample"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "dot"

    factor: int = setting("int", 2, low=1, high=32, step=1, positional=True)

    @property
    def keeps_photo(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0], shape[1] * self.factor, shape[2] * self.factor

    def window(self, shape: Shape) -> Plane:
        return Plane(Shares(shape[1], shape[1] * self.factor), Shares(shape[2], shape[2] * self.factor))

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        for factor in range(self.factor - 1, 0, -1):
            yield Upsample(factor=factor)

    def forward(self, x: Array) -> Array:
        return upsample(x, self.factor)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return dot(x, self.window(shape_of(x)), row, col, [(channel, np.ones((1, 1)))])
