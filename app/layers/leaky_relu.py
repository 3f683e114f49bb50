"""The leaky rectifier: x above 0, a small share of x below."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute import activate
from app.layers.base import Array, setting
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class LeakyRelu(Pointwise):
    """Lets `slope` times a negative number through: no cell goes silent (Maas, Hannun and Ng 2013)."""

    kind: ClassVar[str] = "leaky_relu"

    slope: float = setting("float", 0.01, low=0, high=1, step=0.01)

    def forward(self, x: Array) -> Array:
        return activate.leaky_relu(x, self.slope)
