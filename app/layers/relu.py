"""The rectifier: max(0, x), the detector stage of a convolutional layer."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from app.compute.activate import relu
from app.layers.base import Array
from app.layers.pointwise import Pointwise
from app.layers.registry import register


@register
@dataclasses.dataclass(frozen=True, kw_only=True)
class Relu(Pointwise):
    """Keeps what is above 0, makes the rest 0 (Goodfellow, Bengio and Courville 2016, section 6.3)."""

    kind: ClassVar[str] = "relu"

    def forward(self, x: Array) -> Array:
        return relu(x)
