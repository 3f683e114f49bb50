"""Learns one kernel from a picture before and after: gradient descent on the mean squared error, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.domain.errors import UserError
from app.engine.gradients.convolution import Exact, Numbers

MAX_STEPS = 500
MAX_CELLS = 64 * 64
LOST = 1e12  # a loss this large has left the valley for good


@dataclass(frozen=True, eq=False)
class Descent:
    """A run from a kernel of zeros: entry n of `kernels` (steps + 1, k, k) and `losses` is after n steps.

    `bound` is the largest rate that still converges without momentum, 2 / λmax of H = 2XᵀX/N, whose rows X are the
    patches; `ratio` is λmax / λmin. A run that is `lost` ends early: its loss grew without end.
    """

    kernels: Exact
    losses: Exact
    bound: float
    ratio: float
    lost: bool

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return len(self.losses) - 1

    def errors(self, kernel: Numbers) -> Exact:
        """The largest difference from a known kernel after every step."""
        found: Exact = np.abs(self.kernels - kernel).max(axis=(1, 2))
        return found


def descend(before: Numbers, after: Numbers, size: int, rate: float, momentum: float, steps: int) -> Descent:
    """Find the kernel (size, size) that turns plane `before` into `after` without padding.

    K ← K − v, v ← momentum·v + rate·g with g = dJ/dK of J = mean (Z − T)² (Goodfellow et al. 2016, section 8.3.2).

    Raises
    ------
    UserError
        `descent_setting` for a rate, momentum or number of steps out of its bounds; `descent_too_large`.
    """
    for name, value, low, high in (
        ("rate", rate, 1e-4, 100.0), ("momentum", momentum, 0.0, 0.99), ("steps", steps, 1, MAX_STEPS),
    ):  # fmt: skip
        if not low <= value <= high:
            raise UserError("descent_setting", name=name, value=value, low=low, high=high)
    if before.size > MAX_CELLS:
        raise UserError("descent_too_large", cells=before.size, limit=MAX_CELLS)
    patches = sliding_window_view(before.astype(np.float64), (size, size)).reshape(-1, size * size)
    target = after.astype(np.float64).reshape(-1)
    curves = np.linalg.eigvalsh(2 * patches.T @ patches / len(target))
    kernel, speed = np.zeros(size * size), np.zeros(size * size)
    kernels, losses = [kernel], [float(np.square(target).mean())]
    while len(losses) <= steps and losses[-1] < LOST:
        grad = 2 * patches.T @ (patches @ kernel - target) / len(target)
        speed = momentum * speed + rate * grad
        kernel = kernel - speed
        kernels.append(kernel)
        losses.append(float(np.square(patches @ kernel - target).mean()))
    smallest = max(float(curves[0]), 1e-12)
    return Descent(
        kernels=np.array(kernels).reshape(-1, size, size),
        losses=np.array(losses),
        bound=2 / max(float(curves[-1]), 1e-12),
        ratio=float(curves[-1]) / smallest,
        lost=losses[-1] >= LOST,
    )
