"""A stack: layers in order, with its canonical line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from app.domain.fields import Window
from app.domain.shapes import Shape
from app.layers.base import Layer


@dataclass(frozen=True)
class Stack:
    """Layers in order; stage k is the k-th layer's output, stage 0 the input."""

    layers: tuple[Layer, ...] = ()

    @cached_property
    def text(self) -> str:
        """The canonical line: a fixed point of parsing and writing."""
        return self.prefix(len(self.layers))

    def prefix(self, stage: int) -> str:
        """The canonical line up to and including stage `stage`."""
        return "|".join(layer.text for layer in self.layers[:stage])

    def shapes(self, shape: Shape) -> list[Shape]:
        """The shape of every stage for an input of `shape`; raises the first refusal."""
        found = [shape]
        for layer in self.layers:
            found.append(layer.shape_after(found[-1]))
        return found

    def windows(self, shape: Shape) -> list[Window]:
        """Every layer's window for an input of `shape`."""
        return [layer.window(before) for layer, before in zip(self.layers, self.shapes(shape), strict=False)]
