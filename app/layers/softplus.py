"""The smooth rectifier: log(1 + exp(x))."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Softplus(Pointwise):
    """Always above 0 and never flat (Dugas et al. 2001)."""

    kind: ClassVar[str] = "softplus"

    def forward(self, x: Array) -> Array:
        return activate.softplus(x)
