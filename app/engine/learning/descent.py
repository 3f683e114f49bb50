"""Learns one kernel from a picture before and after: gradient descent on the mean squared error, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.domain.errors import UserError
from app.engine.gradients.convolution import Exact, Numbers

MAX_STEPS = 2000
MAX_NUMBERS = 200_000  # of all patches side by side, 1.6 MB: 128 × 128 pixels with 3 × 3, 64 × 64 with 7 × 7
LOST = 1e12  # a loss this large has left the valley for good
RATES, MOMENTA = (1e-4, 100.0), (0.0, 0.99)


@dataclass(frozen=True)
class Setting:
    """How a kernel is learned.

    `size` is the kernel's (rows, columns); `stride` and `padding` (zeros, on each side) are those of the slide.
    `flip` learns with true convolution, which turns the kernel before it slides. A `seed` draws the first
    kernel as `random(size,seed)` does; None starts from zeros.
    """

    size: tuple[int, int] = (3, 3)
    stride: int = 1
    padding: int = 0
    flip: bool = False
    seed: int | None = None
    rate: float = 0.4
    momentum: float = 0.0


class KernelLearner:
    """A descent under way: `kernel` and `loss` are those after `step` steps.

    K ← K − v, v ← momentum·v + rate·g with g = dJ/dK of J = mean (Z − T)² (Goodfellow et al. 2016, section 8.3.2).
    `bound` is the largest rate that still converges without momentum, 2 / λmax of H = 2XᵀX/N, whose rows X are
    the patches; `ratio` is λmax / λmin. A learner that is `lost` stands still: its loss grew without end.
    """

    def __init__(self, before: Numbers, after: Numbers, setting: Setting) -> None:
        """Take a plane before and a plane after.

        Raises
        ------
        UserError
            `descent_setting` for a rate or momentum out of its bounds, `descent_too_large`,
            `descent_kernel` where the kernel is larger than the padded plane, `descent_pair` where the planes'
            sizes do not belong together.
        """
        check_bound("rate", setting.rate, *RATES)
        check_bound("momentum", setting.momentum, *MOMENTA)
        self._setting = setting
        self._patches = _patches(before, after, setting)
        self._target = after.astype(np.float64).reshape(-1)
        curves = np.linalg.eigvalsh(2 * self._patches.T @ self._patches / len(self._target))
        smallest = max(float(curves[0]), 1e-12)
        self.bound = 2 / max(float(curves[-1]), 1e-12)
        self.ratio = float(curves[-1]) / smallest
        self._weights = _first(setting).reshape(-1)
        self._speed = np.zeros_like(self._weights)
        self._left = self._patches @ self._weights - self._target
        self.step = 0

    @property
    def kernel(self) -> Exact:
        """The kernel (rows, columns) as it stands; later steps do not change this array."""
        return self._weights.reshape(self._setting.size)

    @property
    def loss(self) -> float:
        """J, the mean squared difference."""
        return float(np.square(self._left).mean())

    @property
    def lost(self) -> bool:
        """Whether the loss has grown without end."""
        return not self.loss < LOST

    def gradient(self) -> Exact:
        """g = dJ/dK, (rows, columns)."""
        found: Exact = 2 * self._patches.T @ self._left / len(self._target)
        return found.reshape(self._setting.size)

    def advance(self) -> None:
        """Make one step against the gradient; a learner that is lost makes none."""
        if self.lost:
            return
        self._speed = self._setting.momentum * self._speed + self._setting.rate * self.gradient().reshape(-1)
        self._weights = self._weights - self._speed
        self._left = self._patches @ self._weights - self._target
        self.step += 1


@dataclass(frozen=True, eq=False)
class Descent:
    """A whole run: entry n of `kernels` (steps + 1, rows, columns) and `losses` is after n steps."""

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


def descend(before: Numbers, after: Numbers, setting: Setting, steps: int) -> Descent:
    """Make `steps` steps, fewer where the run is lost; raises as `KernelLearner` does, and for `steps`."""
    check_bound("steps", steps, 0, MAX_STEPS)
    learner = KernelLearner(before, after, setting)
    kernels, losses = [learner.kernel], [learner.loss]
    while learner.step < steps and not learner.lost:
        learner.advance()
        kernels.append(learner.kernel)
        losses.append(learner.loss)
    return Descent(np.array(kernels), np.array(losses), learner.bound, learner.ratio, learner.lost)


def check_bound(name: str, value: float, low: float, high: float) -> None:
    """Hold a setting within its bounds; not a number is out of any."""
    if not low <= value <= high:
        raise UserError("descent_setting", name=name, value=value, low=low, high=high)


def _first(setting: Setting) -> Exact:
    if setting.seed is None:
        return np.zeros(setting.size)
    drawn: Exact = np.random.default_rng(setting.seed).standard_normal(setting.size) / setting.size[0]
    return drawn


def _patches(before: Numbers, after: Numbers, setting: Setting) -> Exact:
    """A row for every place of the kernel: the cells that it meets there, in the order of its numbers."""
    (rows, cols), pad, stride = setting.size, setting.padding, setting.stride
    padded = np.pad(before.astype(np.float64), pad)
    if rows > padded.shape[0] or cols > padded.shape[1]:
        raise UserError("descent_kernel", kernel=f"{rows} × {cols}", picture=_times(padded.shape))
    given = tuple((n - k) // stride + 1 for n, k in zip(padded.shape, setting.size, strict=True))
    if given != after.shape:
        raise UserError(
            "descent_pair", before=_times(before.shape), after=_times(after.shape), fitting=_times(given)
        )
    if given[0] * given[1] * rows * cols > MAX_NUMBERS:
        raise UserError("descent_too_large", cells=given[0] * given[1] * rows * cols, limit=MAX_NUMBERS)
    windows = sliding_window_view(padded, setting.size)[::stride, ::stride]
    patches = windows.reshape(-1, rows * cols)
    return np.ascontiguousarray(patches[:, ::-1] if setting.flip else patches)


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
