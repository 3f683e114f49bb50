"""Softmax: scores to shares of 1, over the channels at every place."""

from __future__ import annotations

import dataclasses
import math
from typing import ClassVar

import numpy as np

from app.compute.activate import softmax
from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer
from app.layers.explanation import Activation, Explanation, Recipe, Term
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Softmax(Layer):
    """exp(x) over the sum of exp over channels (Goodfellow, Bengio and Courville 2016, section 6.2.2.3)."""

    kind: ClassVar[str] = "softmax"
    group: ClassVar[Group] = "classifier"
    recipe: ClassVar[Recipe] = "point"

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return tuple(range(shape[0]))

    def forward(self, x: Array) -> Array:
        return softmax(x)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        """One term a channel, with the sum exp(score - largest score); the cell is its own over all."""
        scores = [float(score) for score in x[:, row, col]]
        largest = max(scores)
        powers = [math.exp(score - largest) for score in scores]
        total = math.fsum(powers)
        terms = tuple(
            Term(source, (row,), (col,), np.array([[score]]), None, None, np.zeros((1, 1), dtype=bool), power)
            for source, (score, power) in enumerate(zip(scores, powers, strict=True))
        )
        share = powers[channel] / total
        quantities = (("largest", largest), ("exp", powers[channel]), ("total", total))
        activation = Activation(self.kind, scores[channel], share, quantities)
        return Explanation("point", share, terms, total, activation=activation)
