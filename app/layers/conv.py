"""Convolution with kernels of one's own choice, on each channel by itself or summed over channels.

Cross-correlation, as libraries mean by convolution: the kernel is not flipped unless `flip` is true
(Goodfellow, Bengio and Courville 2016, section 9.1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from app.compute.correlate import correlate_each, correlate_sum
from app.domain.errors import NotationError, Refusal
from app.domain.notation import Call
from app.domain.params import Padding, Pair, bind, write_arguments
from app.domain.shapes import Shape
from app.domain.windows import PADDING_MODES, PaddingMode
from app.layers.base import Array, Group, Layer, Tensors, setting
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.kernel_bank import KernelSpec, bank_size, bank_tensor, read_bank, write_bank
from app.layers.registry import register
from app.layers.sliding import SlidingLayer

Channels = Literal["each", "sum"]


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Conv(SlidingLayer):
    """One map a kernel and channel (`each`, channel-major) or one a kernel (`sum`)."""

    kind: ClassVar[str] = "conv"
    group: ClassVar[Group] = "convolution"
    recipe: ClassVar[Recipe] = "dot"

    kernels: tuple[KernelSpec, ...] = setting("kernels")
    stride: Pair = setting("pair", (1, 1), low=1, high=64)
    padding: Padding = setting("padding", (0, 0, 0, 0), low=0, high=256, choices=("valid", "same", "full"))
    mode: PaddingMode = setting("choice", "zeros", choices=PADDING_MODES)
    dilation: Pair = setting("pair", (1, 1), low=1, high=64)
    channels: Channels = setting("choice", "each", choices=("each", "sum"))
    bias: tuple[float, ...] = setting("numbers", (0.0,), low=-1e6, high=1e6, step=0.05)
    flip: bool = setting("bool", False)

    @classmethod
    def read(cls, call: Call, tensors: Tensors) -> Self:
        own = cls.params()[1:]
        kernels, rest = read_bank(call, [param.name for param in own])
        values = bind(cls.kind, own, rest, call.position)
        if any(spec.is_sliced for spec in kernels):
            values["channels"] = "sum"  # slices stand on channels, so there is nothing to keep apart
        if len(values["bias"]) not in (1, len(kernels)):
            at = next(arg.position for arg in rest if arg.name == "bias")
            raise NotationError("bias_count", at, given=len(values["bias"]), kernels=len(kernels))
        if len(set(values["bias"])) == 1:
            values["bias"] = values["bias"][:1]
        return cls(kernels=kernels, **values)

    @property
    def text(self) -> str:
        own = self.params()[1:]
        arguments = write_bank(self.kernels) + write_arguments(own, {p.name: getattr(self, p.name) for p in own})
        return f"{self.kind}({','.join(arguments)})"

    @property
    def keeps_photo(self) -> bool:
        averages = all(
            matrix.min() >= 0 and abs(matrix.sum() - 1) < 1e-6 for spec in self.kernels for matrix in spec.slices
        )
        return averages and self.channels == "each" and not any(self.bias)

    @property
    def kernel_size(self) -> Pair:
        return bank_size(self.kernels)

    @property
    def step(self) -> Pair:
        return self.stride

    def maps(self, channels: int) -> int:
        return len(self.kernels) * (channels if self.channels == "each" else 1)

    def output_shape(self, shape: Shape) -> Shape:
        for spec in self.kernels:
            if spec.is_sliced and len(spec.slices) != shape[0]:
                raise Refusal("slices_count", slices=len(spec.slices), channels=shape[0])
        return super().output_shape(shape)

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        yield from super().alternatives(shape)
        if self.channels == "each":
            yield dataclasses.replace(self, channels="sum")

    def weights(self, channels: int) -> NDArray[np.float64]:
        """The numbers that slide, as (kernels, channels, rows, cols), turned by 180 degrees for true convolution."""
        tensor = bank_tensor(self.kernels, channels)
        return tensor[:, :, ::-1, ::-1] if self.flip else tensor

    def biases(self) -> NDArray[np.float64]:
        """One bias a kernel."""
        return np.broadcast_to(np.array(self.bias), (len(self.kernels),))

    def forward(self, x: Array) -> Array:
        tensor, sides, bias = self.weights(x.shape[0]), self.sides(_shape(x)), self.biases()
        if self.channels == "each":
            return correlate_each(x, tensor[:, 0], self.stride, sides, self.mode, self.dilation, bias)
        return correlate_sum(x, tensor, self.stride, sides, self.mode, self.dilation, bias)

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return (channel // len(self.kernels),) if self.channels == "each" else tuple(range(shape[0]))

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        kernel = channel % len(self.kernels)
        weights = self.weights(x.shape[0])[kernel]
        weighted = [(source, weights[source]) for source in self.reads(channel, _shape(x))]
        return dot(x, self.window(_shape(x)), row, col, weighted, float(self.biases()[kernel]))

    def parameter_count(self, shape: Shape) -> int:
        rows, cols = self.kernel_size
        slices = sum(shape[0] if spec.is_sliced else 1 for spec in self.kernels)
        biases = len(self.kernels) if any(self.bias) else 0
        return slices * rows * cols + biases

    def multiply_adds(self, shape: Shape) -> int:
        _, rows, cols = self.output_shape(shape)
        return len(self.kernels) * shape[0] * rows * cols * self.kernel_size[0] * self.kernel_size[1]


def _shape(x: Array) -> Shape:
    channels, rows, cols = x.shape
    return channels, rows, cols
