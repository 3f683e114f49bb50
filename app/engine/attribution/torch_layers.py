"""Every kind of layer that a network may hold as a differentiable torch function on (N, C, H, W)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.domain.params import Pair, Sides
from app.domain.shapes import Shape
from app.domain.windows import PaddingMode
from app.layers.base import Layer
from app.layers.gray import LUMA

if TYPE_CHECKING:
    from torch import Tensor

Step = Callable[["Tensor"], "Tensor"]
Maker = Callable[[Any, Shape], Step]  # a layer of the maker's own kind, and the shape that it reads


def torch_layer(layer: Layer, shape: Shape, guided: bool = False) -> Step:
    """The layer for input maps of `shape`; the same numbers as its forward, with gradients.

    A `guided` ReLU sends no negative gradient back (Springenberg et al. 2015); nothing else is changed by it.

    Raises
    ------
    UserError
        `attribution_layer` for a kind that no gradient is sent through here.
    """
    if layer.off:
        return lambda x: x
    if guided and layer.kind == "relu":
        return _guided_relu
    maker = _MAKERS.get(layer.kind)
    if maker is None:
        raise UserError("attribution_layer", layer=layer.kind, known=", ".join(_MAKERS))
    return maker(layer, shape)


def _guided_relu(x: Tensor) -> Tensor:
    maps: Tensor = load_torch().relu(x)
    if maps.requires_grad:
        maps.register_hook(lambda gradient: gradient.clamp(min=0))  # type: ignore[no-untyped-call]  # torch gives it no types
    return maps


def _tensor(numbers: NDArray[Any]) -> Tensor:
    """A float32 tensor; shares the memory where torch can."""
    array = np.ascontiguousarray(numbers, dtype=np.float32)
    found: Tensor = load_torch().from_numpy(array if array.flags.writeable else array.copy())
    return found


def _pad(x: Tensor, sides: Sides, mode: PaddingMode = "zeros", value: float = 0.0) -> Tensor:
    """Cells added around; torch takes left, right, top, bottom."""
    if not any(sides):
        return x
    top, bottom, left, right = sides
    pad = load_torch().nn.functional.pad
    border = (left, right, top, bottom)
    padded: Tensor = pad(x, border, value=value) if mode == "zeros" else pad(x, border, mode=mode)
    return padded


def _normalize(layer: Any, shape: Shape) -> Step:
    mean, std = (_tensor(np.array(numbers)).reshape(-1, 1, 1) for numbers in (layer.mean, layer.std))
    return lambda x: (x - mean) / std


def _gray(layer: Any, shape: Shape) -> Step:
    if shape[0] == 1:
        return lambda x: x
    shares = _tensor(np.array(LUMA)).reshape(-1, 1, 1)
    return lambda x: (x * shares).sum(1, keepdim=True)


def _slide(layer: Any, shape: Shape, bank: NDArray[Any], bias: NDArray[Any], groups: int) -> Step:
    conv2d = load_torch().nn.functional.conv2d
    sides, (weights, offsets) = layer.sides(shape), (_tensor(bank), _tensor(bias))

    def step(x: Tensor) -> Tensor:
        padded = _pad(x, sides, layer.mode)
        maps: Tensor = conv2d(padded, weights, offsets, layer.stride, 0, layer.dilation, groups)
        return maps

    return step


def _weights(layer: Any, shape: Shape) -> Step:
    return _slide(layer, shape, layer.tensor.weights, layer.tensor.bias, layer.groups(shape[0]))


def _conv(layer: Any, shape: Shape) -> Step:
    bank, bias = layer.weights(shape[0]), layer.biases()
    if layer.channels == "sum":
        return _slide(layer, shape, bank, bias, 1)
    # every kernel on each channel by itself: as many groups as channels, channel-major
    own = np.tile(bank[:, :1], (shape[0], 1, 1, 1))
    return _slide(layer, shape, own, np.tile(bias, shape[0]), shape[0])


def _maxpool(layer: Any, shape: Shape) -> Step:
    pool, sides = load_torch().nn.functional.max_pool2d, layer.widened(shape)

    def step(x: Tensor) -> Tensor:
        maps: Tensor = pool(_pad(x, sides, value=-np.inf), layer.size, layer.step, 0, layer.dilation)
        return maps

    return step


def _avgpool(layer: Any, shape: Shape) -> Step:
    """Sums of each window over the number of its cells that count, as both depend on the place."""
    conv2d = load_torch().nn.functional.conv2d
    channels, own, reach = shape[0], layer.sides(shape), layer.widened(shape)
    ones = _tensor(np.ones((channels, 1, *layer.size)))
    inside = _pad(_tensor(np.ones((1, 1, *shape[1:]))), own, value=float(layer.count_include_pad))
    beyond = (0, reach[1] - own[1], 0, reach[3] - own[3])
    counts = conv2d(_pad(inside, beyond), ones[:1], None, layer.step, 0, layer.dilation).clamp(min=1)

    def step(x: Tensor) -> Tensor:
        sums: Tensor = conv2d(_pad(x, reach), ones, None, layer.step, 0, layer.dilation, channels)
        means: Tensor = sums / counts
        return means

    return step


def _dense(layer: Any, shape: Shape) -> Step:
    linear = load_torch().nn.functional.linear
    weights, bias = _tensor(layer.tensor.weights), _tensor(layer.tensor.bias)

    def step(x: Tensor) -> Tensor:
        outputs: Tensor = linear(x.flatten(1), weights, bias)
        return outputs[:, :, None, None]

    return step


def _function(name: str, **fixed: Any) -> Maker:
    """A function of torch.nn.functional by its name."""

    def make(layer: Any, shape: Shape) -> Step:
        found = getattr(load_torch().nn.functional, name)
        return lambda x: found(x, **fixed)

    return make


def _adaptive(name: str) -> Maker:
    def make(layer: Any, shape: Shape) -> Step:
        found, size = getattr(load_torch().nn.functional, name), layer.shared
        return lambda x: found(x, size)

    return make


def _threshold(layer: Any, shape: Shape) -> Step:
    keep: Pair = (layer.value, 0)
    threshold = load_torch().nn.functional.threshold
    return lambda x: threshold(x, *keep)


def _leaky(layer: Any, shape: Shape) -> Step:
    leaky = load_torch().nn.functional.leaky_relu
    return lambda x: leaky(x, layer.slope)


_MAKERS: Mapping[str, Maker] = {
    "normalize": _normalize,
    "gray": _gray,
    "weights": _weights,
    "conv": _conv,
    "relu": _function("relu"),
    "leaky_relu": _leaky,
    "elu": _function("elu"),
    "gelu": _function("gelu"),
    "silu": _function("silu"),
    "sigmoid": _function("sigmoid"),
    "tanh": _function("tanh"),
    "softplus": _function("softplus"),
    "abs": lambda layer, shape: lambda x: x.abs(),
    "square": lambda layer, shape: lambda x: x * x,
    "threshold": _threshold,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
    "globalavg": _adaptive("adaptive_avg_pool2d"),
    "globalmax": _adaptive("adaptive_max_pool2d"),
    "adaptiveavg": _adaptive("adaptive_avg_pool2d"),
    "adaptivemax": _adaptive("adaptive_max_pool2d"),
    "flatten": lambda layer, shape: lambda x: x.flatten(1)[:, :, None, None],
    "dense": _dense,
}
