"""The learned kernel behind an open map: drawn with its numbers, and copied out as a kernel of one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Refusal, UserError
from app.domain.notation import MAX_CHARACTERS, Matrix, format_number, format_value
from app.domain.params import write_arguments
from app.domain.shapes import Shape
from app.engine.cells import Place, check_place
from app.engine.trace import Trace
from app.layers.base import Layer, Tensors
from app.layers.registry import parse_stack
from app.layers.stack import Stack
from app.layers.weights import Weights
from app.web.pages.swatches import Drawn

SHOWN = 6  # slices that are drawn; a column has room for few, and a page for not many more
DIGITS = (".6g", ".4g", ".3g", ".3f")  # tried in turn until the line is short enough


@dataclass(frozen=True)
class LearnedKernel:
    """The kernel of map `channel`: its strongest slices with the channel that each reads, of `count`."""

    channel: int
    count: int
    slices: tuple[tuple[int, Drawn], ...]


def learned_kernel(layer: Layer | None, channel: int, before: Shape) -> LearnedKernel | None:
    """The kernel that made a map of a learned convolution; None of every other layer."""
    if not isinstance(layer, Weights):
        return None
    kernel = layer.tensor.weights[channel]
    strengths = np.abs(kernel).sum((1, 2))
    strongest = np.sort(np.argsort(-strengths, kind="stable")[:SHOWN])
    reads, largest = layer.reads(channel, before), float(np.abs(kernel).max())
    return LearnedKernel(
        channel, len(kernel), tuple((reads[i], Drawn(kernel[i], largest)) for i in strongest.tolist())
    )


def copy_kernel(trace: Trace, stage: int, channel: int, tensors: Tensors) -> Stack:
    """The stack with a learned layer replaced by a convolution with the kernel of one of its maps.

    The copy has one slice an input channel and makes one map; layers behind it stay as far as they fit.

    Raises
    ------
    UserError
        `not_a_convolution`, or what `check_place` refuses.
    """
    check_place(trace, Place(stage, channel, 0, 0))
    layer = trace.layer(stage)
    if not isinstance(layer, Weights):
        raise UserError("not_a_convolution", layer=stage)
    shape = trace.stages[stage - 1].shape
    slices = np.zeros((shape[0], *layer.kernel_size))
    slices[list(layer.reads(channel, shape))] = layer.tensor.weights[channel]
    before = [one.text for one in trace.stack.layers[: stage - 1]]
    for digits in DIGITS:
        text = "|".join([*before, _as_conv(layer, slices, float(layer.tensor.bias[channel]), digits)])
        if len(text) <= MAX_CHARACTERS:
            break
    return _with_what_fits(parse_stack(text, tensors), trace.stack.layers[stage:], shape)


def _as_conv(layer: Weights, slices: NDArray[np.float64], bias: float, digits: str) -> str:
    def rounded(value: float) -> float:
        return float(f"{value:{digits}}")

    matrices = [
        format_value(Matrix(tuple(tuple(rounded(v) for v in row) for row in one))) for one in slices.tolist()
    ]
    own = layer.params()[1:]
    settings = write_arguments(own, {param.name: getattr(layer, param.name) for param in own})
    bias_text = [f"bias={format_number(rounded(bias))}"] if bias else []
    kernel = f"slices({','.join(matrices)})"
    return f"conv({','.join([kernel, *settings, *bias_text])})"


def _with_what_fits(stack: Stack, behind: tuple[Layer, ...], shape: Shape) -> Stack:
    """The layers behind the copy, up to the first that cannot read its one map."""
    after = stack.layers[-1].shape_after(shape)
    kept: list[Layer] = []
    for layer in behind:
        try:
            after = layer.shape_after(after)
        except Refusal:
            break
        kept.append(layer)
    whole = Stack((*stack.layers, *kept))
    return whole if len(whole.text) <= MAX_CHARACTERS else stack
