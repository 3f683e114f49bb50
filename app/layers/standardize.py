"""Standardisation by the picture's own numbers: zero mean and unit spread over all its cells."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.fields import Plane
from app.domain.shapes import Shape
from app.domain.windows import whole
from app.layers.base import Array, Group, Layer
from app.layers.explanation import Explanation, Recipe, through
from app.layers.registry import register

_FLAT = 1e-6  # a spread below this share of the largest cell is rounding noise


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Standardize(Layer):
    """(x - mean) / std over all channels, rows and columns, std the population's; a flat picture becomes 0.

    As torch's layer_norm over the whole input, without its epsilon.
    """

    kind: ClassVar[str] = "standardize"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "point"

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def window(self, shape: Shape) -> Plane:
        return Plane(whole(shape[1]), whole(shape[2]))

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return tuple(range(shape[0]))

    def forward(self, x: Array) -> Array:
        mean, std = _moments(x)
        return np.asarray((x - np.float32(mean)) / np.float32(std), dtype=np.float32)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        mean, std = _moments(x)
        output = (float(x[channel, row, col]) - mean) / std
        return through(self.kind, x, channel, row, col, output, (("mean", mean), ("std", std)))


def _moments(x: Array) -> tuple[float, float]:
    """Mean and spread; of a flat picture the spread counts as infinite, so that every cell becomes 0."""
    mean, std = float(x.mean(dtype=np.float64)), float(x.std(dtype=np.float64))
    return mean, std if std > _FLAT * float(np.abs(x).max()) else np.inf
