"""The arithmetic of one cell as data: what was read, what it was multiplied by, and what came of it.

Five recipes cover every layer: ``dot`` (patch x weights, summed), ``max`` (one winner), ``mean`` (patch x shares,
summed), ``norm`` (patch x itself, summed, the root of it) and ``point`` (one number through a curve). Cards, hover
and the API are written over them once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.domain.fields import Plane

Recipe = Literal["dot", "max", "mean", "norm", "point"]
Array = NDArray[np.float32]
Exact = NDArray[np.float64]


@dataclass(frozen=True)
class Term:
    """One input channel's share of a cell.

    `rows`, `cols` are the indices read (outside the input: padding); `patch`, `weights` and `products` are
    (len(rows), len(cols)); `outside` marks the patch's padding. `sum` is this channel's contribution.
    """

    channel: int
    rows: tuple[int, ...]
    cols: tuple[int, ...]
    patch: Exact
    weights: Exact | None
    products: Exact | None
    outside: NDArray[np.bool_]
    sum: float


@dataclass(frozen=True)
class Activation:
    """A number through a curve: `output` = name(`input`); `quantities` are what else the curve needs."""

    name: str
    input: float
    output: float
    quantities: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Winner:
    """The cell of the input that a max (or min) took; the first in reading order when several are equal."""

    channel: int
    row: int
    col: int
    value: float


@dataclass(frozen=True)
class Explanation:
    """A cell's value with all that led to it.

    For `dot`, `mean` and `norm` the terms' sums plus `bias` give `sum`; `value` is `sum`, or what `activation` makes
    of it. For `max` the term is the window and `value` its `winner`'s; for `point` the term is the one cell.
    """

    recipe: Recipe
    value: float
    terms: tuple[Term, ...]
    sum: float
    bias: float = 0.0
    activation: Activation | None = None
    winner: Winner | None = None


def read_patch(
    plane: NDArray[np.floating], window: Plane, row: int, col: int, fill: float = 0.0
) -> tuple[tuple[int, ...], tuple[int, ...], Exact, NDArray[np.bool_]]:
    """The (rows, cols, patch, outside) that the window reads from one map (H, W) for output (row, col).

    Padding takes the value that the window's mode copies there, or `fill` where nothing stands.
    """
    rows, cols = window.rows.taps(row), window.cols.taps(col)
    row_sources = [window.rows.source(r) for r in rows]
    col_sources = [window.cols.source(c) for c in cols]
    row_index = np.array([-1 if r is None else r for r in row_sources], dtype=np.intp)
    col_index = np.array([-1 if c is None else c for c in col_sources], dtype=np.intp)
    empty = (row_index[:, None] < 0) | (col_index[None, :] < 0)
    patch = np.where(
        empty, fill, plane[np.maximum(row_index, 0)][:, np.maximum(col_index, 0)].astype(np.float64)
    )
    height, width = plane.shape
    outside_rows = np.array([not 0 <= r < height for r in rows], dtype=bool)
    outside_cols = np.array([not 0 <= c < width for c in cols], dtype=bool)
    return rows, cols, patch, outside_rows[:, None] | outside_cols[None, :]


def dot(
    x: Array, window: Plane, row: int, col: int, weighted: Sequence[tuple[int, Exact]], bias: float = 0.0
) -> Explanation:
    """Patch x weights over the given (channel, weights) pairs, summed, plus bias."""
    terms = []
    for channel, weights in weighted:
        rows, cols, patch, outside = read_patch(x[channel], window, row, col)
        products = patch * weights
        terms.append(Term(channel, rows, cols, patch, weights, products, outside, float(products.sum())))
    total = float(sum(term.sum for term in terms)) + bias
    return Explanation("dot", total, tuple(terms), total, bias)


def extreme(x: Array, window: Plane, channel: int, row: int, col: int, sign: int = 1) -> Explanation:
    """The largest (`sign` 1) or smallest (-1) of a window; padding never wins."""
    rows, cols, patch, outside = read_patch(x[channel], window, row, col, fill=-sign * np.inf)
    place = int(np.argmax(sign * patch))
    at_row, at_col = divmod(place, len(cols))
    value = float(patch[at_row, at_col])
    shown = np.where(np.isfinite(patch), patch, 0.0)  # the infinities that keep padding from winning
    term = Term(channel, rows, cols, shown, None, None, outside, value)
    return Explanation(
        "max", value, (term,), value, winner=Winner(channel, rows[at_row], cols[at_col], value)
    )


def weighted(
    recipe: Recipe, x: Array, window: Plane, row: int, col: int, shares: Sequence[tuple[int, Exact]]
) -> Explanation:
    """Patch x weights as `dot`, told as another recipe: the weights are shares of a mean."""
    return replace(dot(x, window, row, col, shares), recipe=recipe)


def norm(x: Array, window: Plane, channel: int, row: int, col: int) -> Explanation:
    """The square root of the sum of a window's squares; each cell is its own weight."""
    rows, cols, patch, outside = read_patch(x[channel], window, row, col)
    squares = float((patch * patch).sum())
    term = Term(channel, rows, cols, patch, patch, patch * patch, outside, squares)
    root = math.sqrt(squares)
    return Explanation("norm", root, (term,), squares, activation=Activation("sqrt", squares, root))


def through(
    name: str,
    x: Array,
    channel: int,
    row: int,
    col: int,
    output: float,
    quantities: tuple[tuple[str, float], ...] = (),
) -> Explanation:
    """One number of the input through the curve `name`."""
    value = float(x[channel, row, col])
    one = np.array([[value]])
    term = Term(channel, (row,), (col,), one, None, None, np.zeros((1, 1), dtype=bool), value)
    return Explanation(
        "point", output, (term,), value, activation=Activation(name, value, output, quantities)
    )
