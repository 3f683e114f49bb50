"""Shapes and bounds: what a stage may measure, and the size formula with its numbers put in."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, int, int]  # channels, rows, columns

MAX_MAPS = 512
MAX_VALUES = 16_384  # of a flattened stage, whose maps are single numbers
MAX_STAGE_CELLS = 16_000_000
MAX_TRACE_CELLS = 64_000_000
MAX_TRACE_WORK = 2_000_000_000  # multiply-adds, about a nanosecond each in the slowest of our ways
MAX_SCRATCH = 32_000_000  # numbers beside a layer's input and output
MAX_KERNEL = 31


@dataclass(frozen=True)
class AxisFormula:
    """floor((n + before + after - dilation·(kernel - 1) - 1) / stride) + 1, on one axis.

    `kind` tells how the size comes about: ``sliding``, ``transposed``, ``fixed`` (set by the layer) or
    ``same`` (unchanged). Only the first two use the other numbers.
    """

    kind: str
    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    ceil: bool = False

    @property
    def text(self) -> str:
        """The formula with its numbers, readable without a language."""
        if self.kind == "sliding":
            bracket = "ceil" if self.ceil else "floor"
            return (
                f"{bracket}(({self.inputs} + {self.before} + {self.after} - {self.dilation}"
                f"*({self.kernel} - 1) - 1) / {self.stride}) + 1 = {self.outputs}"
            )
        if self.kind == "transposed":
            return (
                f"({self.inputs} - 1)*{self.stride} - {self.before} - {self.before}"
                f" + {self.dilation}*({self.kernel} - 1) + {self.after} + 1 = {self.outputs}"
            )
        return f"{self.inputs} -> {self.outputs}"


@dataclass(frozen=True)
class Formula:
    """The output size of both axes."""

    rows: AxisFormula
    cols: AxisFormula

    @property
    def text(self) -> str:
        return (
            self.rows.text if self.rows == self.cols else f"rows {self.rows.text}; columns {self.cols.text}"
        )


def sliding_size(
    n: int, kernel: int, stride: int, dilation: int, before: int, after: int, ceil: bool = False
) -> int:
    """Number of places of a sliding window on an axis of n cells; 0 or less when it does not fit.

    PyTorch's rule: with `ceil`, a last window that would start in the padding behind is left out.
    """
    room = n + before + after - dilation * (kernel - 1) - 1
    if not ceil:
        return room // stride + 1
    outputs = -(-room // stride) + 1
    return outputs - 1 if (outputs - 1) * stride >= n + before else outputs


def same_padding(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Keras's ``same``: out = ceil(n / stride), the odd cell of padding goes behind."""
    outputs = -(-n // stride)
    total = max((outputs - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
    return total // 2, total - total // 2
