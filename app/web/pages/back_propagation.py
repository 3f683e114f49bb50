"""Back-propagation on paper: every number of a small stack, forward and back, with what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from app.engine.gradients.backward import Gradients, back_propagate, forward, operations_of
from app.engine.gradients.convolution import Exact
from app.engine.gradients.learnable import Convolution
from app.engine.gradients.loss import Loss
from app.engine.gradients.operation import LearnedOperation
from app.layers.registry import parse_stack

V: Exact = np.array(
    [[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [0, 2, 1, 0, 0], [1, 0, 1, 2, 1]], float
)
KERNEL = "[1,0,-1;2,0,0;0,1,1]"
Demo = Literal["hand", "stack"]
STACKS: Mapping[Demo, str] = {
    "hand": f"conv({KERNEL},stride=2)",
    "stack": f"conv({KERNEL})|relu|maxpool(3)",
}
TARGETS: Mapping[Demo, Exact] = {"hand": np.array([[4, 1], [3, 2]], float), "stack": np.array([[2]], float)}
STAGES: Mapping[Demo, Sequence[str]] = {"hand": ("V", "Z"), "stack": ("V", "Z", "A", "P")}
NUDGE = 1e-3

Place = tuple[str, int, int]
Mark = Literal["in", "win"]


@dataclass(frozen=True)
class Term:
    """A product: its factors, or a single number."""

    factors: tuple[float, ...]


@dataclass(frozen=True)
class Entry:
    """What one number is made of: the cells that it is read from, and how they are put together.

    `rule` names the sentence: ``sum`` of products, ``relu``, ``max``, ``loss``, ``off`` (what was wanted taken
    away, doubled), ``route`` (pooling's gradient to one cell) or ``mask`` (ReLU's). `met` are the places of the
    kernel and the output in the order of the terms, as h's conditions name them.
    """

    rule: str
    value: float
    terms: tuple[Term, ...] = ()
    parts: tuple[tuple[Place, Mark], ...] = ()
    met: tuple[tuple[int, int, int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Paper:
    """All tables of a demonstration, in the order in which they are computed, and every entry of them."""

    demo: Demo
    stride: int
    tables: Mapping[str, Exact]
    entries: Mapping[Place, Entry]
    stamps: tuple[tuple[tuple[int, int], Exact], ...]  # for every cell of G that is not 0: G times the kernel
    found: Gradients = field(repr=False)
    loss: Loss = field(repr=False)

    def difference(self, place: Place) -> tuple[float, float]:
        """J with a number moved up and down by `NUDGE`; the number is a kernel's or a map's."""
        name, row, col = place
        up, down = (self._loss_with(name, (row, col), by) for by in (NUDGE, -NUDGE))
        return up, down

    def _loss_with(self, name: str, at: tuple[int, int], by: float) -> float:
        operations, maps = self.found.operations, self.found.maps
        if name == "g":
            first = operations[0]
            assert isinstance(first, LearnedOperation)
            return self.loss.value(forward((first.nudged((0, 0, *at), by), *operations[1:]), maps[0])[-1])
        stage = stages_by_gradient(self.demo)[name]
        moved = maps[stage].copy()
        moved[(0, *at)] += by
        return self.loss.value(forward(operations[stage:], moved)[-1])


def stages_by_gradient(demo: Demo) -> Mapping[str, int]:
    """Which stage a table of gradients belongs to: h the input, G the convolution's output, dA, dP behind it."""
    return dict(zip(("h", "G", "dA", "dP"), range(len(STAGES[demo])), strict=False))


@cache
def paper(demo: Demo) -> Paper:
    """Everything on a demonstration's sheet."""
    stack = parse_stack(STACKS[demo])
    shapes = [(1, *V.shape)]
    for layer in stack.layers:
        shapes.append(layer.output_shape(shapes[-1]))
    loss = Loss("sse", TARGETS[demo][None])
    found = back_propagate(operations_of(stack.layers, shapes), V[None], loss)
    first, learned = found.operations[0], found.learned[1]
    assert isinstance(first, Convolution)
    assert learned is not None
    kernel, stride = first.tensor[0, 0], 2 if demo == "hand" else 1
    names = STAGES[demo]
    grads = {name: found.grads[stage][0] for name, stage in stages_by_gradient(demo).items()}
    tables: dict[str, Exact] = {"V": V, "K": kernel}
    tables |= {name: found.maps[stage][0] for stage, name in enumerate(names) if stage}
    tables |= {"T": TARGETS[demo], "J": np.array([[found.loss]])}
    tables |= {name: grads[name] for name in ("dP", "dA", "G") if name in grads}
    tables |= {"g": learned.kernels[0][0], "h": grads["h"]}
    entries = _entries(tables, found, first, stride)
    return Paper(demo, stride, tables, entries, _stamps(tables, stride), found, loss)


def _entries(
    tables: Mapping[str, Exact], found: Gradients, first: Convolution, stride: int
) -> dict[Place, Entry]:
    """Every number that is computed, in order."""
    made: dict[str, Callable[[int, int], Entry]] = {
        "Z": lambda row, col: _forward(tables, stride, row, col),
        "J": lambda row, col: _loss(tables),
        "G": lambda row, col: _off(tables, "G", "Z", row, col),
        "g": lambda row, col: _kernel_entry(tables, found, first, row, col),
        "h": lambda row, col: _input_entry(tables, found, first, row, col),
    }
    if "P" in tables:
        made |= {
            "A": lambda row, col: _relu(tables, row, col),
            "P": lambda row, col: _pooled(tables, row, col),
            "dP": lambda row, col: _off(tables, "dP", "P", row, col),
            "dA": lambda row, col: _route(tables, row, col),
            "G": lambda row, col: _mask(tables, row, col),
        }
    return {
        (name, row, col): made[name](row, col)
        for name, table in tables.items()
        if name in made
        for row, col in np.ndindex(*table.shape)
    }


