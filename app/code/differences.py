"""What differs between PyTorch, Keras and NumPy for one stack: codes with their layers and numbers, no prose.

Each rule looks at one layer and its input's shape; a code that several layers meet is told once, with the
first layer's numbers and the list of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.code.geometry import is_even
from app.domain.fields import Turned
from app.domain.shapes import Shape
from app.layers.banked import BankLayer
from app.layers.base import Layer, Off
from app.layers.deconv import Deconv
from app.layers.pooling import Pooling
from app.layers.sliding import SlidingLayer
from app.layers.stack import Stack
from app.layers.weights import Weights

Found = tuple[str, dict[str, Any]]
_BY_KIND = {
    "gelu": "gelu", "leaky_relu": "leaky_relu", "flatten": "flatten", "standardize": "spread",
    "l2pool": "l2pool", "minpool": "minpool", "adaptiveavg": "adaptive", "adaptivemax": "adaptive",
    "noise": "noise", "local": "local", "softmax": "softmax",
}  # fmt: skip
CODES = (
    "layout", "correlation", "kernel_order", "each", "deconv_order", "deconv_padding", "dense_order",
    "same_stride", "uneven", "border", "stride_dilation", "local", "pool_padding", "pool_ceil", "pool_dilation",
    "mean_padding", "l2pool", "minpool", "adaptive", "gray", "resize", "rotate", "spread", "noise",
    "leaky_relu", "gelu", "flatten", "softmax", "initial",
)  # fmt: skip
"""Every code, in the order in which they are told."""


@dataclass(frozen=True)
class Difference:
    """One difference: `code` names the sentence, `params` fill it in, `layers` (from 1) meet it."""

    code: str
    layers: tuple[int, ...]
    params: dict[str, Any]


def differences(stack: Stack, shape: Shape) -> tuple[Difference, ...]:
    """The differences that meet this stack on an input of `shape`; raises the first refusal."""
    found: dict[str, tuple[list[int], dict[str, Any]]] = {}
    shapes = stack.shapes(shape)
    for number, layer in enumerate(stack.layers, start=1):
        if not isinstance(layer, Off):
            for code, params in _met(layer, shapes[number - 1]):
                found.setdefault(code, ([], params))[0].append(number)
    layout = dict(zip(("channels", "rows", "cols"), shape, strict=True))
    told = {"layout": Difference("layout", (), layout)}
    told |= {code: Difference(code, tuple(layers), params) for code, (layers, params) in found.items()}
    return tuple(told[code] for code in CODES if code in told)


def _met(layer: Any, shape: Shape) -> Iterator[Found]:
    if layer.kind in _BY_KIND:
        yield _BY_KIND[layer.kind], {}
    if isinstance(layer, BankLayer):
        yield from _of_bank(layer, shape)
    if isinstance(layer, Pooling):
        yield from _of_pooling(layer, shape)
    elif isinstance(layer, SlidingLayer):
        yield from _of_sliding(layer, shape)
    yield from _of_picture(layer, shape)
    if layer.kind == "dense":
        outputs, inputs = layer.tensor.weights.shape
        yield "dense_order", {"outputs": outputs, "inputs": inputs}
    if layer.kind in ("conv", "weights", "dense"):  # a transposed one counts its fan the other way round
        yield "initial", {"fan_in": _fan_in(layer, shape)}


def _of_bank(layer: BankLayer, shape: Shape) -> Iterator[Found]:
    maps, (rows, cols) = len(layer.kernels), layer.kernel_size
    if layer.channels == "each" and shape[0] > 1:
        yield "each", {"channels": shape[0], "maps": maps, "outputs": layer.maps(shape[0])}
    if isinstance(layer, Deconv):
        slices = 1 if layer.channels == "each" else shape[0]
        yield "deconv_order", {"maps": maps, "slices": slices, "rows": rows, "cols": cols}
        if any(layer.padding) or any(layer.output_padding):
            yield "deconv_padding", {}


def _of_sliding(layer: SlidingLayer, shape: Shape) -> Iterator[Found]:
    yield "correlation", {}
    maps, slices = layer.maps(1 if isinstance(layer, BankLayer) else shape[0]), _slices(layer, shape)
    yield "kernel_order", {
        "maps": maps, "slices": slices, "rows": layer.kernel_size[0], "cols": layer.kernel_size[1]
    }  # fmt: skip
    top, bottom, left, right = sides = layer.sides(shape)
    numbers = {"top": top, "bottom": bottom, "left": left, "right": right}
    if layer.padding == "same" and layer.step != (1, 1):
        yield "same_stride", numbers
    elif not is_even(sides):
        yield "uneven", numbers
    if layer.mode != "zeros" and any(sides):
        yield "border", {"mode": layer.mode}
    if layer.step != (1, 1) and layer.dilation != (1, 1):
        yield "stride_dilation", {}


def _of_pooling(layer: Pooling, shape: Shape) -> Iterator[Found]:
    sides = layer.sides(shape)
    if any(sides):
        yield "pool_padding", {}
    if not is_even(sides):
        yield "uneven", dict(zip(("top", "bottom", "left", "right"), sides, strict=True))
    if layer.ceil:
        yield "pool_ceil", {}
    if layer.dilation != (1, 1):
        yield "pool_dilation", {}
    if layer.kind == "avgpool" and any(sides):
        yield "mean_padding", {}


def _of_picture(layer: Any, shape: Shape) -> Iterator[Found]:
    if layer.kind == "gray" and shape[0] == 3:
        yield "gray", {}
    if layer.kind == "resize" and (layer.rows < shape[1] or layer.cols < shape[2]):
        yield "resize", {"rows": shape[1], "cols": shape[2], "to_rows": layer.rows, "to_cols": layer.cols}
    if layer.kind == "rotate" and Turned(shape[1], shape[2], layer.degrees).quarter is None:
        yield "rotate", {}


def _slices(layer: Layer, shape: Shape) -> int:
    """How many channels one kernel spans."""
    if isinstance(layer, BankLayer):
        return shape[0] if layer.channels == "sum" else 1
    assert isinstance(layer, Weights)  # the other kind that slides
    return int(layer.tensor.weights.shape[1])


def _fan_in(layer: Any, shape: Shape) -> int:
    """How many numbers one output adds up."""
    if layer.kind == "dense":
        return int(layer.tensor.weights.shape[1])
    return _slices(layer, shape) * int(layer.kernel_size[0]) * int(layer.kernel_size[1])
