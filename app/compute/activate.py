"""Activations as torch defines them, cell by cell, and softmax over channels; fresh float32 arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.compute.padding import Array


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.maximum(x, np.float32(0))


def leaky_relu(x: Array, slope: float = 0.01) -> Array:
    """x where positive, slope·x elsewhere."""
    return np.where(x > 0, x, x * np.float32(slope))


def elu(x: Array) -> Array:
    """x where positive, exp(x) − 1 elsewhere (Clevert et al. 2016, α = 1)."""
    return np.where(x > 0, x, np.expm1(np.minimum(x, np.float32(0))))


def gelu(x: Array) -> Array:
    """x·Φ(x) with the normal distribution's Φ, exact form (Hendrycks and Gimpel 2016)."""
    wide = x.astype(np.float64)
    return (wide * 0.5 * _erfc(-wide / np.sqrt(2.0))).astype(np.float32)


def silu(x: Array) -> Array:
    """x·sigmoid(x)."""
    return np.asarray(x * sigmoid(x), dtype=np.float32)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x)), without overflow."""
    decay = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, np.float32(1), decay) / (1 + decay), dtype=np.float32)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    return np.asarray(np.maximum(x, np.float32(0)) + np.log1p(np.exp(-np.abs(x))), dtype=np.float32)


def absolute(x: Array) -> Array:
    """|x|."""
    return np.abs(x)


def square(x: Array) -> Array:
    """x²."""
    return np.square(x)


def threshold(x: Array, value: float = 0.0) -> Array:
    """x where x > value, else 0."""
    return np.where(x > np.float32(value), x, np.float32(0))


def softmax(x: Array) -> Array:
    """exp(x) over the sum of exp over channels, at every place of `x` (C, H, W) or for a vector (C,)."""
    powers = np.exp(x - x.max(axis=0, keepdims=True))
    return np.asarray(powers / powers.sum(axis=0, keepdims=True), dtype=np.float32)


# Numerical Recipes, "Special functions: error function": relative error below 1.2e-7 everywhere.
_ERFC = (
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
    0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
)  # fmt: skip


def _erfc(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The complementary error function."""
    size = np.abs(z)
    t = 1 / (1 + size / 2)
    series = np.polynomial.polynomial.polyval(t, _ERFC)
    tail = t * np.exp(-size * size + series)
    return np.where(z >= 0, tail, 2 - tail)