def _forward(tables: Mapping[str, Exact], stride: int, row: int, col: int) -> Entry:
    terms, parts = [], []
    for k, l_ in np.ndindex(*tables["K"].shape):
        at = (row * stride + k, col * stride + l_)
        terms.append(Term((float(tables["V"][at]), float(tables["K"][k, l_]))))
        parts += [(("V", *at), "in"), (("K", k, l_), "in")]
    return Entry("sum", float(tables["Z"][row, col]), tuple(terms), _marks(parts))


def _relu(tables: Mapping[str, Exact], row: int, col: int) -> Entry:
    given = Term((float(tables["Z"][row, col]),))
    return Entry("relu", float(tables["A"][row, col]), (given,), _marks([(("Z", row, col), "in")]))


def _pooled(tables: Mapping[str, Exact], row: int, col: int) -> Entry:
    cells, winner = tables["A"], winner_of(tables)
    parts = [(("A", *at), "win" if at == winner else "in") for at in np.ndindex(*cells.shape)]
    terms = tuple(Term((float(value),)) for value in cells.reshape(-1))
    return Entry("max", float(tables["P"][row, col]), terms, _marks(parts))


def _loss(tables: Mapping[str, Exact]) -> Entry:
    output = "P" if "P" in tables else "Z"
    parts, terms = [], []
    for row, col in np.ndindex(*tables["T"].shape):
        terms.append(Term((float(tables[output][row, col]), float(tables["T"][row, col]))))
        parts += [((output, row, col), "in"), (("T", row, col), "in")]
    return Entry("loss", float(tables["J"][0, 0]), tuple(terms), _marks(parts))


def _off(tables: Mapping[str, Exact], name: str, output: str, row: int, col: int) -> Entry:
    term = Term((float(tables[output][row, col]), float(tables["T"][row, col])))
    parts = [((output, row, col), "in"), (("T", row, col), "in")]
    return Entry("off", float(tables[name][row, col]), (term,), _marks(parts))


def _route(tables: Mapping[str, Exact], row: int, col: int) -> Entry:
    won = (row, col) == winner_of(tables)
    given = float(tables["dP"][0, 0])
    parts = [(("A", *winner_of(tables)), "win"), (("dP", 0, 0), "in")]
    return Entry("route", float(tables["dA"][row, col]), (Term((given, float(won))),), _marks(parts))


def _mask(tables: Mapping[str, Exact], row: int, col: int) -> Entry:
    given, read = float(tables["dA"][row, col]), float(tables["Z"][row, col])
    parts = [(("dA", row, col), "in"), (("Z", row, col), "in")]
    return Entry("mask", float(tables["G"][row, col]), (Term((given, read)),), _marks(parts))


def _kernel_entry(
    tables: Mapping[str, Exact], found: Gradients, first: Convolution, row: int, col: int
) -> Entry:
    terms, parts = [], []
    for link in first.kernel_links(found.maps[0], (0, 0, row, col)):
        terms.append(Term((link.factor, float(tables["G"][link.output[1:]]))))
        parts += [(("V", *link.index[1:]), "in"), (("G", *link.output[1:]), "in")]
    return Entry("sum", float(tables["g"][row, col]), tuple(terms), _marks(parts))


def _input_entry(
    tables: Mapping[str, Exact], found: Gradients, first: Convolution, row: int, col: int
) -> Entry:
    terms, parts, met = [], [], []
    for link in first.input_links(found.maps[0], found.maps[1], (0, row, col)):
        terms.append(Term((link.factor, float(tables["G"][link.output[1:]]))))
        parts += [(("K", *link.index[2:]), "in"), (("G", *link.output[1:]), "in")]
        met.append((link.output[1], link.index[2], link.output[2], link.index[3]))
    return Entry("sum", float(tables["h"][row, col]), tuple(terms), _marks(parts), tuple(met))


def _stamps(tables: Mapping[str, Exact], stride: int) -> tuple[tuple[tuple[int, int], Exact], ...]:
    """h as a transposed convolution: for every cell of G the kernel times it, laid where its window was."""
    found = []
    for row, col in np.argwhere(tables["G"]).tolist():
        laid = np.zeros(V.shape)
        down, right = row * stride, col * stride
        rows, cols = tables["K"].shape
        laid[down : down + rows, right : right + cols] = tables["G"][row, col] * tables["K"]
        found.append(((row, col), laid))
    return tuple(found)


def winner_of(tables: Mapping[str, Exact]) -> tuple[int, int]:
    """Where the largest cell of A stands, the first of equal ones."""
    row, col = np.unravel_index(int(tables["A"].argmax()), tables["A"].shape)
    return int(row), int(col)


def _marks(parts: Sequence[tuple[tuple[object, ...], str]]) -> tuple[tuple[Place, Mark], ...]:
    return tuple(
        ((str(name), int(str(row)), int(str(col))), "win" if mark == "win" else "in")
        for (name, row, col), mark in parts
    )
