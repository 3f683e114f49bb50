"""What a layer is: parameters declared as fields, a window, an output shape, a forward rule, an explanation.

A new kind subclasses Layer (or SlidingLayer) and decorates itself with @register; controls, reference page, API
schema, canonical spelling and contract tests follow from that. Its texts, its code in three frameworks and the
tests' oracle are written beside it (CONTRIBUTING.md).
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Refusal
from app.domain.fields import Plane, Window
from app.domain.notation import Call
from app.domain.params import REQUIRED, Param, ParamType, bind, within, write_arguments
from app.domain.shapes import (
    MAX_MAPS,
    MAX_SCRATCH,
    MAX_STAGE_CELLS,
    MAX_TRACE_WORK,
    AxisFormula,
    Formula,
    Shape,
)
from app.domain.windows import Sliding
from app.layers.explanation import Explanation, Recipe, through

Array = NDArray[np.float32]
Group = Literal["convolution", "activation", "pooling", "picture", "classifier"]


@dataclasses.dataclass(frozen=True)
class Learned:
    """A network's tensor, `name` as in the notation: weights (out, in / groups, rows, cols) or (out, in)."""

    name: str
    weights: Array = dataclasses.field(compare=False, repr=False)
    bias: Array = dataclasses.field(compare=False, repr=False)


class Tensors(Protocol):
    """Where `weights(...)` and `dense(...)` find their numbers."""

    def get(self, name: str) -> Learned | None: ...
    def names(self) -> Iterable[str]: ...


class NoTensors:
    """No network is loaded."""

    def get(self, name: str) -> Learned | None:
        return None

    def names(self) -> Iterable[str]:
        return ()


def shape_of(x: Array) -> Shape:
    """(channels, rows, cols) of some maps."""
    channels, rows, cols = x.shape
    return channels, rows, cols


def cell_window(shape: Shape) -> Plane:
    """The window of a layer whose output cell reads the same cell of its input."""
    return Plane(Sliding(shape[1], shape[1]), Sliding(shape[2], shape[2]))


