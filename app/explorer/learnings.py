"""The use cases of learning: what may be asked for, and a run under way that tells what is new."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from app.domain.errors import NotationError, UserError
from app.engine.gradients.convolution import Exact, Slide, convolve
from app.engine.learning.descent import MAX_STEPS, KernelLearner, Setting, check_bound
from app.engine.learning.shapes import CLASSES, SIDE, UNSEEN, Pictures
from app.engine.learning.training import MAX_STEPS as MAX_SHAPE_STEPS
from app.engine.learning.training import ShapeTraining
from app.engine.reading import Fit
from app.engine.trace import require
from app.explorer.explorer import Explorer, never
from app.explorer.gradients import GRID, read_grid
from app.explorer.scene import Scene
from app.layers.conv import Conv

Rule = Literal["correlation", "convolution"]
Ended = Literal["", "done", "lost"]
Goes = Callable[[], bool]
SHAPE_READING = f"resize({SIDE},{SIDE})|gray"
COUNT_EVERY = 20  # steps: the fresh pictures cost as much as five of them


@dataclass(frozen=True)
class Pair:
    """The picture before, and what is given of the picture after: a kernel that makes it (with `rule`), a
    stack on the same photo or `grid(...)`, or another picture. The first that is given counts.
    """

    image: str
    size: int = 64
    fit: Fit = "crop"
    centred: bool = False  # the picture minus its mean
    kernel: str = ""
    rule: Rule = "correlation"
    target: str = ""
    after: str = ""


@dataclass(frozen=True)
class KernelQuestion:
    """A kernel to be learned from a pair; the kernel's size is that of `pair.kernel` where it has one."""

    pair: Pair
    setting: Setting
    steps: int


@dataclass(frozen=True)
class ShapesQuestion:
    """A network of shapes to be trained from the weights that `seed` draws, and asked about a picture meanwhile."""

    seed: int = 0
    rate: float = 0.01
    steps: int = 300
    image: str = ""


@dataclass(frozen=True)
class Planes:
    """A pair as numbers; `hidden` is the kernel to be found where it is known: as it is learned, so it may be
    turned by 180° against the one that made the picture. `mean` was taken from the picture before.
    """

    before: Exact
    after: Exact
    size: tuple[int, int]
    hidden: Exact | None
    mean: float = 0.0


class Run(Protocol):
    """A learning under way: `advance` makes one step, `news` tells what came since it was last asked."""

    @property
    def step(self) -> int: ...

    @property
    def ended(self) -> Ended: ...

    def advance(self) -> None: ...

    def start(self) -> dict[str, object]: ...

    def news(self) -> dict[str, object]: ...


def read_pair(explorer: Explorer, question: KernelQuestion) -> Planes:
    """The planes of a pair.

    Raises
    ------
    UserError
        `learning_kernel` or `learning_target` for what cannot be used, and the faults of photos and stacks.
    """
    pair, setting = question.pair, question.setting
    grey = _plane(explorer, Scene(pair.image, "gray", pair.size, pair.fit))
    mean = float(grey.mean()) if pair.centred else 0.0
    before: Exact = grey - mean
    if pair.kernel:
        hidden = _kernel(explorer, pair.kernel)
        used = hidden[::-1, ::-1] if pair.rule == "convolution" else hidden
        after = _slid(before, used, setting)
        size = (hidden.shape[0], hidden.shape[1])
        return Planes(before, after, size, used[::-1, ::-1] if setting.flip else used, mean)
    if pair.target.startswith(GRID):
        after = _single(read_grid(pair.target))
    elif pair.target:
        after = _plane(explorer, Scene(pair.image, pair.target, pair.size, pair.fit))
    else:
        after = _plane(explorer, Scene(pair.after, "gray", pair.size, pair.fit))
    return Planes(before, after, setting.size, None, mean)


def read_shape(explorer: Explorer, image: str) -> Pictures:
    """A picture as the network of shapes reads it: in grey, squeezed to (1, 1, 24, 24). Raises as photos do."""
    found = explorer.trace(Scene(image, SHAPE_READING, 512, "keep"))
    return require(found, 2).maps[None]


def begin(explorer: Explorer, question: KernelQuestion | ShapesQuestion) -> Run:
    """A run before its first step. Raises as `read_pair`, `KernelLearner`, `ShapeTraining` and photos do."""
    if isinstance(question, ShapesQuestion):
        return ShapesRun(question, read_shape(explorer, question.image) if question.image else None)
    return KernelRun(read_pair(explorer, question), question)


def advance(run: Run, until: int, seconds: float, gone: Goes = never) -> None:
    """Make steps up to number `until`, at least one and no longer than `seconds`."""
    end = time.monotonic() + seconds
    while not run.ended and run.step < until and not gone():
        run.advance()
        if time.monotonic() >= end:
            return


