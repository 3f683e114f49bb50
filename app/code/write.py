"""The three frameworks by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from app.code.keras_code import KERAS
from app.code.numpy_code import NUMPY
from app.code.script import Dialect, Script, write_in
from app.code.torch_code import TORCH
from app.domain.shapes import Shape
from app.layers.stack import Stack

Framework = Literal["torch", "keras", "numpy"]
FRAMEWORKS: tuple[Framework, ...] = ("torch", "keras", "numpy")
DIALECTS: Mapping[str, Dialect] = {"torch": TORCH, "keras": KERAS, "numpy": NUMPY}


def write(stack: Stack, framework: Framework, shape: Shape) -> Script:
    """The stack as a script in `framework` for an input of `shape`; raises what `write_in` raises."""
    return write_in(DIALECTS[framework], stack, shape)
