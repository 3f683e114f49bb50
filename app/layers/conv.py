"""Convolution with kernels of one's own choice, on each channel by itself or summed over channels.

Cross-correlation, as libraries mean by convolution: the kernel is not flipped unless `flip` is true
(Goodfellow, Bengio and Courville 2016, section 9.1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from app.compute.correlate import correlate_each, correlate_sum
from app.domain.params import Padding, Pair
from app.domain.shapes import Shape
from app.domain.windows import PADDING_MODES, PaddingMode
from app.layers.banked import BankLayer, Channels
from app.layers.base import Array, Layer, setting, shape_of
from app.layers.explanation import Explanation, dot
from app.layers.registry import register
from app.layers.sliding import SlidingLayer


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Conv(BankLayer, SlidingLayer):
    """One map a kernel and channel (`each`, channel-major) or one a kernel (`sum`)."""

    kind: ClassVar[str] = "conv"

    stride: Pair = setting("pair", (1, 1), low=1, high=64)
    padding: Padding = setting("padding", (0, 0, 0, 0), low=0, high=256, choices=("valid", "same", "full"))
    mode: PaddingMode = setting("choice", "zeros", choices=PADDING_MODES)
    dilation: Pair = setting("pair", (1, 1), low=1, high=64)
    channels: Channels = setting("choice", "each", choices=("each", "sum"))
    bias: tuple[float, ...] = setting("numbers", (0.0,), low=-1e6, high=1e6, step=0.05)
    flip: bool = setting("bool", False)

    @property
    def keeps_photo(self) -> bool:
        averages = all(
            matrix.min() >= 0 and abs(matrix.sum() - 1) < 1e-6
            for spec in self.kernels
            for matrix in spec.slices
        )
        return averages and self.channels == "each" and not any(self.bias)

    @property
    def step(self) -> Pair:
        return self.stride

    def output_shape(self, shape: Shape) -> Shape:
        self.check_slices(shape)
        return super().output_shape(shape)

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        yield from super().alternatives(shape)
        if self.channels == "each":
            yield dataclasses.replace(self, channels="sum")

    def forward(self, x: Array) -> Array:
        bank, sides, bias = self.bank(x.shape[0]), self.sides(shape_of(x)), self.biases()
        if self.channels == "each":
            return correlate_each(x, bank, self.stride, sides, self.mode, self.dilation, bias)
        return correlate_sum(x, bank, self.stride, sides, self.mode, self.dilation, bias)

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        kernel = channel % len(self.kernels)
        weights = self.weights(x.shape[0])[kernel]
        weighted = [(source, weights[source]) for source in self.reads(channel, shape_of(x))]
        return dot(x, self.window(shape_of(x)), row, col, weighted, float(self.biases()[kernel]))

    def multiply_adds(self, shape: Shape) -> int:
        _, rows, cols = self.output_shape(shape)
        return len(self.kernels) * shape[0] * rows * cols * self.kernel_size[0] * self.kernel_size[1]

    def work(self, shape: Shape) -> int:
        _, rows, cols = self.output_shape(shape)
        return rows * cols * self.work_at(shape[0], self.dilation) + super().scratch(shape)

    def scratch(self, shape: Shape) -> int:
        return super().scratch(shape) + self.bank_numbers(shape[0])
