"""Unshared convolution: windows slide as in a convolution, but every place has weights of its own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

import numpy as np

from app.compute.unshared import unshared
from app.domain.errors import Refusal
from app.domain.fields import Plane
from app.domain.params import Pair
from app.domain.shapes import AxisFormula, Formula, Shape, sliding_size
from app.domain.windows import Sliding
from app.layers.base import Array, Group, Layer, setting, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register

MAX_SIDE = 64
MAX_WEIGHTS = 4_000_000


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Local(Layer):
    """Z[i,j,k] = sum over l, m, n of V[l, j·s + m, k·s + n]·W[i,j,k,l,m,n] (i map, j row, k column).

    l is the input channel, (m, n) the place in the window. Goodfellow, Bengio and Courville 2016, equation
    9.9, whose indices count from 1.
    """

    kind: ClassVar[str] = "local"
    group: ClassVar[Group] = "convolution"
    recipe: ClassVar[Recipe] = "dot"

    size: Pair = setting("pair", (3, 3), low=1, high=31)
    stride: Pair = setting("pair", (1, 1), low=1, high=64)
    maps: int = setting("int", 1, low=1, high=64)
    seed: int = setting("int", 0, low=0, high=2**31 - 1, step=1)

    def output_shape(self, shape: Shape) -> Shape:
        if max(shape[1:]) > MAX_SIDE:
            raise Refusal("local_input", rows=shape[1], cols=shape[2], limit=MAX_SIDE)
        formula = self.formula(shape)
        for axis, name in ((formula.rows, "rows"), (formula.cols, "cols")):
            if axis.outputs < 1:
                raise Refusal(
                    "kernel_too_large", formula=formula.text, kernel=axis.kernel, cells=axis.inputs,
                    padding=0, padded=axis.inputs, axis=name,
                )  # fmt: skip
        if (weights := math.prod(self._weight_shape(shape))) > MAX_WEIGHTS:
            raise Refusal("local_weights", formula=formula.text, weights=weights, limit=MAX_WEIGHTS)
        return self.maps, formula.rows.outputs, formula.cols.outputs

    def formula(self, shape: Shape) -> Formula:
        rows, cols = (
            AxisFormula(
                "sliding", shape[1 + axis],
                sliding_size(shape[1 + axis], self.size[axis], self.stride[axis], 1, 0, 0),
                self.size[axis], self.stride[axis],
            )
            for axis in (0, 1)
        )  # fmt: skip
        return Formula(rows, cols)

    def window(self, shape: Shape) -> Plane:
        formula = self.formula(shape)
        return Plane(
            Sliding(shape[1], formula.rows.outputs, self.size[0], self.stride[0]),
            Sliding(shape[2], formula.cols.outputs, self.size[1], self.stride[1]),
        )

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        yield dataclasses.replace(self, size=(min(self.size[0], shape[1]), min(self.size[1], shape[2])))
        for maps in (self.maps // 2**halvings for halvings in range(1, self.maps.bit_length())):
            yield dataclasses.replace(self, maps=maps)
        for stride in (2, 4, 8, 16):
            if stride > max(self.stride):
                yield dataclasses.replace(self, stride=(stride, stride))

    def suggest(self, shape: Shape) -> str:
        """A picture small enough is looked for first; then a layer that fits."""
        longest = max(shape[1:])
        if longest <= MAX_SIDE:
            return super().suggest(shape)
        rows, cols = (max(1, side * MAX_SIDE // longest) for side in shape[1:])
        smaller = (shape[0], rows, cols)
        try:
            self.output_shape(smaller)
        except Refusal:
            fitting = super().suggest(smaller)
            return f"resize({rows},{cols})|{fitting}" if fitting else ""
        return f"resize({rows},{cols})|{self.text}"

    def weights(self, shape: Shape) -> Array:
        """W[map, row, column, input channel, window row, window column] for an input of `shape`, float32.

        `default_rng(seed).standard_normal` of the whole 6-D shape at once, divided by the root of the
        window's cells: the scale of the kernel `random`. Read-only.
        """
        return _drawn(self._weight_shape(shape), self.seed)

    def forward(self, x: Array) -> Array:
        # one product a weight, added in float64: a place's own weights leave nothing to share out
        return unshared(x, self.weights(shape_of(x)), self.stride)

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return tuple(range(shape[0]))

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        own = self.weights(shape_of(x))[channel, row, col].astype(np.float64)
        return dot(x, self.window(shape_of(x)), row, col, list(enumerate(own)))

    def parameter_count(self, shape: Shape) -> int:
        return math.prod(self._weight_shape(shape))

    def multiply_adds(self, shape: Shape) -> int:
        return math.prod(self._weight_shape(shape))

    def work(self, shape: Shape) -> int:
        return 30 * self.multiply_adds(shape)  # the weights are drawn at random first

    def _weight_shape(self, shape: Shape) -> tuple[int, int, int, int, int, int]:
        formula = self.formula(shape)
        return self.maps, formula.rows.outputs, formula.cols.outputs, shape[0], self.size[0], self.size[1]


@lru_cache(maxsize=2)
def _drawn(shape: tuple[int, int, int, int, int, int], seed: int) -> Array:
    drawn = np.random.default_rng(seed).standard_normal(shape) / math.sqrt(shape[4] * shape[5])
    weights: Array = drawn.astype(np.float32)
    weights.flags.writeable = False
    return weights
