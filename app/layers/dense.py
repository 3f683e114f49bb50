"""The fully connected layer: every number of a vector times a weight of its own, summed, for each output."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from app.compute.dense import dense
from app.domain.errors import Refusal
from app.domain.fields import Plane
from app.domain.notation import Call
from app.domain.params import bind
from app.domain.shapes import Shape
from app.domain.windows import Shares
from app.layers.base import Array, Group, Layer, Learned, Tensors, setting, shape_of
from app.layers.explanation import Explanation, Recipe, dot
from app.layers.registry import register
from app.layers.tensors import find_tensor


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    """Weights (M, N) of a loaded network times a vector (N, 1, 1), plus bias: (M, 1, 1)."""

    kind: ClassVar[str] = "dense"
    group: ClassVar[Group] = "classifier"
    recipe: ClassVar[Recipe] = "dot"

    tensor: Learned = setting("tensor", positional=True)

    @classmethod
    def read(cls, call: Call, tensors: Tensors) -> Self:
        learned = find_tensor(call, tensors, axes=2)
        bind(cls.kind, cls.params(), call.args, call.position)  # nothing but the tensor may be given
        return cls(tensor=learned)

    @cached_property
    def text(self) -> str:
        return f"{self.kind}({self.tensor.name})"

    def output_shape(self, shape: Shape) -> Shape:
        outputs, inputs = self.tensor.weights.shape
        if shape[1:] == (1, 1) and shape[0] != inputs:
            raise Refusal("dense_length", name=self.tensor.name, needed=int(inputs), found=shape[0])
        if shape != (inputs, 1, 1):
            raise Refusal(
                "dense_input", name=self.tensor.name, needed=int(inputs), channels=shape[0], rows=shape[1],
                cols=shape[2],
            )  # fmt: skip
        return int(outputs), 1, 1

    def suggest(self, shape: Shape) -> str:
        """What has to come before, where it would give the vector that the weights expect."""
        inputs = self.tensor.weights.shape[1]
        if shape[0] == inputs:
            return f"globalavg|{self.text}"
        return f"flatten|{self.text}" if shape[0] * shape[1] * shape[2] == inputs else ""

    def forward(self, x: Array) -> Array:
        return dense(x.reshape(-1), self.tensor.weights, self.tensor.bias)[:, None, None]

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return tuple(range(shape[0]))

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        weights = np.asarray(self.tensor.weights[channel], dtype=np.float64)
        weighted = [(source, weights[source].reshape(1, 1)) for source in range(len(weights))]
        return dot(x, self.window(shape_of(x)), row, col, weighted, float(self.tensor.bias[channel]))

    def window(self, shape: Shape) -> Plane:
        return Plane(Shares(shape[1], 1), Shares(shape[2], 1))

    def parameter_count(self, shape: Shape) -> int:
        return int(self.tensor.weights.size + self.tensor.bias.size)

    def multiply_adds(self, shape: Shape) -> int:
        return int(self.tensor.weights.size)

    def work(self, shape: Shape) -> int:
        return self.multiply_adds(shape)
