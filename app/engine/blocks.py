"""A network's stack read as blocks: each layer with learned numbers, and what follows it up to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import UserError
from app.layers.base import Layer
from app.layers.sharing import Sharing
from app.layers.stack import Stack


@dataclass(frozen=True)
class Block:
    """A learned layer at stage `learned`, with its activation and pooling up to stage `out`.

    `source` is the stage whose maps the learned layer tells apart as inputs: the stage before it, or for a
    dense layer behind `flatten` or global pooling the last stage that still has planes.
    """

    number: int  # from 1, in order
    kind: str  # weights or dense
    name: str  # the tensor's, without the network's: c3, features.0
    learned: int
    out: int
    source: int

    @property
    def is_plane(self) -> bool:
        """Whether its maps are planes and not single numbers."""
        return self.kind == "weights"


def blocks_of(stack: Stack) -> tuple[Block, ...]:
    """The blocks of a plain chain; the last dense one votes for the classes."""
    layers = stack.layers
    learned = [stage for stage, layer in enumerate(layers, start=1) if _tensor(layer)]
    found: list[Block] = []
    for place, stage in enumerate(learned):
        following = learned[place + 1] if place + 1 < len(learned) else len(layers) + 1
        out = stage  # pooling that shares the whole plane out belongs to the vote behind it
        while (
            out + 1 < following
            and layers[out].group in ("activation", "pooling")
            and not isinstance(layers[out], Sharing)
        ):
            out += 1
        layer = layers[stage - 1]
        source = found[-1].out if layer.kind == "dense" and found else stage - 1
        name = _tensor(layer).partition(".")[2]
        found.append(Block(place + 1, layer.kind, name, stage, out, source))
    return tuple(found)


def block_at(blocks: Sequence[Block], number: int) -> Block:
    """A block by its number, from 1.

    Raises
    ------
    UserError
        `no_such_block`.
    """
    if not 1 <= number <= len(blocks):
        raise UserError("no_such_block", block=number, last=len(blocks))
    return blocks[number - 1]


def _tensor(layer: Layer) -> str:
    """The name of the layer's tensor; empty without one."""
    return next((getattr(layer, p.name).name for p in layer.params() if p.type == "tensor"), "")
