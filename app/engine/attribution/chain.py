"""A network as one differentiable chain, from the cells that it reads to its logits."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.domain.shapes import Shape
from app.engine.attribution.torch_layers import Step, torch_layer
from app.engine.network import Network
from app.engine.trace import reads_whole_photo
from app.layers.base import Array, Layer, Learned
from app.layers.normalize import Normalize
from app.layers.stack import Stack

if TYPE_CHECKING:
    from torch import Tensor

MAX_MULTIPLY_ADDS = 1_000_000_000  # of one pass: a method makes hundreds
_BATCH = 16
_BATCH_CELLS = 8_000_000  # of all maps of a batch, which the way back needs at once
_NO_MEAN = 0.5  # mid grey stands for the mean colour of a network that names none


@dataclass(frozen=True)
class Chain:
    """Layers behind the picture that a network reads; stages keep their numbers in the network's stack.

    `first` is the stage of that picture (1 behind a leading resize, else 0), `shape` its shape; the last
    stage holds the logits. Softmax is left out. With `guided`, every ReLU sends back only what is positive.
    """

    layers: tuple[Layer, ...]
    first: int
    shape: Shape
    guided: bool = False

    @property
    def last(self) -> int:
        """The stage of the logits."""
        return self.first + len(self.layers)

    @cached_property
    def shapes(self) -> list[Shape]:
        """The shape of every stage from `first` on."""
        return Stack(self.layers).shapes(self.shape)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every layer as a torch function."""
        pairs = zip(self.layers, self.shapes, strict=False)
        return tuple(torch_layer(layer, shape, self.guided) for layer, shape in pairs)

    @cached_property
    def multiply_adds(self) -> int:
        """The work of one pass."""
        pairs = zip(self.layers, self.shapes, strict=False)
        return sum(layer.multiply_adds(shape) for layer, shape in pairs)

    @cached_property
    def batch(self) -> int:
        """How many pictures go through at a time."""
        cells = sum(channels * rows * cols for channels, rows, cols in self.shapes)
        return max(1, min(_BATCH, _BATCH_CELLS // cells))

    @cached_property
    def baseline(self) -> Array:
        """The picture of nothing (C, rows, cols): the normalisation's mean colour all over."""
        means = next((layer.mean for layer in self.layers if isinstance(layer, Normalize)), _NO_MEAN)
        column = np.broadcast_to(np.asarray(means, dtype=np.float32).reshape(-1, 1, 1), (self.shape[0], 1, 1))
        return np.array(np.broadcast_to(column, self.shape))

    def run(self, x: Tensor, start: int | None = None, stop: int | None = None) -> Tensor:
        """Maps (N, C, H, W) of stage `start` carried to stage `stop`; from the picture to the logits."""
        first = 0 if start is None else start - self.first
        last = len(self.layers) if stop is None else stop - self.first
        for step in self.steps[first:last]:
            x = step(x)
        return x

    def logits(self, x: Tensor) -> Tensor:
        """The logits (N, outputs) of pictures (N, C, rows, cols)."""
        return self.run(x).flatten(1)

    @cached_property
    def learned(self) -> tuple[int, ...]:
        """The places of the layers with learned numbers, from the picture on."""
        return tuple(place for place, layer in enumerate(self.layers) if _is_learned(layer))

    def permuted(self, seed: int, last: int | None = None) -> Chain:
        """The same chain with the values of every tensor put into another order: it knows nothing any more.

        With `last`, only of that many learned layers, counted from the logits back.
        """
        rng = np.random.default_rng(seed)
        gone = set(self.learned if last is None else self.learned[len(self.learned) - last :])
        layers = (
            _permuted(layer, rng) if place in gone else layer for place, layer in enumerate(self.layers)
        )
        return dataclasses.replace(self, layers=tuple(layers))


def read_stage(network: Network) -> tuple[Stack, int]:
    """The stack up to the picture that the network reads, and that picture's stage."""
    stack = network.stack()
    first = 1 if reads_whole_photo(stack) else 0
    return Stack(stack.layers[:first]), first


def chain_of(network: Network, shape: Shape) -> Chain:
    """The network's chain for a picture of `shape`, behind its leading resize.

    Raises
    ------
    UserError
        `attribution_layer`, `attribution_outputs` when the chain does not end in one number an output,
        `attribution_too_large`, or what a layer refuses.
    """
    first = read_stage(network)[1]
    layers = list(network.logits_stage()[0].layers[first:])
    while layers and layers[-1].kind == "softmax":
        layers.pop()
    chain = Chain(tuple(layers), first, shape)
    if chain.multiply_adds > MAX_MULTIPLY_ADDS:
        raise UserError("attribution_too_large", multiply_adds=chain.multiply_adds, limit=MAX_MULTIPLY_ADDS)
    if chain.shapes[-1] != (len(network.outputs), 1, 1):
        raise UserError("attribution_outputs", shape=chain.shapes[-1], outputs=len(network.outputs))
    load_torch()
    _ = chain.steps  # a kind that has no gradient here is refused before anything is computed
    return chain


def _is_learned(layer: Layer) -> bool:
    return isinstance(getattr(layer, "tensor", None), Learned)


def _permuted(layer: Layer, rng: np.random.Generator) -> Layer:
    tensor = getattr(layer, "tensor", None)
    if not isinstance(tensor, Learned):
        return layer
    weights, bias = (_shuffled(numbers, rng) for numbers in (tensor.weights, tensor.bias))
    changed: dict[str, Any] = {"tensor": Learned(tensor.name, weights, bias)}
    return dataclasses.replace(layer, **changed)


def _shuffled(numbers: Array, rng: np.random.Generator) -> Array:
    shuffled: Array = rng.permuted(numbers.reshape(-1)).reshape(numbers.shape)
    return shuffled
