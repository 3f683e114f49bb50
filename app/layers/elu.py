"""The exponential linear unit: x above 0, exp(x) - 1 below."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Elu(Pointwise):
    """Bends negative numbers towards -1 (Clevert, Unterthiner and Hochreiter 2016, alpha 1)."""

    kind: ClassVar[str] = "elu"

    def forward(self, x: Array) -> Array:
        return activate.elu(x)
