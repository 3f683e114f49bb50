"""What layers with kernels of one's own choice share: the bank as read, written and counted."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from app.compute.correlate import each_work
from app.domain.errors import NotationError, Refusal
from app.domain.notation import Call
from app.domain.params import Pair, bind, write_arguments
from app.domain.shapes import Shape
from app.layers.base import Group, Layer, Tensors, setting
from app.layers.explanation import Recipe
from app.layers.kernel_bank import KernelSpec, bank_size, bank_tensor, read_bank, write_bank

Channels = Literal["each", "sum"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class BankLayer(Layer):
    """One map a kernel and channel (`each`, channel-major) or one a kernel (`sum`)."""

    group: ClassVar[Group] = "convolution"
    recipe: ClassVar[Recipe] = "dot"

    kernels: tuple[KernelSpec, ...] = setting("kernels")
    # plain defaults; the kinds redeclare them as settings, each at its place in the table
    channels: Channels = "each"
    bias: tuple[float, ...] = (0.0,)
    flip: bool = False

    @classmethod
    def read(cls, call: Call, tensors: Tensors) -> Self:
        own = cls.params()[1:]
        kernels, rest = read_bank(call, [param.name for param in own])
        values: dict[str, Any] = bind(cls.kind, own, rest, call.position)
        if any(spec.is_sliced for spec in kernels):
            values["channels"] = "sum"  # slices stand on channels, so there is nothing to keep apart
        if len(values["bias"]) not in (1, len(kernels)):
            at = next(arg.position for arg in rest if arg.name == "bias")
            raise NotationError("bias_count", at, given=len(values["bias"]), kernels=len(kernels))
        if len(set(values["bias"])) == 1:
            values["bias"] = values["bias"][:1]
        return cls(kernels=kernels, **values)

    @cached_property
    def text(self) -> str:
        own = self.params()[1:]
        values = {param.name: getattr(self, param.name) for param in own}
        if any(spec.is_sliced for spec in self.kernels):
            values["channels"] = "each"  # slices say it themselves
        return f"{self.kind}({','.join(write_bank(self.kernels) + write_arguments(own, values))})"

    @property
    def kernel_size(self) -> Pair:
        return bank_size(self.kernels)

    def maps(self, channels: int) -> int:
        return len(self.kernels) * (channels if self.channels == "each" else 1)

    def check_slices(self, shape: Shape) -> None:
        """Refuse kernels whose slices are not one an input channel."""
        for spec in self.kernels:
            if spec.is_sliced and len(spec.slices) != shape[0]:
                raise Refusal("slices_count", slices=len(spec.slices), channels=shape[0])

    def weights(self, channels: int) -> NDArray[np.float64]:
        """The numbers that slide, (kernels, channels, rows, cols), turned by 180 degrees with `flip`."""
        tensor = bank_tensor(self.kernels, channels)
        return tensor[:, :, ::-1, ::-1] if self.flip else tensor

    def biases(self) -> NDArray[np.float64]:
        """One bias a kernel."""
        return np.broadcast_to(np.array(self.bias), (len(self.kernels),))

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        return (channel // len(self.kernels),) if self.channels == "each" else tuple(range(shape[0]))

    def work_at(self, channels: int, dilation: Pair) -> int:
        """Multiply-adds for one place of all maps."""
        if self.channels == "each":
            return channels * each_work(self.weights(1)[:, 0], dilation)
        rows, cols = self.kernel_size
        return len(self.kernels) * channels * rows * cols

    def bank_numbers(self, channels: int) -> int:
        """Float32 numbers that the written out bank takes the place of: it is made in float64."""
        rows, cols = self.kernel_size
        return 2 * len(self.kernels) * rows * cols * (channels if self.channels == "sum" else 1)

    def bank(self, channels: int) -> NDArray[np.float64]:
        """What slides: (kernels, rows, cols) on each channel by itself, (kernels, channels, rows, cols) summed."""
        return self.weights(1)[:, 0] if self.channels == "each" else self.weights(channels)

    def parameter_count(self, shape: Shape) -> int:
        rows, cols = self.kernel_size
        slices = sum(shape[0] if spec.is_sliced else 1 for spec in self.kernels)
        biases = len(self.kernels) if any(self.bias) else 0
        return slices * rows * cols + biases
