"""A convolution's kernels as they are printed: each once, however many channels it slides over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.domain.shapes import Shape
from app.layers.banked import BankLayer


@dataclass(frozen=True)
class Bank:
    """`weights` (kernels, 1 or channels, rows, cols); `spread` says how one slice meets several channels."""

    weights: NDArray[np.float64]
    biases: tuple[float, ...]
    channels: int
    spread: Literal["each", "sum", ""]


def bank_of(layer: BankLayer, shape: Shape) -> Bank:
    """The bank for an input of `shape`."""
    weights, biases, channels = layer.weights(shape[0]), tuple(map(float, layer.biases())), shape[0]
    if channels == 1 or any(spec.is_sliced for spec in layer.kernels):
        return Bank(weights, biases, channels, "")
    return Bank(weights[:, :1], biases, channels, layer.channels)
