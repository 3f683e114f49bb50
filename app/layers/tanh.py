"""The hyperbolic tangent."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Tanh(Pointwise):
    """Squeezes every number into -1..1 (Goodfellow, Bengio and Courville 2016, section 6.3.2)."""

    kind: ClassVar[str] = "tanh"

    def forward(self, x: Array) -> Array:
        return activate.tanh(x)
