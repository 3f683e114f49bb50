"""Noise: a random number added to every cell, the same ones for the same seed."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, Recipe, through
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Noise(Layer):
    """x + sigma·n with n from NumPy's default_rng(seed).standard_normal, in reading order of (C, H, W)."""

    kind: ClassVar[str] = "noise"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "point"
    example: ClassVar[str] = "noise(0.1)"

    sigma: float = setting("float", low=0, high=10, step=0.01, positional=True)
    seed: int = setting("int", 0, low=0, high=2**31 - 1, step=1)

    @property
    def keeps_photo(self) -> bool:
        return self.sigma <= 0.5

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def forward(self, x: Array) -> Array:
        return np.asarray(x + self._added(shape_of(x)), dtype=np.float32)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        added = float(self._added(shape_of(x))[channel, row, col])
        output = float(x[channel, row, col]) + added
        return through(self.kind, x, channel, row, col, output, (("noise", added),))

    def _added(self, shape: Shape) -> Array:
        drawn = np.random.default_rng(self.seed).standard_normal(shape)
        return (self.sigma * drawn).astype(np.float32)
