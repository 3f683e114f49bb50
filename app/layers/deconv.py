"""Transposed convolution: every input cell lays its multiple of the kernel down on a larger map.

The gradient of a convolution used as a layer (Dumoulin and Visin 2016, "A guide to convolution arithmetic").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from app.compute.correlate import transposed
from app.domain.errors import Refusal
from app.domain.fields import Plane
from app.domain.params import Pair
from app.domain.shapes import AxisFormula, Formula, Shape
from app.domain.windows import Transposed
from app.layers.banked import BankLayer, Channels
from app.layers.base import Array, Layer, setting, shape_of
from app.layers.explanation import Explanation, dot
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Deconv(BankLayer):
    """(n - 1)·stride - 2·padding + dilation·(k - 1) + output_padding + 1 cells on each axis, as torch's."""

    kind: ClassVar[str] = "deconv"
    example: ClassVar[str] = "deconv(box,stride=2)"

    stride: Pair = setting("pair", (1, 1), low=1, high=16)
    padding: Pair = setting("pair", (0, 0), low=0, high=256)
    dilation: Pair = setting("pair", (1, 1), low=1, high=64)
    channels: Channels = setting("choice", "each", choices=("each", "sum"))
    bias: tuple[float, ...] = setting("numbers", (0.0,), low=-1e6, high=1e6, step=0.05)
    flip: bool = setting("bool", False)
    output_padding: Pair = setting("pair", (0, 0), low=0, high=63)

    def output_shape(self, shape: Shape) -> Shape:
        self.check_slices(shape)
        for axis, name in ((0, "rows"), (1, "cols")):
            limit = max(self.stride[axis], self.dilation[axis]) - 1
            if self.output_padding[axis] > limit:
                raise Refusal(
                    "output_padding_too_large", given=self.output_padding[axis], limit=limit, axis=name
                )
        formula = self.formula(shape)
        if min(formula.rows.outputs, formula.cols.outputs) < 1:
            name, axis_formula = (
                ("rows", formula.rows) if formula.rows.outputs < 1 else ("cols", formula.cols)
            )
            raise Refusal(
                "nothing_left", formula=formula.text, padding=axis_formula.before, cells=axis_formula.inputs,
                axis=name,
            )  # fmt: skip
        return self.maps(shape[0]), formula.rows.outputs, formula.cols.outputs

    def formula(self, shape: Shape) -> Formula:
        rows, cols = (self._axis_formula(shape, axis) for axis in (0, 1))
        return Formula(rows, cols)

    def window(self, shape: Shape) -> Plane:
        rows, cols = self._axes(shape)
        return Plane(rows, cols)

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        yield dataclasses.replace(self, output_padding=(0, 0))
        yield dataclasses.replace(self, padding=(0, 0))
        yield dataclasses.replace(self, padding=(0, 0), output_padding=(0, 0))
        for stride in (8, 4, 2, 1):
            if stride < max(self.stride):
                yield dataclasses.replace(self, stride=(stride, stride), output_padding=(0, 0))
        if self.channels == "each":
            yield dataclasses.replace(self, channels="sum")

    def forward(self, x: Array) -> Array:
        return transposed(
            x,
            self.bank(x.shape[0]),
            self.stride,
            self.padding,
            self.output_padding,
            self.dilation,
            self.biases(),
        )

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        kernel, window = channel % len(self.kernels), self.window(shape_of(x))
        rows, cols = self._axes(shape_of(x))
        met = np.ix_(rows.kernel_taps(row), cols.kernel_taps(col))  # the kernel's cells that land here
        weights = self.weights(x.shape[0])[kernel]
        weighted = [(source, weights[source][met]) for source in self.reads(channel, shape_of(x))]
        return dot(x, window, row, col, weighted, float(self.biases()[kernel]))

    def multiply_adds(self, shape: Shape) -> int:
        return len(self.kernels) * shape[0] * shape[1] * shape[2] * self.kernel_size[0] * self.kernel_size[1]

    def work(self, shape: Shape) -> int:
        """Of the correlation with the input spread out by the stride, zeros included."""
        _, rows, cols = self.output_shape(shape)
        return rows * cols * self.work_at(shape[0], self.dilation) + self.scratch(shape)

    def scratch(self, shape: Shape) -> int:
        _, rows, cols = self.output_shape(shape)
        reach = [self.dilation[axis] * (self.kernel_size[axis] - 1) for axis in (0, 1)]
        return shape[0] * (rows + reach[0]) * (cols + reach[1]) + self.bank_numbers(shape[0])

    def _axes(self, shape: Shape) -> tuple[Transposed, Transposed]:
        rows, cols = (
            Transposed(
                shape[1 + axis], self._axis_formula(shape, axis).outputs, self.kernel_size[axis],
                self.stride[axis], self.dilation[axis], self.padding[axis],
            )
            for axis in (0, 1)
        )  # fmt: skip
        return rows, cols

    def _axis_formula(self, shape: Shape, axis: int) -> AxisFormula:
        n, kernel, stride = shape[1 + axis], self.kernel_size[axis], self.stride[axis]
        dilation, padding, extra = self.dilation[axis], self.padding[axis], self.output_padding[axis]
        outputs = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1
        return AxisFormula("transposed", n, outputs, kernel, stride, dilation, padding, extra)
