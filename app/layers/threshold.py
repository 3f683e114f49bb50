"""A threshold: numbers above it stay as they are, all others become 0."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array, setting
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Threshold(Pointwise):
    """x where x > `value`, else 0 (torch's threshold with replacement 0)."""

    kind: ClassVar[str] = "threshold"

    value: float = setting("float", 0.0, low=-1000, high=1000, step=0.05)

    def forward(self, x: Array) -> Array:
        return activate.threshold(x, self.value)
