"""The size of every number without its sign."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Absolute(Pointwise):
    """|x|: an edge counts the same in both directions."""

    kind: ClassVar[str] = "abs"

    def forward(self, x: Array) -> Array:
        return activate.absolute(x)
