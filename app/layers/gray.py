"""Colour to grey: how bright a pixel looks, as one map."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.errors import Refusal
from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer, cell_window, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register

LUMA = (0.299, 0.587, 0.114)  # shares of red, green and blue in a grey (ITU-R BT.601)


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Gray(Layer):
    """0.299 R + 0.587 G + 0.114 B of three channels; one channel is grey already and stays."""

    kind: ClassVar[str] = "gray"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "dot"

    @property
    def keeps_photo(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        if shape[0] not in (1, 3):
            raise Refusal("gray_channels", channels=shape[0])
        return 1, shape[1], shape[2]

    def forward(self, x: Array) -> Array:
        if len(x) == 1:
            return np.array(x, dtype=np.float32)
        red, green, blue = (plane * np.float32(share) for plane, share in zip(x, LUMA, strict=True))
        return np.asarray((red + green + blue)[None], dtype=np.float32)

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return tuple(range(shape[0]))

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        shares = LUMA if len(x) == 3 else (1.0,)
        weighted = [(source, np.array([[share]])) for source, share in enumerate(shares)]
        return dot(x, cell_window(shape_of(x)), row, col, weighted)

    def multiply_adds(self, shape: Shape) -> int:
        return shape[0] * shape[1] * shape[2] if shape[0] == 3 else 0
