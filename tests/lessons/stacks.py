"""What the course's claims are put into: stacks run on plain arrays, kernels as text, scenes of 64 cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import nn

from app.explorer import Scene
from app.layers.registry import parse_stack

Last = Callable[..., NDArray[np.float32]]


def run(stack: str, maps: NDArray[np.floating]) -> NDArray[np.floating]:
    for layer in parse_stack(stack).layers:
        maps = layer.forward(np.asarray(maps, np.float32))
    return maps


def written(matrix: NDArray[np.float64]) -> str:
    return "[" + ";".join(",".join(repr(value) for value in row) for row in matrix.tolist()) + "]"


def scene(image: str, stack: str, size: int = 64) -> Scene:
    return Scene(image, stack, size, "keep" if image.startswith(("grid", "pattern")) else "crop")


def numel(layer: nn.Module) -> int:
    return sum(one.numel() for one in layer.parameters())
