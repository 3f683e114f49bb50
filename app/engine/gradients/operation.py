"""What back-propagation asks of a layer: its value, its gradient by the input, and by its own numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from app.engine.gradients.convolution import Exact
from app.engine.gradients.terms import Index, Link


@dataclass(frozen=True)
class Learned:
    """Gradients by a layer's own numbers: `kernels` one array a kernel, `bias` one number a kernel or none."""

    kernels: tuple[Exact, ...]
    bias: Exact | None = None

    @property
    def size(self) -> int:
        """How many numbers the kernels' gradients hold."""
        return sum(kernel.size for kernel in self.kernels)


class Operation(ABC):
    """A layer bound to the shape of its input, on float64 maps (C, H, W)."""

    @abstractmethod
    def forward(self, x: Exact) -> Exact:
        """The layer's maps."""

    @abstractmethod
    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        """dJ/dx from `grad` = dJ/dy, where y = forward(x)."""

    @abstractmethod
    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        """The output cells that an input cell moves, with dy/dx."""

    def input_condition(self, cell: tuple[int, int, int]) -> str:
        """Which products count, as a formula with its numbers; empty where there is none to tell."""
        return ""


class LearnedOperation(Operation):
    """A layer with numbers of its own: kernels and perhaps a bias."""

    @abstractmethod
    def learned(self, x: Exact, grad: Exact) -> Learned:
        """dJ by the layer's own numbers, from `grad` = dJ/dy."""

    @abstractmethod
    def kernel_links(self, x: Exact, entry: Index) -> Iterator[Link]:
        """The output cells that an own number moves; `entry` is (kernel, *place in that kernel)."""

    @abstractmethod
    def nudged(self, entry: Index, by: float) -> Self:
        """The same layer with one own number moved."""

    def kernel_count(self, x: Exact, entry: Index) -> int:
        """How many `kernel_links` there are."""
        return sum(1 for _ in self.kernel_links(x, entry))

    def kernel_condition(self, entry: Index) -> str:
        """As `input_condition`, for an own number."""
        return ""


class Same(Operation):
    """A layer that hands on its input, or adds to it what does not depend on it."""

    def __init__(self, added: Exact | None = None) -> None:
        self._added = added

    def forward(self, x: Exact) -> Exact:
        return x if self._added is None else x + self._added

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return grad

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        yield Link(cell, "share", 1.0)
