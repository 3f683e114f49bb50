"""What the pooling layers share: a window over each map by itself, with its padding and its refusals."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from app.domain.errors import Refusal
from app.domain.params import Padding, Pair, Sides
from app.domain.shapes import Shape
from app.domain.windows import AxisWindow
from app.layers.base import Group, Layer, setting
from app.layers.sliding import SlidingLayer

_LARGEST = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pooling(SlidingLayer):
    """Sums up each window of `size` cells into one; `stride` None moves by the window's size."""

    group: ClassVar[Group] = "pooling"

    size: Pair = setting("pair", low=1, high=_LARGEST, positional=True)
    stride: Pair | None = setting("pair", None, low=1, high=_LARGEST)
    padding: Padding = setting("padding", (0, 0, 0, 0), low=0, high=_LARGEST // 2)
    dilation: Pair = setting("pair", (1, 1), low=1, high=16)
    ceil: bool = setting("bool", False)

    def __post_init__(self) -> None:
        if self.stride == self.size:
            object.__setattr__(self, "stride", None)  # one spelling for one layer

    @property
    def kernel_size(self) -> Pair:
        return self.size

    @property
    def step(self) -> Pair:
        return self.stride or self.size

    def output_shape(self, shape: Shape) -> Shape:
        self._check_padding(shape)
        after = super().output_shape(shape)
        if self.dilation != (1, 1):
            window = self.window(shape)
            for axis, name in ((window.rows, "rows"), (window.cols, "cols")):
                if _reads_nothing(axis):
                    raise Refusal("window_in_padding", formula=self.formula(shape).text, axis=name)
        return after

    def overhang(self, shape: Shape) -> Sides:
        """The cells behind the padding that the last windows of `ceil` reach into."""
        formula, sides, found = self.formula(shape), self.sides(shape), []
        for axis, numbers in enumerate((formula.rows, formula.cols)):
            reach = (numbers.outputs - 1) * numbers.stride + numbers.dilation * (numbers.kernel - 1) + 1
            found.append(max(0, reach - sides[2 * axis] - shape[1 + axis] - sides[2 * axis + 1]))
        return 0, found[0], 0, found[1]

    def widened(self, shape: Shape) -> Sides:
        """Padding and overhang together: with them, every window lies inside."""
        top, bottom, left, right = self.sides(shape)
        _, below, _, beside = self.overhang(shape)
        return top, bottom + below, left, right + beside

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        """Less padding first, then a window that fits, then what every sliding layer can do."""
        yield dataclasses.replace(self, padding=self._half(shape))
        fitting = (min(self.size[0], shape[1]), min(self.size[1], shape[2]))
        yield dataclasses.replace(self, size=fitting)
        yield dataclasses.replace(self, size=fitting, padding=(0, 0, 0, 0), dilation=(1, 1))
        yield from super().alternatives(shape)

    def work(self, shape: Shape) -> int:
        """Rows are gathered first, over all padded columns, then columns."""
        maps, rows, cols = self.output_shape(shape)
        return maps * rows * (self.size[0] * self.padded(shape)[1] + self.size[1] * cols)

    def _limits(self) -> Pair:
        """Half a window, dilation not counted: torch's rule."""
        return self.size[0] // 2, self.size[1] // 2

    def _half(self, shape: Shape) -> tuple[int, int, int, int]:
        top, bottom, left, right = self.sides(shape)
        rows, cols = self._limits()
        return min(top, rows), min(bottom, rows), min(left, cols), min(right, cols)

    def _check_padding(self, shape: Shape) -> None:
        sides, limits = self.sides(shape), self._limits()
        for axis, name in ((0, "rows"), (1, "cols")):
            widest = max(sides[2 * axis : 2 * axis + 2])
            if widest > limits[axis]:
                raise Refusal(
                    "pool_padding",
                    formula=self.formula(shape).text,
                    padding=widest,
                    limit=limits[axis],
                    window=self.size[axis],
                    axis=name,
                )


def _reads_nothing(axis: AxisWindow) -> bool:
    return any(all(not 0 <= tap < axis.inputs for tap in axis.taps(output)) for output in range(axis.outputs))