class KernelRun:
    """A kernel being learned."""

    def __init__(self, planes: Planes, question: KernelQuestion) -> None:
        check_bound("steps", question.steps, 0, MAX_STEPS)
        self._hidden, self._steps = planes.hidden, question.steps
        setting = question.setting
        self._learner = KernelLearner(
            planes.before,
            planes.after,
            replace(setting, size=planes.size),
        )
        self._losses: list[float] = [self._learner.loss]
        self._errors: list[float] = self._error()

    @property
    def step(self) -> int:
        return self._learner.step

    @property
    def ended(self) -> Ended:
        if self._learner.lost:
            return "lost"
        return "done" if self.step >= self._steps else ""

    def advance(self) -> None:
        self._learner.advance()
        self._losses.append(self._learner.loss)
        self._errors += self._error()

    def start(self) -> dict[str, object]:
        hidden = None if self._hidden is None else self._hidden.tolist()
        return {
            "steps": self._steps,
            "bound": self._learner.bound,
            "ratio": self._learner.ratio,
            "hidden": hidden,
        }

    def news(self) -> dict[str, object]:
        losses, errors = self._losses, self._errors
        self._losses, self._errors = [], []
        return {
            "step": self.step, "loss": self._learner.loss, "kernel": self._learner.kernel.tolist(),
            "gradient": self._learner.gradient().tolist(), "losses": losses, "errors": errors,
        }  # fmt: skip

    def _error(self) -> list[float]:
        return [] if self._hidden is None else [float(np.abs(self._learner.kernel - self._hidden).max())]


class ShapesRun:
    """A network of shapes being trained; the fresh pictures are counted every 20 steps and at the end."""

    def __init__(self, question: ShapesQuestion, picture: Pictures | None = None) -> None:
        check_bound("steps", question.steps, 0, MAX_SHAPE_STEPS)
        self._steps, self._picture = question.steps, picture
        self.training = ShapeTraining(question.seed, question.rate)
        self._told = 0
        self._counts: list[tuple[int, list[list[int]]]] = []
        self._count()

    @property
    def step(self) -> int:
        return self.training.step

    @property
    def ended(self) -> Ended:
        if self.step and not np.isfinite(self.training.losses[-1]):
            return "lost"
        return "done" if self.step >= self._steps else ""

    def advance(self) -> None:
        self.training.advance()
        if self.step % COUNT_EVERY == 0 or self.step == self._steps:
            self._count()

    def start(self) -> dict[str, object]:
        return {"steps": self._steps, "classes": CLASSES, "unseen": UNSEEN}

    def news(self) -> dict[str, object]:
        first, self._told = self._told, self.step
        counts, self._counts = self._counts, []
        training = self.training
        own = {} if self._picture is None else {"shape": training.shares(self._picture)[0].tolist()}
        return {
            "step": self.step,
            "losses": training.losses[first:],
            "hits": training.hits[first:],
            "kernels": training.weights["conv1.weight"][:, 0].tolist(),
            "counts": [{"step": step, "confusion": confusion} for step, confusion in counts],
            "unseen": training.unseen().tolist(),
            **own,
        }

    def _count(self) -> None:
        self._counts.append((self.step, self.training.confusion().tolist()))


def _plane(explorer: Explorer, scene: Scene) -> Exact:
    trace = explorer.trace(scene)
    return _single(require(trace, len(trace.stack.layers)).maps.astype(np.float64))


def _single(maps: Exact) -> Exact:
    if len(maps) != 1:
        raise UserError("learning_target", maps=len(maps))
    plane: Exact = maps[0]
    return plane


def _kernel(explorer: Explorer, text: str) -> Exact:
    """One kernel in the notation, such as ``sobel_x``, ``gaussian(size=5)`` or ``[1,2;3,4]``."""
    try:
        layers = explorer.parse(f"conv({text})").layers
    except NotationError as fault:
        fault.position = max(0, fault.position - len("conv("))
        raise
    first = layers[0]
    if len(layers) == 1 and isinstance(first, Conv) and first == Conv(kernels=first.kernels[:1]):
        kernel = first.kernels[0]
        if not kernel.is_sliced:
            found: Exact = kernel.slices[0]
            return found
    raise UserError("learning_kernel", value=text[:80])


def _slid(before: Exact, kernel: Exact, setting: Setting) -> Exact:
    if any(k > n + 2 * setting.padding for k, n in zip(kernel.shape, before.shape, strict=True)):
        raise UserError(
            "descent_kernel",
            kernel=" × ".join(map(str, kernel.shape)),
            picture=" × ".join(str(n + 2 * setting.padding) for n in before.shape),
        )
    slide = Slide(stride=(setting.stride, setting.stride), sides=(setting.padding,) * 4)
    plane: Exact = convolve(kernel[None, None], before[None], slide)[0]
    return plane
