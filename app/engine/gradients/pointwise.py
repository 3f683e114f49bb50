"""Activations and their slopes, cell by cell, in float64; and softmax, which mixes a place's channels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from app.engine.gradients.convolution import Exact
from app.engine.gradients.operation import Operation
from app.engine.gradients.terms import Link

Curve = Callable[[Exact], Exact]
_ROOT = math.sqrt(2.0)
_DENSITY = 1 / math.sqrt(2 * math.pi)


class Pointwise(Operation):
    """y = curve(x); where a curve has a corner, its slope there is torch's."""

    def __init__(self, curve: Curve, slope: Curve) -> None:
        self._curve, self._slope = curve, slope

    def forward(self, x: Exact) -> Exact:
        return self._curve(x)

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return grad * self._slope(x)

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        yield Link(cell, "slope", float(self._slope(x[cell].reshape(1))[0]), cell)


class Scaled(Operation):
    """(x - mean) / std, a pair a channel, each (C, 1, 1)."""

    def __init__(self, mean: Exact, std: Exact) -> None:
        self._mean, self._std = mean, std

    def forward(self, x: Exact) -> Exact:
        return (x - self._mean) / self._std

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        return grad / self._std

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        yield Link(cell, "slope", 1 / float(self._std[cell[0], 0, 0]), cell)


class Softmax(Operation):
    """exp(x) over the sum of exp over channels."""

    def forward(self, x: Exact) -> Exact:
        powers = np.exp(x - x.max(axis=0, keepdims=True))
        found: Exact = powers / powers.sum(axis=0, keepdims=True)
        return found

    def backward(self, x: Exact, y: Exact, grad: Exact) -> Exact:
        found: Exact = y * (grad - (grad * y).sum(axis=0, keepdims=True))
        return found

    def input_links(self, x: Exact, y: Exact, cell: tuple[int, int, int]) -> Iterator[Link]:
        channel, row, col = cell
        for output, share in enumerate(y[:, row, col].tolist()):
            slope = share * (float(output == channel) - float(y[cell]))
            yield Link((output, row, col), "slope", slope, cell)


def leaky(slope: float) -> Pointwise:
    """x where positive, slope·x elsewhere."""
    return Pointwise(lambda x: np.where(x > 0, x, slope * x), lambda x: np.where(x > 0, 1.0, slope))


def threshold(value: float) -> Pointwise:
    """x where x > value, else 0; the value as a float32 holds it."""
    limit = float(np.float32(value))
    return Pointwise(lambda x: np.where(x > limit, x, 0.0), lambda x: np.where(x > limit, 1.0, 0.0))


def _sigmoid(x: Exact) -> Exact:
    decay = np.exp(-np.abs(x))
    found: Exact = np.where(x >= 0, 1.0, decay) / (1 + decay)
    return found


def _normal(x: Exact) -> Exact:
    """The normal distribution's share below x."""
    error = np.array([math.erf(value) for value in (x / _ROOT).reshape(-1).tolist()]).reshape(x.shape)
    found: Exact = 0.5 * (1 + error)
    return found


def _silu_slope(x: Exact) -> Exact:
    share = _sigmoid(x)
    return share * (1 + x * (1 - share))


CURVES: dict[str, tuple[Curve, Curve]] = {
    "relu": (lambda x: np.maximum(x, 0.0), lambda x: np.where(x > 0, 1.0, 0.0)),
    "elu": (
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0.0))),
        lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0.0))),
    ),
    "gelu": (
        lambda x: x * _normal(x),
        lambda x: _normal(x) + x * _DENSITY * np.exp(-x * x / 2),
    ),
    "silu": (lambda x: x * _sigmoid(x), _silu_slope),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "softplus": (lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))), _sigmoid),
    "abs": (np.abs, np.sign),
    "square": (np.square, lambda x: 2 * x),
}
