"""The numbers of sliding layers that all three frameworks need: what to pad, and short keyword arguments."""

from __future__ import annotations

from app.domain.params import Pair, Sides
from app.domain.shapes import Shape
from app.layers.local import Local

Numbers = tuple[int, ...]


def short(pair: Pair) -> str:
    """A pair as one number where both are equal: 2, (2, 1)."""
    return str(pair[0]) if pair[0] == pair[1] else str(tuple(pair))


def keywords(**pairs: tuple[Pair, Pair]) -> str:
    """Arguments that differ from their default, each given with it: ", stride=2, dilation=(1, 2)"."""
    return "".join(f", {name}={short(given)}" for name, (given, usual) in pairs.items() if given != usual)


def is_even(sides: Sides) -> bool:
    """Whether opposite sides are padded alike, as PyTorch's layers do it."""
    return sides[0] == sides[1] and sides[2] == sides[3]


def local_shape(layer: Local, shape: Shape) -> Numbers:
    """The shape of an unshared convolution's weights: maps, rows, cols, channels, taps down, taps across."""
    return (*layer.output_shape(shape), shape[0], *layer.size)
