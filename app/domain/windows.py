"""Windows: which input cells an output cell reads, axis by axis, and which outputs an input cell feeds.

Every layer states its window as one of these; receptive fields, the lens, explanations and the API's
boxes are derived from them alone. Indices may lie outside the input: that is padding, and the padding
mode says which real cell, if any, stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Literal, Protocol

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
PADDING_MODES: tuple[PaddingMode, ...] = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True)
class Span:
    """Cells first..last of an axis, both included; empty when first > last."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return max(0, self.last - self.first + 1)

    def clip(self, length: int) -> Span:
        return Span(max(self.first, 0), min(self.last, length - 1))


EMPTY = Span(0, -1)


class AxisWindow(Protocol):
    """What one axis of a layer reads. `jump` is how far the field moves per output cell."""

    @property
    def inputs(self) -> int: ...
    @property
    def outputs(self) -> int: ...
    @property
    def jump(self) -> Fraction: ...

    def taps(self, output: int) -> tuple[int, ...]:
        """Input indices that output cell reads, in kernel order; outside 0..inputs-1 is padding."""
        ...

    def pull(self, span: Span) -> Span:
        """The nominal interval of inputs that a span of outputs reads."""
        ...

    def push(self, span: Span) -> Span:
        """The interval of outputs that a span of inputs feeds, clipped to the outputs there are."""
        ...

    def source(self, index: int) -> int | None:
        """The real cell whose value stands at `index`, or None where zeros are."""
        ...


@dataclass(frozen=True)
class Sliding:
    """A window of `size` taps, `dilation` apart, moved by `stride` from -`before` on.

    A stride of 0 is a window that stays: every output reads the same taps. `push` follows the nominal
    interval; it does not go after the copies that padding makes.
    """

    inputs: int
    outputs: int
    size: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    mode: PaddingMode = "zeros"

    @property
    def jump(self) -> Fraction:
        return Fraction(self.stride)

    def taps(self, output: int) -> tuple[int, ...]:
        start = output * self.stride - self.before
        return tuple(start + self.dilation * tap for tap in range(self.size))

    def pull(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        reach = self.dilation * (self.size - 1)
        return Span(span.first * self.stride - self.before, span.last * self.stride - self.before + reach)

    def push(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        reach = self.dilation * (self.size - 1)
        if not self.stride:
            met = span.first <= reach - self.before and span.last >= -self.before
            return Span(0, self.outputs - 1) if met else EMPTY
        first = -(-(span.first + self.before - reach) // self.stride)
        return Span(first, (span.last + self.before) // self.stride).clip(self.outputs)

    def source(self, index: int) -> int | None:
        return padded_source(index, self.inputs, self.mode)


@dataclass(frozen=True)
class Transposed:
    """A transposed convolution's window: output o reads i where o = i·stride - before + dilation·tap."""

    inputs: int
    outputs: int
    size: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def jump(self) -> Fraction:
        return Fraction(1, self.stride)

    def taps(self, output: int) -> tuple[int, ...]:
        reads = (output + self.before - self.dilation * tap for tap in range(self.size))
        return tuple(
            i // self.stride for i in reads if i % self.stride == 0 and 0 <= i // self.stride < self.inputs
        )

    def kernel_taps(self, output: int) -> tuple[int, ...]:
        """The kernel cells that meet `taps`, in the same order."""
        reads = ((tap, output + self.before - self.dilation * tap) for tap in range(self.size))
        return tuple(tap for tap, i in reads if i % self.stride == 0 and 0 <= i // self.stride < self.inputs)

    def pull(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        reach = self.dilation * (self.size - 1)
        first = -(-(span.first + self.before - reach) // self.stride)
        return Span(first, (span.last + self.before) // self.stride).clip(self.inputs)

    def push(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        reach = self.dilation * (self.size - 1)
        return Span(
            span.first * self.stride - self.before, span.last * self.stride - self.before + reach
        ).clip(self.outputs)

    def source(self, index: int) -> int | None:
        return index if 0 <= index < self.inputs else None


@dataclass(frozen=True)
class Shares:
    """Inputs divided among the outputs: output i reads floor(i·n/m) .. ceil((i+1)·n/m) - 1.

    Adaptive and global pooling, area resizing, nearest upsampling (m > n), dense layers (m = 1).
    """

    inputs: int
    outputs: int

    @property
    def jump(self) -> Fraction:
        return Fraction(self.inputs, self.outputs)

    def taps(self, output: int) -> tuple[int, ...]:
        span = self.pull(Span(output, output))
        return tuple(range(span.first, span.last + 1))

    def pull(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        return Span(
            span.first * self.inputs // self.outputs, -(-(span.last + 1) * self.inputs // self.outputs) - 1
        )

    def push(self, span: Span) -> Span:
        if not span.size:
            return EMPTY
        first = span.first * self.outputs // self.inputs
        last = -(-(span.last + 1) * self.outputs // self.inputs) - 1
        return Span(first, last).clip(self.outputs)

    def source(self, index: int) -> int | None:
        return index if 0 <= index < self.inputs else None


@dataclass(frozen=True)
class Bilinear:
    """Enlarging by interpolation: output i reads the two cells around (i + 1/2)·n/m - 1/2."""

    inputs: int
    outputs: int

    @property
    def jump(self) -> Fraction:
        return Fraction(self.inputs, self.outputs)

    def taps(self, output: int) -> tuple[int, ...]:
        below = ((2 * output + 1) * self.inputs - self.outputs) // (2 * self.outputs)
        exact = (2 * output + 1) * self.inputs - self.outputs == below * 2 * self.outputs
        reads = (below,) if exact else (below, below + 1)
        return tuple(dict.fromkeys(min(max(i, 0), self.inputs - 1) for i in reads))

    def pull(self, span: Span) -> Span:
        inside = span.clip(self.outputs)
        return Span(self.taps(inside.first)[0], self.taps(inside.last)[-1]) if inside.size else EMPTY

    def push(self, span: Span) -> Span:
        reads = [i for i in range(self.outputs) if set(self.taps(i)) & set(range(span.first, span.last + 1))]
        return Span(reads[0], reads[-1]) if reads else EMPTY

    def source(self, index: int) -> int | None:
        return index if 0 <= index < self.inputs else None


def whole(length: int) -> Sliding:
    """The window of a layer whose every cell reads the whole axis and that keeps its size."""
    return Sliding(length, length, size=length, stride=0)


def padded_source(index: int, length: int, mode: PaddingMode) -> int | None:
    """The real cell that padding copies to `index`, as torch pads; None for zeros."""
    if 0 <= index < length:
        return index
    if mode == "reflect":
        mirrored = -index if index < 0 else 2 * (length - 1) - index
        return mirrored if 0 <= mirrored < length else None
    if mode == "replicate":
        return min(max(index, 0), length - 1)
    if mode == "circular":
        return index % length
    return None


def sources(window: AxisWindow, outputs: Iterable[int]) -> tuple[int, ...]:
    """Every real input cell that the given output cells read, padding's copies included, in order."""
    cells = {window.source(tap) for output in outputs for tap in window.taps(output)}
    return tuple(sorted(cell for cell in cells if cell is not None))


def describe(window: AxisWindow) -> dict[str, Any]:
    """The window as plain data, for the page's lens and the API; `type` names the rule."""
    own = {field.name: getattr(window, field.name) for field in fields(window)}  # type: ignore[arg-type]  # all are dataclasses
    return {"type": type(window).__name__.lower(), **own}
