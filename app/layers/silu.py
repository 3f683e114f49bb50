"""The sigmoid linear unit, also called swish: x times sigmoid(x)."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Silu(Pointwise):
    """A smooth rectifier that dips below 0 (Elfwing, Uchibe and Doya 2018)."""

    kind: ClassVar[str] = "silu"

    def forward(self, x: Array) -> Array:
        return activate.silu(x)
