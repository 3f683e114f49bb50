"""Turning the picture about its centre."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.compute.resample import rotate, rotate_taps
from app.domain.fields import Turned
from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer, setting
from app.layers.explanation import Explanation, Recipe, Term
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Rotate(Layer):
    """Counter-clockwise by `degrees`, bilinear, zeros from outside; quarter turns are exact."""

    kind: ClassVar[str] = "rotate"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "dot"
    effort: ClassVar[int] = 100
    example: ClassVar[str] = "rotate(45)"

    degrees: float = setting("float", low=-360, high=360, step=5, positional=True)

    @property
    def keeps_photo(self) -> bool:
        return True

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self.window(shape).output)

    def window(self, shape: Shape) -> Turned:
        return Turned(shape[1], shape[2], self.degrees)

    def forward(self, x: Array) -> Array:
        return rotate(x, self.degrees)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        taps = rotate_taps(x.shape[1], x.shape[2], self.degrees, row, col)
        rows = tuple(sorted({r for r, _, _ in taps}))
        cols = tuple(sorted({c for _, c, _ in taps}))
        patch = x[channel][np.ix_(rows, cols)].astype(np.float64)
        weights = np.zeros(patch.shape)
        for r, c, weight in taps:
            weights[rows.index(r), cols.index(c)] = weight
        products = patch * weights
        total = float(products.sum())
        inside = np.zeros(patch.shape, dtype=bool)
        return Explanation(
            "dot", total, (Term(channel, rows, cols, patch, weights, products, inside, total),), total
        )
