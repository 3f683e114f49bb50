"""Every kind of layer that a gradient is sent back through, as an operation in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from app.compute.resample import resize_support
from app.domain.errors import UserError
from app.domain.shapes import Shape
from app.engine.gradients.convolution import Slide
from app.engine.gradients.learnable import (
    Convolution,
    FullyConnected,
    Ties,
    Transposed,
    Unshared,
    bank_ties,
    whole_ties,
)
from app.engine.gradients.operation import Operation, Same
from app.engine.gradients.planar import (
    Energy,
    Mixed,
    Reshaped,
    Separable,
    Winner,
    matrix,
    means,
    taps_of,
)
from app.engine.gradients.pointwise import CURVES, Pointwise, Scaled, Softmax, leaky, threshold
from app.layers.base import Layer
from app.layers.gray import LUMA

Maker = Callable[[Any, Shape], Operation]  # a layer of the maker's own kind, and the shape that it reads


def operation(layer: Layer, shape: Shape) -> Operation:
    """The layer for input maps of `shape`.

    Raises
    ------
    UserError
        `gradients_layer` for a kind that no gradient is sent through here.
    """
    if layer.off:
        return Same()
    maker = MAKERS.get(layer.kind)
    if maker is None:
        raise UserError("gradients_layer", layer=layer.kind, known=", ".join(MAKERS))
    return maker(layer, shape)


def _conv(layer: Any, shape: Shape) -> Operation:
    channels = shape[0]
    tensor, bias = layer.weights(channels), np.array(layer.biases())
    ties = bank_ties(layer.kernels, channels, layer.kernel_size, layer.flip)
    groups = 1
    if layer.channels == "each":  # as many groups as channels, channel-major
        groups, tensor = channels, np.tile(tensor[:, :1], (channels, 1, 1, 1))
        owners = np.tile(ties.owners[:, :1], (channels, 1, 1, 1))
        ties, bias = Ties(owners, ties.shapes, np.tile(ties.bias, channels)), np.tile(bias, channels)
    slide = Slide(layer.stride, layer.sides(shape), layer.dilation, layer.mode, groups)
    return Convolution(np.array(tensor, np.float64), bias, slide, ties, shape)


def _weights(layer: Any, shape: Shape) -> Operation:
    tensor = layer.tensor.weights.astype(np.float64)
    groups = layer.groups(shape[0])
    slide = Slide(layer.stride, layer.sides(shape), layer.dilation, layer.mode, groups)
    return Convolution(tensor, layer.tensor.bias.astype(np.float64), slide, whole_ties(tensor), shape)


def _deconv(layer: Any, shape: Shape) -> Operation:
    channels = shape[0]
    tensor, bias = layer.weights(channels), np.array(layer.biases())
    ties = bank_ties(layer.kernels, channels, layer.kernel_size, layer.flip)
    groups, owners, own_bias = 1, ties.owners.transpose(1, 0, 2, 3), ties.bias
    turned = tensor.transpose(1, 0, 2, 3)
    if layer.channels == "each":
        groups = channels
        turned = np.tile(turned[:1], (channels, 1, 1, 1))
        owners = np.tile(owners[:1], (channels, 1, 1, 1))
        bias, own_bias = np.tile(bias, channels), np.tile(own_bias, channels)
    rows, cols = layer.padding
    slide = Slide(layer.stride, (rows, rows, cols, cols), layer.dilation, "zeros", groups)
    output = layer.output_shape(shape)
    return Transposed(np.array(turned, np.float64), bias, slide, Ties(owners, ties.shapes, own_bias), output)


def _local(layer: Any, shape: Shape) -> Operation:
    return Unshared(layer.weights(shape).astype(np.float64), layer.stride)


def _dense(layer: Any, shape: Shape) -> Operation:
    return FullyConnected(layer.tensor.weights.astype(np.float64), layer.tensor.bias.astype(np.float64))


def _normalize(layer: Any, shape: Shape) -> Operation:
    mean, std = (
        np.broadcast_to(np.array(numbers)[:, None, None], (shape[0], 1, 1))
        for numbers in (layer.mean, layer.std)
    )
    return Scaled(mean, std)


def _gray(layer: Any, shape: Shape) -> Operation:
    return Same() if shape[0] == 1 else Mixed(LUMA)


def _winner(sign: int) -> Maker:
    def make(layer: Any, shape: Shape) -> Operation:
        window = layer.window(shape)
        return Winner(taps_of(window.rows), taps_of(window.cols), sign)

    return make


def _evenly(layer: Any, shape: Shape) -> Operation:
    window = layer.window(shape)
    return Separable(matrix(window.rows), matrix(window.cols))


def _avgpool(layer: Any, shape: Shape) -> Operation:
    window, (_, bottom, _, right) = layer.window(shape), layer.sides(shape)
    include = layer.count_include_pad
    return Separable(means(window.rows, bottom, include), means(window.cols, right, include))


def _l2pool(layer: Any, shape: Shape) -> Operation:
    window = layer.window(shape)
    return Energy(matrix(window.rows, 1.0), matrix(window.cols, 1.0))


def _resize(layer: Any, shape: Shape) -> Operation:
    sides = []
    for inputs, outputs in ((shape[1], layer.rows), (shape[2], layer.cols)):
        found = np.zeros((outputs, inputs))
        for index in range(outputs):
            low, high, shares = resize_support(inputs, outputs, index)
            cells = np.arange(low, high + 1)[: len(shares)]
            found[index, cells] = shares
        sides.append(found)
    return Separable(*sides)


def _noise(layer: Any, shape: Shape) -> Operation:
    return Same(layer.forward(np.zeros(shape, np.float32)).astype(np.float64))


def _curve(name: str) -> Maker:
    return lambda layer, shape: Pointwise(*CURVES[name])


MAKERS: Mapping[str, Maker] = {
    "conv": _conv,
    "weights": _weights,
    "deconv": _deconv,
    "local": _local,
    "dense": _dense,
    **{name: _curve(name) for name in CURVES},
    "leaky_relu": lambda layer, shape: leaky(layer.slope),
    "threshold": lambda layer, shape: threshold(layer.value),
    "maxpool": _winner(1),
    "minpool": _winner(-1),
    "globalmax": _winner(1),
    "adaptivemax": _winner(1),
    "avgpool": _avgpool,
    "l2pool": _l2pool,
    "globalavg": _evenly,
    "adaptiveavg": _evenly,
    "gray": _gray,
    "normalize": _normalize,
    "shift": _evenly,
    "resize": _resize,
    "upsample": _evenly,
    "noise": _noise,
    "flatten": lambda layer, shape: Reshaped(),
    "softmax": lambda layer, shape: Softmax(),
}
