"""How much each input map adds to each output map: a mean over places, linear in the maps, so that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.padding import pad
from app.engine.blocks import Block
from app.engine.trace import Trace
from app.layers.base import shape_of
from app.layers.dense import Dense
from app.layers.weights import Weights

Matrix = NDArray[np.float64]


def contributions(trace: Trace, block: Block) -> Matrix:
    """(outputs, inputs): the mean over places of what an input map adds to an output map before its bias.

    Row o summed, plus the bias, is the mean of map o of stage `block.learned`.
    """
    layer = trace.layer(block.learned)
    if isinstance(layer, Weights):
        return _convolved(layer, trace.stages[block.learned - 1].maps)
    assert isinstance(layer, Dense)  # a block has learned numbers
    return _by_map(trace, block, layer.tensor.weights)


def _convolved(layer: Weights, x: NDArray[np.float32]) -> Matrix:
    """A tap's contribution is its weight times the mean of the cells that it meets."""
    shape = shape_of(x)
    padded = pad(x, layer.sides(shape), layer.mode)
    _, rows, cols = layer.output_shape(shape)
    weights = np.asarray(layer.tensor.weights, dtype=np.float64)
    taps = np.empty((shape[0], *weights.shape[2:]))
    for i in range(weights.shape[2]):
        for j in range(weights.shape[3]):
            top, left = i * layer.dilation[0], j * layer.dilation[1]
            met = padded[
                :,
                top : top + (rows - 1) * layer.stride[0] + 1 : layer.stride[0],
                left : left + (cols - 1) * layer.stride[1] + 1 : layer.stride[1],
            ]
            taps[:, i, j] = met.mean(axis=(1, 2), dtype=np.float64)
    if layer.groups(shape[0]) == 1:
        summed: Matrix = np.einsum("oikl,ikl->oi", weights, taps)
        return summed
    found = np.zeros((len(weights), shape[0]))
    for output, kernel in enumerate(weights):
        read = list(layer.reads(output, shape))
        found[output, read] = np.einsum("ikl,ikl->i", kernel, taps[read])
    return found


def _by_map(trace: Trace, block: Block, weights: NDArray[Any]) -> Matrix:
    """A dense layer's products, summed over the numbers that come from one map of the source stage."""
    vector = trace.stages[block.learned - 1].maps.reshape(-1).astype(np.float64)
    maps = trace.stages[block.source].shape[0]
    products = np.asarray(weights, dtype=np.float64) * vector
    summed: Matrix = products.reshape(len(products), maps, -1).sum(axis=2)
    return summed


@dataclass(frozen=True)
class Votes:
    """Why one class stands before another, or why a logit is what it is: each map's share of it.

    `shares` summed, plus `bias`, is `margin` = logit of `first` - logit of `second`; of one logit alone
    `second` is None, and `margin` is that logit.
    """

    first: int
    second: int | None
    shares: Matrix
    bias: float
    margin: float


def votes(trace: Trace, block: Block, classes: tuple[int, ...]) -> Votes:
    """The shares of the maps before the last dense layer, for the two strongest of `classes`."""
    layer = trace.layer(block.learned)
    assert isinstance(layer, Dense)  # only the last layer votes
    logits = trace.stages[block.learned].maps.reshape(-1).astype(np.float64)
    first, second = sorted(classes, key=lambda index: -logits[index])[:2]
    found = contributions(trace, block)
    bias = float(layer.tensor.bias[first]) - float(layer.tensor.bias[second])
    return Votes(first, second, found[first] - found[second], bias, float(logits[first] - logits[second]))


def logit_votes(trace: Trace, block: Block, output: int) -> Votes:
    """The shares of the maps before the last dense layer in one output's logit."""
    layer = trace.layer(block.learned)
    assert isinstance(layer, Dense)  # only the last layer votes
    logit = float(trace.stages[block.learned].maps.reshape(-1)[output])
    return Votes(output, None, contributions(trace, block)[output], float(layer.tensor.bias[output]), logit)
