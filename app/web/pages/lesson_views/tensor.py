"""The kernel tensor K[i, j, k, l] of a bank, to leaf through, and one cell added up from its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer, Scene
from app.i18n import Language
from app.layers.weights import Weights
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.swatches import Drawn
from app.web.pages.view_query import number_of, view_link

Numbers = NDArray[np.float64]
OWN = ("bank", "i", "j")
BLOCK: Numbers = np.array([[[1, 2], [0, 1]], [[0, 1], [2, 1]], [[3, 0], [1, 1]]], float)
BANK: Numbers = np.array(
    [
        [[[1, 0], [0, -1]], [[0, 2], [1, 0]], [[1, 1], [-1, 0]]],
        [[[0, 1], [1, 0]], [[0, 0], [1, 0]], [[1, 0], [0, -2]]],
    ],
    float,
)
BIASES: Numbers = np.array([0.5, -1.0])
LEARNED = "resize(112,112)|normalize((0.48,0.45,0.41),(0.26,0.26,0.26))|weights(catdog.c1,stride=2,padding=1)"
STRIDE = 2
CELL = 28  # row and column of the learned map's cell: the middle of 56


@dataclass(frozen=True, eq=False)
class Slice:
    """One table of the tensor: its indices, its numbers, where it leads."""

    i: int
    j: int
    drawn: Drawn
    url: str
    chosen: bool


@dataclass(frozen=True, eq=False)
class Term:
    """A product of the sum: input channel j, place (k, l), input cell v, weight."""

    j: int
    k: int
    col: int
    cell: float
    weight: float

    @property
    def name(self) -> str:
        """What links the cell, the weight and the term under the pointer."""
        return f"{self.j}-{self.k}-{self.col}"


@dataclass(frozen=True, eq=False)
class Channel:
    """What one input channel adds: the cells under the window, the table of weights, their products."""

    j: int
    rows: tuple[tuple[Term, ...], ...]
    drawn: Drawn
    total: float
    chosen: bool


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The tensor by output and input channel, and the sum for the chosen output channel."""
    learned = query.get("bank") == "learned"
    block, bank, biases = _learned(explorer, query) if learned else (BLOCK, BANK, BIASES)
    maps, channels = bank.shape[:2]
    i, j = (
        int(min(max(number_of(query, name, 0), 0), most - 1)) for name, most in (("i", maps), ("j", channels))
    )
    largest = float(np.abs(bank[i]).max())
    cube = [
        [
            Slice(
                a,
                b,
                Drawn(bank[a, b], float(np.abs(bank[a]).max())),
                _link(query, i=a, j=b),
                (a, b) == (i, j),
            )
            for b in range(channels)
        ]
        for a in range(maps)
    ]
    parts = [_channel(b, block[b], bank[i, b], largest, b == j) for b in range(channels)]
    return {
        "learned": learned,
        "banks": [("hand", _link(query, bank="hand", i=0, j=0)), ("learned", _link(query, bank="learned", i=0, j=0))],
        "cube": cube,
        "shape": bank.shape,
        "i": i,
        "j": j,
        "steps": [
            ("i", _link(query, i=(i - 1) % maps, j=j), _link(query, i=(i + 1) % maps, j=j), i, maps),
            ("j", _link(query, i=i, j=(j - 1) % channels), _link(query, i=i, j=(j + 1) % channels), j, channels),
        ],
        "parts": parts,
        "bias": float(biases[i]),
        "total": sum(part.total for part in parts) + float(biases[i]),
        "whole": not learned,
        "cell": CELL,
        "weights": int(bank.size + maps),
    }  # fmt: skip


def _link(query: Mapping[str, str], **changes: object) -> str:
    return view_link(query, OWN, "tensor", **changes)


def _channel(j: int, cells: Numbers, weights: Numbers, largest: float, chosen: bool) -> Channel:
    rows = tuple(
        tuple(Term(j, k, m, float(cells[k, m]), float(weights[k, m])) for m in range(weights.shape[1]))
        for k in range(weights.shape[0])
    )
    return Channel(j, rows, Drawn(weights, largest), float((cells * weights).sum()), chosen)


def _learned(explorer: Explorer, query: Mapping[str, str]) -> tuple[Numbers, Numbers, Numbers]:
    """The network's first layer, and what it reads for the cell in the middle of the learner's photo."""
    trace = explorer.trace(Scene(query.get("image") or FIRST_IMAGE, LEARNED, 64, "crop"))
    layer = trace.stack.layers[-1]
    assert isinstance(layer, Weights)  # the stack ends with learned weights
    weights = np.asarray(layer.tensor.weights, np.float64)
    first = CELL * STRIDE - 1  # padding 1
    part = slice(first, first + weights.shape[2])
    block = trace.stages[len(trace.stack.layers) - 1].maps[:, part, part].astype(np.float64)
    return block, weights, np.asarray(layer.tensor.bias, np.float64)
