"""The use cases of gradients: a loss sent back through a stack on a photo, one entry opened, and its check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.domain.errors import UserError, no_such_cell
from app.domain.notation import Matrix, parse_call
from app.engine.gradients.backward import (
    Gradients,
    Step,
    back_propagate,
    check_size,
    forward,
    input_step,
    kernel_step,
    operations_of,
)
from app.engine.gradients.check import Entry, check
from app.engine.gradients.convolution import Exact
from app.engine.gradients.loss import Kind, Loss
from app.engine.gradients.operation import Learned
from app.engine.gradients.registry import MAKERS
from app.engine.gradients.terms import Index
from app.engine.trace import Trace, reads_whole_photo, require
from app.explorer.explorer import Asked, Explorer, never
from app.explorer.scene import Scene
from app.layers.stack import Stack
from app.rendering.maps import map_png
from app.rendering.scale import choose_scale
from app.rendering.tables import npy_bytes

Part = Literal["maps", "kernels", "bias"]
GRID = "grid"


@dataclass(frozen=True)
class GradientQuestion:
    """A scene, the stage that the loss reads (its last if None), and the loss.

    `target` is `grid([4,1;3,2])`, with one matrix a map, or a second stack on the same photo.
    """

    scene: Scene
    kind: Kind = "sum"
    target: str = ""
    cell: tuple[int, int, int] = (0, 0, 0)
    stage: int | None = None


@dataclass(frozen=True, eq=False)
class Propagated:
    """The trace up to the loss, the loss with its target, and what came back."""

    trace: Trace
    loss: Loss
    found: Gradients


def propagate(explorer: Explorer, question: GradientQuestion, cancelled: Asked = never) -> Propagated:
    """A pass forward and one back.

    Raises
    ------
    UserError
        `no_such_stage`, `gradients_too_large`, `gradients_layer`, a fault of the target, or a trace's refusal.
    """
    scene, stack = question.scene, explorer.parse(question.scene.stack)
    stage = len(stack.layers) if question.stage is None else question.stage
    kept = Stack(stack.layers[: max(stage, 1 if reads_whole_photo(stack) else 0)])
    trace = explorer.trace(_with(scene, kept.text), cancelled)
    require(trace, stage)
    layers = kept.layers[:stage]
    shapes = [found.shape for found in trace.stages[: stage + 1]]
    check_size(layers, shapes)
    operations = operations_of(layers, shapes)
    target = _target(explorer, question, cancelled) if question.kind == "sse" else None
    loss = Loss(question.kind, target, question.cell)
    loss.check(shapes[-1], stage)

    def make() -> Gradients:
        return back_propagate(operations, trace.stages[0].maps, loss, cancelled)

    place = "stored" if reads_whole_photo(stack) else (scene.size, scene.fit)
    asked = (question.kind, question.target, question.cell, stage)
    key = ("gradients", explorer.photo(scene.image).key, place, scene.size, scene.fit, kept.text, asked)
    return Propagated(trace, loss, explorer.traces.get_or_make(key, make))


def open_entry(
    explorer: Explorer,
    question: GradientQuestion,
    stage: int,
    of: Literal["kernel", "input"],
    index: Index,
    limit: int,
    cancelled: Asked = never,
) -> Step:
    """One entry of the layer of `stage`: of its kernels, or of the maps that it reads."""
    found = propagate(explorer, question, cancelled).found
    return (kernel_step if of == "kernel" else input_step)(found, stage, index, limit)


def check_gradients(answer: Propagated, cancelled: Asked = never) -> list[Entry]:
    """A few entries against finite differences."""
    return check(answer.found, answer.loss, cancelled=cancelled)


def _found(explorer: Explorer, question: GradientQuestion, stage: int, cancelled: Asked) -> Gradients:
    """What came back, once it is sure that there is such a stage."""
    found = propagate(explorer, question, cancelled).found
    if not 0 <= stage < len(found.maps):
        raise UserError("no_such_stage", stage=stage, last=len(found.maps) - 1)
    return found


def gradient_npy(
    explorer: Explorer, question: GradientQuestion, stage: int, part: Part, cancelled: Asked = never
) -> bytes:
    """The gradient by a stage's maps, or by the kernels or biases of its layer, as float64 NPY."""
    found = _found(explorer, question, stage, cancelled)
    if part == "maps":
        return npy_bytes(found.grads[stage])
    learned = found.learned[stage]
    if learned is not None and part == "kernels":
        return npy_bytes(stacked(learned))
    if learned is not None and learned.bias is not None:
        return npy_bytes(learned.bias)
    raise UserError("gradients_no_kernels", stage=stage)


def gradient_picture(
    explorer: Explorer, question: GradientQuestion, stage: int, channel: int, cancelled: Asked = never
) -> bytes:
    """The gradient by one map of a stage as PNG, one pixel a cell; white is zero."""
    grad = _found(explorer, question, stage, cancelled).grads[stage]
    if not 0 <= channel < len(grad):
        raise no_such_cell((len(grad), *grad[0].shape), stage, channel)
    plane = grad[channel].astype(np.float32)
    largest = float(np.abs(plane).max()) or 1.0
    return map_png(plane, choose_scale(-largest, largest, "diverging"))


def stacked(learned: Learned) -> Exact:
    """The kernels' gradients as one array, kernel first.

    Where kernels of a bank differ, each is centred in the largest and its missing slices are 0.
    """
    shape = tuple(max(sizes) for sizes in zip(*(kernel.shape for kernel in learned.kernels), strict=True))
    found = np.zeros((len(learned.kernels), *shape))
    for whole, kernel in zip(found, learned.kernels, strict=True):
        starts = [0, *((n - own) // 2 for n, own in zip(shape[1:], kernel.shape[1:], strict=True))]
        whole[tuple(slice(a, a + n) for a, n in zip(starts, kernel.shape, strict=True))] = kernel
    return found


def _target(explorer: Explorer, question: GradientQuestion, cancelled: Asked) -> Exact | None:
    text = question.target.strip()
    if not text:
        return None
    if text.startswith(GRID):
        return read_grid(text)
    trace = explorer.trace(_with(question.scene, text), cancelled)
    maps = require(trace, len(trace.stack.layers)).maps
    if all(layer.off or layer.kind in MAKERS for layer in trace.stack.layers):
        # in float64 as the stack itself, so that equal stacks have a loss of exactly 0
        shapes = [stage.shape for stage in trace.stages]
        check_size(trace.stack.layers, shapes)
        return forward(operations_of(trace.stack.layers, shapes), trace.stages[0].maps, cancelled)[-1]
    return maps.astype(np.float64)


def read_grid(text: str) -> Exact:
    """The matrices of `grid(...)`, one a map; numbers as they are."""
    call = parse_call(text)
    matrices = [arg.value.rows for arg in call.args if isinstance(arg.value, Matrix) and arg.name is None]
    if call.name != GRID or len(matrices) != len(call.args) or not matrices:
        raise UserError("grid_form")
    sizes = {(len(rows), *map(len, rows)) for rows in matrices}
    if len(sizes) > 1 or len(set(next(iter(sizes))[1:])) > 1:
        raise UserError("gradients_target_ragged")
    return np.array(matrices, np.float64)


def _with(scene: Scene, stack: str) -> Scene:
    return Scene(scene.image, stack, scene.size, scene.fit)
