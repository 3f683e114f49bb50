"""Normalisation with given numbers: (x - mean) / std, one pair a channel or one for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Refusal
from app.domain.shapes import Shape
from app.layers.base import Array, Group, Layer, setting
from app.layers.explanation import Explanation, Recipe, through
from app.layers.registry import register

Numbers = tuple[float, ...]


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Normalize(Layer):
    """What a trained network's input goes through, with the mean and spread of its training photos."""

    kind: ClassVar[str] = "normalize"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "point"
    example: ClassVar[str] = "normalize(0.5,0.25)"

    mean: Numbers = setting("numbers", low=-1000, high=1000, step=0.01, positional=True)
    std: Numbers = setting("numbers", low=0.001, high=1000, step=0.01, positional=True)

    def __post_init__(self) -> None:
        for name in ("mean", "std"):
            if len(set(getattr(self, name))) == 1:
                object.__setattr__(self, name, getattr(self, name)[:1])  # one spelling for one layer

    def output_shape(self, shape: Shape) -> Shape:
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if len(numbers) not in (1, shape[0]):
                raise Refusal("normalize_channels", name=name, numbers=len(numbers), channels=shape[0])
        return shape

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        average = (sum(self.mean) / len(self.mean),), (sum(self.std) / len(self.std),)
        yield Normalize(mean=average[0], std=average[1])

    def forward(self, x: Array) -> Array:
        mean, std = self._columns()
        return np.asarray((x - mean) / std, dtype=np.float32)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        mean = self.mean[channel % len(self.mean)]
        std = self.std[channel % len(self.std)]
        output = (float(x[channel, row, col]) - mean) / std
        return through(self.kind, x, channel, row, col, output, (("mean", mean), ("std", std)))

    def multiply_adds(self, shape: Shape) -> int:
        return shape[0] * shape[1] * shape[2]

    def _columns(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        mean, std = (np.array(numbers, dtype=np.float32)[:, None, None] for numbers in (self.mean, self.std))
        return mean, std
