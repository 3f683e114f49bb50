"""Shifting the picture by whole cells."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

import numpy as np

from app.compute.resample import shift
from app.domain.fields import Plane
from app.domain.shapes import Shape
from app.domain.windows import Sliding
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Shift(Layer):
    """Moves down by `rows` and right by `cols`; what enters is zero, or (circular) what has left."""

    kind: ClassVar[str] = "shift"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "dot"
    example: ClassVar[str] = "shift(1,1)"

    rows: int = setting("int", low=-2048, high=2048, positional=True)
    cols: int = setting("int", low=-2048, high=2048, positional=True)
    mode: Literal["zeros", "circular"] = setting("choice", "zeros", choices=("zeros", "circular"))

    @property
    def keeps_photo(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def window(self, shape: Shape) -> Plane:
        return Plane(
            Sliding(shape[1], shape[1], before=self.rows, mode=self.mode),
            Sliding(shape[2], shape[2], before=self.cols, mode=self.mode),
        )

    def forward(self, x: Array) -> Array:
        return shift(x, self.rows, self.cols, self.mode)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return dot(x, self.window(shape_of(x)), row, col, [(channel, np.ones((1, 1)))])
