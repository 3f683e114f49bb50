"""The Gaussian error linear unit: x times the normal distribution's share below x."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Gelu(Pointwise):
    """Lets a number pass the more, the larger it is (Hendrycks and Gimpel 2016, exact form)."""

    kind: ClassVar[str] = "gelu"
    effort: ClassVar[int] = 128

    def forward(self, x: Array) -> Array:
        return activate.gelu(x)
