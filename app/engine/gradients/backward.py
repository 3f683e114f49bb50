"""Back-propagation through a stack: the gradient of a loss by the maps of every stage and by every kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from app.domain.errors import UserError
from app.domain.shapes import Shape
from app.engine.gradients.convolution import Exact, Numbers
from app.engine.gradients.loss import Loss
from app.engine.gradients.operation import Learned, LearnedOperation, Operation
from app.engine.gradients.registry import operation
from app.engine.gradients.terms import Index, Product
from app.engine.trace import Cancelled
from app.layers.base import Layer

MAX_MULTIPLY_ADDS = 200_000_000  # of one pass; the way back makes two, and its check a dozen
MAX_CELLS = 4_000_000  # of all stages, held in float64 twice


@dataclass(frozen=True, eq=False)
class Gradients:
    """What came of a pass forward and one back. Stages count from 0, the input; all is float64.

    `maps[n]` and `grads[n]` are stage n's maps and dJ/d maps; `learned[n]` the gradients by the numbers of the
    layer that made stage n, or None (always for stage 0).
    """

    loss: float
    maps: tuple[Exact, ...]
    grads: tuple[Exact, ...]
    learned: tuple[Learned | None, ...]
    operations: tuple[Operation, ...]

    @property
    def nbytes(self) -> int:
        arrays = [*self.maps, *self.grads]
        arrays += [kernel for found in self.learned if found for kernel in found.kernels]
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True)
class Step:
    """One entry of a gradient: `value`, and of its `count` products as many as were asked for, in order.

    `shown` is their sum: that of all products equals `value`.
    """

    value: float
    count: int
    products: tuple[Product, ...]
    condition: str

    @property
    def shown(self) -> float:
        """The sum of the products listed."""
        return float(sum(product.value for product in self.products))


def check_size(layers: Sequence[Layer], shapes: Sequence[Shape]) -> None:
    """Hold a stack within what a request may compute.

    Raises
    ------
    UserError
        `gradients_too_large`.
    """
    work = sum(layer.multiply_adds(shape) for layer, shape in zip(layers, shapes, strict=False))
    cells = sum(channels * rows * cols for channels, rows, cols in shapes)
    if work > MAX_MULTIPLY_ADDS or cells > MAX_CELLS:
        raise UserError(
            "gradients_too_large",
            multiply_adds=work,
            limit=MAX_MULTIPLY_ADDS,
            cells=cells,
            cell_limit=MAX_CELLS,
        )


def operations_of(layers: Sequence[Layer], shapes: Sequence[Shape]) -> tuple[Operation, ...]:
    """Every layer as an operation; `shapes` are the stages', input first."""
    return tuple(operation(layer, shape) for layer, shape in zip(layers, shapes, strict=False))


def forward(
    operations: Sequence[Operation], maps: Numbers, cancelled: Callable[[], bool] = lambda: False
) -> list[Exact]:
    """The maps of every stage, input first, in float64."""
    found = [np.asarray(maps, np.float64)]
    for each in operations:
        if cancelled():
            raise Cancelled
        found.append(each.forward(found[-1]))
    return found


def back_propagate(
    operations: Sequence[Operation],
    maps: Numbers,
    loss: Loss,
    cancelled: Callable[[], bool] = lambda: False,
) -> Gradients:
    """The gradients of `loss`, which reads the last stage, for the input `maps` (C, H, W).

    The chain rule, stage by stage from the last (Goodfellow, Bengio and Courville 2016, algorithm 6.2).
    """
    stages = forward(operations, maps, cancelled)
    loss.check(stages[-1].shape, len(operations))
    grads, learned = [loss.gradient(stages[-1])], []
    for number in range(len(operations), 0, -1):
        if cancelled():
            raise Cancelled
        own = operations[number - 1]
        learned.append(
            own.learned(stages[number - 1], grads[-1]) if isinstance(own, LearnedOperation) else None
        )
        grads.append(own.backward(stages[number - 1], stages[number], grads[-1]))
    return Gradients(
        loss=loss.value(stages[-1]),
        maps=tuple(stages),
        grads=tuple(grads[::-1]),
        learned=(None, *learned[::-1]),
        operations=tuple(operations),
    )


def input_step(found: Gradients, stage: int, cell: Index, limit: int) -> Step:
    """dJ by one cell of the maps that the layer of `stage` reads, as products with the gradient of `stage`.

    Raises
    ------
    UserError
        `gradients_stage`, `gradients_index`.
    """
    own = _operation(found, stage)
    before, after, grad = found.maps[stage - 1], found.maps[stage], found.grads[stage]
    channel, row, col = _checked(cell, before.shape)
    links = own.input_links(before, after, (channel, row, col))
    products = [Product(link, float(grad[link.output])) for link in islice(links, limit)]
    count = len(products) + sum(1 for _ in links)
    value = float(found.grads[stage - 1][channel, row, col])
    return Step(value, count, tuple(products), own.input_condition((channel, row, col)))


def kernel_step(found: Gradients, stage: int, entry: Index, limit: int) -> Step:
    """dJ by one number of the layer of `stage`; `entry` is (kernel, *place in that kernel).

    Raises
    ------
    UserError
        `gradients_stage`, `gradients_no_kernels`, `gradients_index`.
    """
    own, learned = _operation(found, stage), found.learned[stage]
    if learned is None or not isinstance(own, LearnedOperation):
        raise UserError("gradients_no_kernels", stage=stage)
    _checked(entry[:1], (len(learned.kernels),))
    kernel = learned.kernels[entry[0]]
    _checked(entry, (len(learned.kernels), *kernel.shape))
    grad, before = found.grads[stage], found.maps[stage - 1]
    links = islice(own.kernel_links(before, entry), limit)
    products = [Product(link, float(grad[link.output])) for link in links]
    count = own.kernel_count(before, entry)
    return Step(float(kernel[entry[1:]]), count, tuple(products), own.kernel_condition(entry))


def _operation(found: Gradients, stage: int) -> Operation:
    if not 1 <= stage < len(found.maps):
        raise UserError("gradients_stage", stage=stage, last=len(found.maps) - 1)
    return found.operations[stage - 1]


def _checked(index: Index, shape: tuple[int, ...]) -> Index:
    if len(index) != len(shape) or any(not 0 <= at < n for at, n in zip(index, shape, strict=True)):
        raise UserError(
            "gradients_index", index=", ".join(map(str, index)), shape=" × ".join(map(str, shape))
        )
    return index
