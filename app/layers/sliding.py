"""Layers that slide a window: shared geometry, size formula, refusals and the search for what fits."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from app.domain.errors import Refusal
from app.domain.fields import Plane
from app.domain.params import Padding, Pair, Sides
from app.domain.shapes import AxisFormula, Formula, Shape, same_padding, sliding_size
from app.domain.windows import PaddingMode, Sliding
from app.layers.base import Layer


@dataclasses.dataclass(frozen=True, kw_only=True)
class SlidingLayer(Layer):
    """A layer whose output cell (r, c) reads a kernel-sized window of each channel it uses."""

    # plain defaults; a kind that offers one of these as a parameter redeclares it as a setting
    padding: Padding = (0, 0, 0, 0)
    mode: PaddingMode = "zeros"
    dilation: Pair = (1, 1)
    ceil: bool = False

    @property
    @abstractmethod
    def kernel_size(self) -> Pair:
        """Rows and columns of the window, without dilation."""

    @property
    @abstractmethod
    def step(self) -> Pair:
        """Rows and columns from window to window."""

    def maps(self, channels: int) -> int:
        """Output channels for an input of `channels`."""
        return channels

    def sides(self, shape: Shape) -> Sides:
        """Padding in cells on the top, bottom, left and right."""
        if self.padding == "same":
            vertical, horizontal = (
                same_padding(shape[1 + axis], self.kernel_size[axis], self.step[axis], self.dilation[axis])
                for axis in (0, 1)
            )
            return (*vertical, *horizontal)
        if self.padding == "full":
            rows, cols = (self.dilation[axis] * (self.kernel_size[axis] - 1) for axis in (0, 1))
            return (rows, rows, cols, cols)
        return self.padding

    def formula(self, shape: Shape) -> Formula:
        rows, cols = (self._axis_formula(shape, axis) for axis in (0, 1))
        return Formula(rows, cols)

    def output_shape(self, shape: Shape) -> Shape:
        formula = self.formula(shape)
        self._check_mode(shape, formula)
        for axis in (formula.rows, formula.cols):
            if axis.outputs < 1:
                raise Refusal(
                    "kernel_too_large",
                    formula=formula.text,
                    kernel=axis.dilation * (axis.kernel - 1) + 1,
                    cells=axis.inputs,
                    padding=axis.before + axis.after,
                    padded=axis.inputs + axis.before + axis.after,
                    axis="rows" if axis is formula.rows else "cols",
                )
        return (self.maps(shape[0]), formula.rows.outputs, formula.cols.outputs)

    def padded(self, shape: Shape) -> Pair:
        """Rows and columns of the input with its padding."""
        top, bottom, left, right = self.sides(shape)
        return top + shape[1] + bottom, left + shape[2] + right

    def scratch(self, shape: Shape) -> int:
        rows, cols = self.padded(shape)
        return shape[0] * rows * cols if any(self.sides(shape)) else 0

    def window(self, shape: Shape) -> Plane:
        top, _, left, _ = self.sides(shape)
        formula = self.formula(shape)
        (kernel_rows, kernel_cols), (step_rows, step_cols) = self.kernel_size, self.step
        return Plane(
            Sliding(shape[1], formula.rows.outputs, kernel_rows, step_rows, self.dilation[0], top, self.mode),
            Sliding(
                shape[2], formula.cols.outputs, kernel_cols, step_cols, self.dilation[1], left, self.mode
            ),
        )

    def alternatives(self, shape: Shape) -> Iterator[Layer]:
        """No dilation, fitting padding, zeros around, a larger step: what the kind has, nearest first."""
        names = {param.name for param in self.params()}
        plain = dataclasses.replace(self, dilation=(1, 1)) if "dilation" in names else self
        yield plain
        if "padding" in names:
            for layer in (self, plain):
                yield dataclasses.replace(layer, padding=layer._mirrored_padding(shape))
                yield dataclasses.replace(layer, padding=layer._fitting_padding(shape))
            if "mode" in names:
                for layer in (self, plain):
                    yield dataclasses.replace(layer, mode="zeros")
                    yield dataclasses.replace(layer, padding=layer._fitting_padding(shape), mode="zeros")
        for stride in (2, 4, 8, 16):
            if "stride" in names and stride > max(self.step):
                wider: dict[str, Any] = {"stride": (stride, stride)}  # not a field of every kind
                yield dataclasses.replace(self, **wider)

    def _mirrored_padding(self, shape: Shape) -> Sides:
        """The padding cut down to what the mode can fill."""
        less = 1 if self.mode == "reflect" else 0
        top, bottom, left, right = self.sides(shape)
        rows, cols = shape[1] - less, shape[2] - less
        return min(top, rows), min(bottom, rows), min(left, cols), min(right, cols)

    def _fitting_padding(self, shape: Shape) -> Sides:
        """The least symmetric padding with which the kernel finds one place."""
        missing = [
            max(0, self.dilation[axis] * (self.kernel_size[axis] - 1) + 1 - shape[1 + axis])
            for axis in (0, 1)
        ]
        rows, cols = (-(-cells // 2) for cells in missing)
        return (rows, rows, cols, cols)

    def _axis_formula(self, shape: Shape, axis: int) -> AxisFormula:
        sides = self.sides(shape)
        before, after = sides[2 * axis], sides[2 * axis + 1]
        numbers = (shape[1 + axis], self.kernel_size[axis], self.step[axis], self.dilation[axis])
        outputs = sliding_size(*numbers, before, after, self.ceil)
        return AxisFormula("sliding", numbers[0], outputs, *numbers[1:], before, after, self.ceil)

    def _check_mode(self, shape: Shape, formula: Formula) -> None:
        """Mirroring repeats no cell, so it needs padding <= n - 1; wrapping needs padding <= n."""
        if self.mode not in ("reflect", "circular"):
            return
        for axis in (formula.rows, formula.cols):
            limit = axis.inputs - (1 if self.mode == "reflect" else 0)
            widest = max(axis.before, axis.after)
            if widest > limit:
                raise Refusal(
                    "padding_too_wide",
                    formula=formula.text,
                    padding=widest,
                    mode=self.mode,
                    cells=axis.inputs,
                    limit=limit,
                    axis="rows" if axis is formula.rows else "cols",
                )
