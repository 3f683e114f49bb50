"""The loss whose gradient is sent back: a sum of squares, a sum, or one cell; value and gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.domain.errors import UserError, no_such_cell
from app.engine.gradients.convolution import Exact, Numbers

Kind = Literal["sse", "sum", "cell"]


@dataclass(frozen=True, eq=False)
class Loss:
    """J of the maps Z (C, H, W) of one stage.

    ``sse``: the sum of (Z − T)² without ½ or mean, `target` T with the shape of Z; ``sum``: the sum of Z;
    ``cell``: Z[channel, row, column] alone.
    """

    kind: Kind = "sum"
    target: Numbers | None = None
    cell: tuple[int, int, int] = (0, 0, 0)

    def check(self, shape: tuple[int, int, int], stage: int) -> None:
        """Hold the loss against the maps that it reads.

        Raises
        ------
        UserError
            `gradients_target_missing`, `gradients_target_shape` or `no_such_cell`.
        """
        if self.kind == "sse" and self.target is None:
            raise UserError("gradients_target_missing")
        if self.kind == "sse" and self.target is not None and self.target.shape != shape:
            raise UserError(
                "gradients_target_shape", target=_times(self.target.shape), shape=_times(shape), stage=stage
            )
        if self.kind == "cell" and any(at >= n for at, n in zip(self.cell, shape, strict=True)):
            raise no_such_cell(shape, stage, *self.cell)

    def value(self, maps: Exact) -> float:
        """J."""
        if self.kind == "cell":
            return float(maps[self.cell])
        if self.kind == "sse" and self.target is not None:
            return float(np.square(maps - self.target).sum())
        return float(maps.sum())

    def change(self, maps: Exact, other: Exact) -> float:
        """J(maps) − J(other), cell by cell, so that nearby losses keep their digits."""
        moved = maps - other
        if self.kind == "cell":
            return float(moved[self.cell])
        if self.kind == "sse" and self.target is not None:
            moved = moved * (maps + other - 2 * self.target)
        return float(moved.sum())

    def gradient(self, maps: Exact) -> Exact:
        """dJ/dZ: 2(Z − T), ones, or a single one."""
        if self.kind == "sse" and self.target is not None:
            return 2 * (maps - self.target)
        found = np.full(maps.shape, float(self.kind == "sum"))
        if self.kind == "cell":
            found[self.cell] = 1.0
        return found


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
