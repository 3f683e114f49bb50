"""What differs between PyTorch and Keras, shown on a photo: memory order, kernel axes, `same`, first weights."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.errors import UserError
from app.engine.trace import Trace
from app.explorer.explorer import Explorer
from app.explorer.scene import Scene
from app.layers.base import Array, Layer, shape_of
from app.layers.sliding import SlidingLayer

FIRST = 9  # numbers of memory that are written out
STRIDE = (2, 2)  # tried where a layer has none


@dataclass(frozen=True)
class Order:
    """An array's shape and first numbers in memory, as each framework lays it out."""

    torch_shape: tuple[int, ...]
    keras_shape: tuple[int, ...]
    torch: tuple[float, ...]
    keras: tuple[float, ...]


@dataclass(frozen=True)
class Same:
    """A strided layer read twice: with Keras's `same`, and with PyTorch's half a kernel on each side.

    `sides` are (top, bottom, left, right). `differing` of `cells` numbers differ, by `largest` at most;
    both are None where the two do not even have one size.
    """

    layer: int
    strided: bool  # as it stands; else it was given stride 2 for this
    keras_sides: tuple[int, ...]
    torch_sides: tuple[int, ...]
    keras_shape: tuple[int, ...]
    torch_shape: tuple[int, ...]
    cells: int
    differing: int | None
    largest: float | None


@dataclass(frozen=True)
class Initial:
    """Bounds of the even distribution that a new layer's first weights are drawn from, and its fans.

    PyTorch: He et al. 2015 with a = sqrt(5), which is 1 / sqrt(fan_in), for the bias too. Keras: Glorot and
    Bengio 2010, sqrt(6 / (fan_in + fan_out)), and a bias of 0.
    """

    layer: int
    fan_in: int
    fan_out: int

    @property
    def torch(self) -> float:
        return 1.0 / math.sqrt(self.fan_in)

    @property
    def keras(self) -> float:
        return math.sqrt(6.0 / (self.fan_in + self.fan_out))


@dataclass(frozen=True)
class Shown:
    """All of it for one scene; a part that the stack has nothing for is None."""

    picture: Order
    kernel: Order | None
    kernel_layer: int
    same: tuple[Same, ...]
    initial: Initial | None


def shown(explorer: Explorer, scene: Scene) -> Shown:
    """Compute it on a photo; the stages before a refused layer count."""
    trace = explorer.trace(scene)
    first = next(_sliding(trace), None)
    bank = _bank(trace, first) if first else None
    return Shown(
        picture=_order(trace.stages[0].maps[None], (0, 2, 3, 1)),
        kernel=None if bank is None else _order(bank, (2, 3, 1, 0)),
        kernel_layer=first or 0,
        same=tuple(_same(trace)),
        initial=_initial(trace),
    )


def _order(array: Array, axes: tuple[int, ...]) -> Order:
    turned = array.transpose(axes)
    here, there = (tuple(float(v) for v in part.reshape(-1)[:FIRST]) for part in (array, turned))
    return Order(tuple(array.shape), tuple(turned.shape), here, there)


def _sliding(trace: Trace) -> Iterator[int]:
    """The numbers of the convolutions that were computed."""
    for number in range(1, len(trace.stages)):
        layer = trace.layer(number)
        if layer and layer.kind in ("conv", "weights") and not layer.off:
            yield number


def _bank(trace: Trace, number: int) -> Array:
    """Kernels (M, slices, rows, columns) of a convolution."""
    layer: Any = trace.layer(number)
    before = trace.stages[number - 1].shape
    bank = layer.tensor.weights if layer.kind == "weights" else layer.weights(before[0])
    if layer.kind == "conv" and layer.channels == "each":
        bank = bank[:, :1]  # one slice, used on every channel
    found: Array = np.asarray(bank, dtype=np.float32)
    return found


def _same(trace: Trace) -> Iterator[Same]:
    """Every strided convolution; where there is none, the first one as if it had stride 2."""
    numbers = list(_sliding(trace))
    strided = [n for n in numbers if _strides(trace.layer(n)) != (1, 1)]
    for number in strided or numbers[:1]:
        layer, x = trace.layer(number), trace.stages[number - 1].maps
        assert isinstance(layer, SlidingLayer)
        changes: dict[str, Any] = {} if strided else {"stride": STRIDE}
        half = [
            dilation * (size - 1) // 2
            for dilation, size in zip(layer.dilation, layer.kernel_size, strict=True)
        ]
        keras = dataclasses.replace(layer, padding="same", **changes)
        torch = dataclasses.replace(layer, padding=(half[0], half[0], half[1], half[1]), **changes)
        try:
            mine, theirs = keras.forward(x), torch.forward(x)
        except UserError:  # a border that this padding cannot mirror
            continue
        equal = mine.shape == theirs.shape
        gaps = np.abs(mine - theirs) if equal else None
        room = 1e-5 * max(1.0, float(np.abs(mine).max(initial=0.0)))
        yield Same(
            layer=number,
            strided=bool(strided),
            keras_sides=keras.sides(shape_of(x)),
            torch_sides=torch.sides(shape_of(x)),
            keras_shape=mine.shape,
            torch_shape=theirs.shape,
            cells=int(mine.size),
            differing=None if gaps is None else int((gaps > room).sum()),
            largest=None if gaps is None else float(gaps.max(initial=0.0)),
        )


def _strides(layer: Layer | None) -> tuple[int, int]:
    return layer.step if isinstance(layer, SlidingLayer) else (1, 1)


def _initial(trace: Trace) -> Initial | None:
    """The fans of the first layer that sums all its input channels."""
    for number in range(1, len(trace.stages)):
        layer: Any = trace.layer(number)
        channels = trace.stages[number - 1].shape[0]
        if layer is None or layer.off or layer.kind not in ("conv", "weights", "dense"):
            continue
        if layer.kind == "dense":
            outputs, inputs = layer.tensor.weights.shape
            return Initial(number, int(inputs), int(outputs))
        bank = _bank(trace, number)
        if bank.shape[1] == channels:  # neither groups nor each channel by itself
            area = bank.shape[2] * bank.shape[3]
            return Initial(number, int(bank.shape[1] * area), int(bank.shape[0] * area))
    return None
