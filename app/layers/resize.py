"""Resizing: by area where an axis shrinks, bilinear where it grows."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.compute.resample import resize, resize_support
from app.domain.fields import Plane
from app.domain.shapes import Shape
from app.domain.windows import AxisWindow, Bilinear, Shares
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, Recipe, weighted
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Resize(Layer):
    """A fixed number of rows and columns, each axis by itself; half-pixel centres, as torch's interpolate."""

    kind: ClassVar[str] = "resize"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "mean"
    example: ClassVar[str] = "resize(32,32)"

    rows: int = setting("int", low=1, high=2048, positional=True)
    cols: int = setting("int", low=1, high=2048, positional=True)

    @property
    def keeps_photo(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0], self.rows, self.cols

    def window(self, shape: Shape) -> Plane:
        return Plane(_axis(shape[1], self.rows), _axis(shape[2], self.cols))

    def forward(self, x: Array) -> Array:
        return resize(x, self.rows, self.cols)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        _, _, down = resize_support(x.shape[1], self.rows, row)
        _, _, across = resize_support(x.shape[2], self.cols, col)
        window = self.window(shape_of(x))
        return weighted("mean", x, window, row, col, [(channel, np.outer(down, across))])


def _axis(inputs: int, outputs: int) -> AxisWindow:
    return Bilinear(inputs, outputs) if outputs > inputs else Shares(inputs, outputs)
