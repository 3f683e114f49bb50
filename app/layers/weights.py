"""A learned convolution: kernels and biases of a loaded network, summed over channels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from app.compute.correlate import correlate_sum
from app.domain.errors import Refusal
from app.domain.notation import Call
from app.domain.params import Padding, Pair, bind, write_arguments
from app.domain.shapes import Shape
from app.domain.windows import PADDING_MODES, PaddingMode
from app.layers.base import Array, Group, Layer, Learned, Tensors, setting, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register
from app.layers.sliding import SlidingLayer
from app.layers.tensors import find_tensor


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Weights(SlidingLayer):
    """Weights (M, C / groups, rows, cols): how many groups follows from the input's channels."""

    kind: ClassVar[str] = "weights"
    group: ClassVar[Group] = "convolution"
    recipe: ClassVar[Recipe] = "dot"

    tensor: Learned = setting("tensor", positional=True)
    stride: Pair = setting("pair", (1, 1), low=1, high=64)
    padding: Padding = setting("padding", (0, 0, 0, 0), low=0, high=256, choices=("valid", "same", "full"))
    mode: PaddingMode = setting("choice", "zeros", choices=PADDING_MODES)
    dilation: Pair = setting("pair", (1, 1), low=1, high=64)

    @classmethod
    def read(cls, call: Call, tensors: Tensors) -> Self:
        learned = find_tensor(call, tensors, axes=4)
        values = bind(cls.kind, cls.params(), call.args, call.position)
        return cls(**{**values, "tensor": learned})

    @cached_property
    def text(self) -> str:
        own = self.params()[1:]
        rest = write_arguments(own, {param.name: getattr(self, param.name) for param in own})
        return f"{self.kind}({','.join([self.tensor.name, *rest])})"

    @property
    def kernel_size(self) -> Pair:
        rows, cols = self.tensor.weights.shape[2:]
        return int(rows), int(cols)

    @property
    def step(self) -> Pair:
        return self.stride

    def maps(self, channels: int) -> int:
        return len(self.tensor.weights)

    def groups(self, channels: int) -> int:
        """Into how many groups the weights divide the channels; 0 when they do not fit."""
        maps, slices = self.tensor.weights.shape[:2]
        groups = channels // slices
        return groups if groups * slices == channels and groups and maps % groups == 0 else 0

    def output_shape(self, shape: Shape) -> Shape:
        if not self.groups(shape[0]):
            raise Refusal(
                "weights_channels", name=self.tensor.name, needed=int(self.tensor.weights.shape[1]),
                channels=shape[0],
            )  # fmt: skip
        return super().output_shape(shape)

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        return super().alternatives(shape) if self.groups(shape[0]) else iter(())

    def forward(self, x: Array) -> Array:
        return correlate_sum(
            x, self.tensor.weights, self.stride, self.sides(shape_of(x)), self.mode, self.dilation,
            self.tensor.bias, self.groups(x.shape[0]),
        )  # fmt: skip

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        maps, slices = self.tensor.weights.shape[:2]
        first = channel // (maps // self.groups(shape[0])) * slices
        return tuple(range(first, first + slices))

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        kernel = np.asarray(self.tensor.weights[channel], dtype=np.float64)
        weighted = list(zip(self.reads(channel, shape_of(x)), kernel, strict=True))
        return dot(x, self.window(shape_of(x)), row, col, weighted, float(self.tensor.bias[channel]))

    def parameter_count(self, shape: Shape) -> int:
        return int(self.tensor.weights.size + self.tensor.bias.size)

    def multiply_adds(self, shape: Shape) -> int:
        _, rows, cols = self.output_shape(shape)
        return int(self.tensor.weights.size) * rows * cols

    def work(self, shape: Shape) -> int:
        return self.multiply_adds(shape) + self.scratch(shape)
