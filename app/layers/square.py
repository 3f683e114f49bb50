"""Every number times itself."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Square(Pointwise):
    """x squared, as in the energy of an edge."""

    kind: ClassVar[str] = "square"

    def forward(self, x: Array) -> Array:
        return activate.square(x)