def setting(type: ParamType, default: Any = REQUIRED, **bounds: Any) -> Any:
    """Declare a parameter as a dataclass field; `bounds` are Param's low, high, choices, step, positional."""
    metadata = {"type": type, "default": default, **bounds}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Layer(ABC):
    """A layer with its parameters bound; immutable, comparable, without any state of a photo."""

    kind: ClassVar[str]
    group: ClassVar[Group]
    recipe: ClassVar[Recipe]
    example: ClassVar[str] = ""
    """What adding this kind writes, where its bare name is not enough."""
    most_maps: ClassVar[int] = MAX_MAPS
    off: ClassVar[bool] = False
    effort: ClassVar[int] = 8
    """Nanoseconds a cell, roughly, of a kind whose work is counted in no other way."""

    @classmethod
    @cache
    def params(cls) -> tuple[Param, ...]:
        """The parameters in the order in which the kind and its bases declare them as settings."""
        found: dict[str, Param] = {}
        for base in reversed(cls.__mro__):
            fields = vars(base).get("__dataclass_fields__", {})
            # annotations, as a redeclared field keeps its base's place in fields
            for name in vars(base).get("__annotations__", {}):
                if name in fields and "type" in fields[name].metadata:
                    found[name] = Param(name=name, **fields[name].metadata)
        return tuple(found.values())

    @classmethod
    def read(cls, call: Call, tensors: Tensors) -> Self:
        """Bind a call of the notation to a layer."""
        return cls(**bind(cls.kind, cls.params(), call.args, call.position))

    @property
    def keeps_photo(self) -> bool:
        """Whether maps still look like a photo (averages of it), so that grey shows them best."""
        return False

    @cached_property
    def text(self) -> str:
        """The layer's canonical spelling."""
        values = {param.name: getattr(self, param.name) for param in self.params()}
        arguments = write_arguments(self.params(), values)
        return f"{self.kind}({','.join(arguments)})" if arguments else self.kind

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """Shape after this layer.

        Raises
        ------
        Refusal
            When the layer cannot work on `shape`.
        """

    def shape_after(self, shape: Shape) -> Shape:
        """Output shape, held within the bounds on maps and cells; a refusal carries what would fit."""
        try:
            after = self.output_shape(shape)
            maps, cells = after[0], after[0] * after[1] * after[2]
            if maps > max(self.most_maps, shape[0]):
                raise Refusal("too_many_maps", maps=maps, limit=self.most_maps)
            if cells > MAX_STAGE_CELLS:
                raise Refusal("too_many_cells", cells=cells, limit=MAX_STAGE_CELLS)
            if (scratch := self.scratch(shape)) > MAX_SCRATCH:
                raise Refusal("too_much_scratch", numbers=scratch, limit=MAX_SCRATCH)
        except Refusal as refusal:
            # looked for here alone: an alternative that is refused must not look for its own alternatives
            refusal.suggestion = refusal.suggestion or self.suggest(shape)
            raise
        return after

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        """Layers like this one that may fit `shape` where this one does not, the nearest first."""
        return iter(())

    def suggest(self, shape: Shape) -> str:
        """The nearest alternative that fits by geometry and by the bounds, or an empty string."""
        return self.cheaper(shape, MAX_TRACE_WORK)

    def cheaper(self, shape: Shape, most_work: int, most_cells: int = MAX_STAGE_CELLS) -> str:
        """The nearest alternative that fits within so much work and so many cells, or an empty string."""
        for layer in self.alternatives(shape):
            try:
                after = layer.output_shape(shape)
            except Refusal:
                continue
            fits = (
                after[0] <= max(self.most_maps, shape[0])
                and after[0] * after[1] * after[2] <= most_cells
                and layer.scratch(shape) <= MAX_SCRATCH
                and layer.work(shape) <= most_work
            )
            if fits and all(within(param, getattr(layer, param.name)) for param in layer.params()):
                return layer.text
        return ""

    def window(self, shape: Shape) -> Window:
        """What the layer reads of an input of `shape`; by default the cell itself."""
        return cell_window(shape)

    def channel_window(self, channel: int, shape: Shape) -> Window:
        """What one output channel reads: less than `window` where a channel stands for a place (flatten)."""
        return self.window(shape)

    def reads(self, channel: int, shape: Shape) -> tuple[int, ...]:
        """The input channels that an output channel reads; by default its own."""
        return (channel,)

    def formula(self, shape: Shape) -> Formula:
        """How the output size comes about; by default it is unchanged or set by the layer."""
        _, rows, cols = self.output_shape(shape)
        return Formula(
            AxisFormula("same" if rows == shape[1] else "fixed", shape[1], rows),
            AxisFormula("same" if cols == shape[2] else "fixed", shape[2], cols),
        )

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """The layer's maps for input maps `x` (C, H, W), float32, any strides; `x` is never written to."""

    @abstractmethod
    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        """How output cell (channel, row, col) comes about from input maps `x`, in float64."""

    def parameter_count(self, shape: Shape) -> int:
        """Numbers the layer holds (weights and biases)."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Multiply-accumulate operations for one photo, by the definition (no fast path counted)."""
        return 0

    def work(self, shape: Shape) -> int:
        """Multiply-adds, or what takes as long, of `forward` by its fast path: an estimate that bounds its time."""
        channels, rows, cols = self.output_shape(shape)
        return channels * rows * cols * self.effort

    def scratch(self, shape: Shape) -> int:
        """Numbers that `forward` holds at once beside its input and output: a padded copy, a bank written out."""
        return 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Off(Layer):
    """A layer switched off and kept in place: passes its input on."""

    kind: ClassVar[str] = "off"
    group: ClassVar[Group] = "picture"
    recipe: ClassVar[Recipe] = "point"
    off: ClassVar[bool] = True
    layer: Layer

    @property
    def keeps_photo(self) -> bool:
        return True

    @cached_property
    def text(self) -> str:
        return "~" + self.layer.text

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def work(self, shape: Shape) -> int:
        return 0

    def forward(self, x: Array) -> Array:
        return x

    def explain(self, x: Array, channel: int, row: int, col: int) -> Explanation:
        return through("identity", x, channel, row, col, float(x[channel, row, col]))
