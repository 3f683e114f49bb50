"""The arithmetic of one cell laid out in grids and lists: patches, kernels, products, a pool's race."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.layers.explanation import Explanation, Term
from app.rendering.scale import Scale, choose_scale
from app.rendering.scales_css import step_class

OPENED = 3  # channels whose arithmetic is shown cell by cell; the others are listed
MOST_CELLS = 31 * 31  # of a patch that is written out
MOST_SHARES = 64  # channels that are listed, the strongest first
RACERS = 8  # places of a pool's race that are written out

Numbers = NDArray[np.floating]


@dataclass(frozen=True)
class GridCell:
    """A number of a grid: its classes of style, and whether it stands in the padding."""

    value: float
    style: str
    outside: bool = False


@dataclass(frozen=True)
class Grid:
    """Numbers in rows; `whole` when all are integers, so that no decimals are needed."""

    rows: tuple[tuple[GridCell, ...], ...]
    whole: bool = False

    @property
    def cols(self) -> int:
        return len(self.rows[0]) if self.rows else 0


@dataclass(frozen=True)
class Block:
    """One input channel's arithmetic. Without weights the patch stands alone."""

    channel: int
    name: str
    patch: Grid
    weights: Grid | None
    products: Grid | None
    sum: float


@dataclass(frozen=True)
class Share:
    """An input channel in one line; a single cell's value and weight with it."""

    channel: int
    name: str
    sum: float
    value: float | None = None
    weight: float | None = None


@dataclass(frozen=True)
class Racer:
    """A cell of a pool's window: its place, its value, and its bar from 0 to 100."""

    row: int
    col: int
    value: float
    bar: float
    wins: bool


@dataclass(frozen=True)
class Arithmetic:
    """How one cell comes about, ready to be laid out. `rule` is dot, mean, norm, max or point."""

    rule: str
    blocks: tuple[Block, ...]
    shares: tuple[Share, ...]
    unlisted: int  # the weakest channels, behind the listed shares: only their sum is told
    unlisted_sum: float
    rest: int  # channels behind the blocks
    rest_sum: float
    race: tuple[Racer, ...]
    more_racers: int
    cells: int
    too_many: bool  # cells to be written out one by one


def grid(
    values: Numbers,
    scale: Scale,
    outside: NDArray[np.bool_] | None = None,
    win: tuple[int, int] | None = None,
) -> Grid:
    """Numbers on a scale of colours; padding and the winner are marked."""
    rows = []
    for r, row in enumerate(values.tolist()):
        cells = []
        for c, value in enumerate(row):
            out = bool(outside is not None and outside[r, c])
            finite = value if np.isfinite(value) else 0.0
            style = step_class(finite, scale) + (" out" if out else "") + (" win" if win == (r, c) else "")
            cells.append(GridCell(value, style, out))
        rows.append(tuple(cells))
    return Grid(tuple(rows), bool(np.all(values == np.round(values))) if np.isfinite(values).all() else False)


def signed_grid(values: Numbers) -> Grid:
    """Numbers on the signed scale of their largest magnitude."""
    size = float(np.abs(values).max(initial=0.0)) or 1.0
    return grid(values, choose_scale(-size, size, "diverging"))


def arithmetic(found: Explanation, scale: Scale, names: Sequence[str]) -> Arithmetic:
    """Lay an explanation out; `scale` and `names` are those of the maps that were read."""
    single = len(found.terms) > OPENED and all(term.patch.size == 1 for term in found.terms)
    ranked = sorted(found.terms, key=lambda term: -abs(term.sum))
    opened = [] if single else ranked[: OPENED if len(ranked) > OPENED + 1 else OPENED + 1]
    listed = ranked if single else ranked[len(opened) :]
    cells = sum(term.patch.size for term in found.terms)
    too_many = cells > MOST_CELLS * max(1, len(found.terms))
    if too_many:
        opened = []
    race = _race(found)
    return Arithmetic(
        rule=_rule(found),
        blocks=tuple(_block(term, found, scale, names) for term in sorted(opened, key=lambda t: t.channel)),
        shares=tuple(_share(term, names) for term in listed[:MOST_SHARES]),
        unlisted=len(listed[MOST_SHARES:]),
        unlisted_sum=float(sum(term.sum for term in listed[MOST_SHARES:])),
        rest=0 if single else len(listed),
        rest_sum=0.0 if single else float(sum(term.sum for term in listed)),
        race=race[:RACERS],
        more_racers=max(0, len(race) - RACERS),
        cells=cells,
        too_many=too_many,
    )


def _rule(found: Explanation) -> str:
    """A mean whose weights all agree is told as one; other weights are written out as products."""
    if found.recipe != "mean":
        return found.recipe
    weights = [term.weights for term in found.terms]
    if len(weights) != 1 or weights[0] is None:
        return "dot"
    counted = weights[0][weights[0] != 0]
    return "mean" if counted.size and np.allclose(counted, counted[0]) else "dot"


def _block(term: Term, found: Explanation, scale: Scale, names: Sequence[str]) -> Block:
    won = found.winner
    win = (
        (term.rows.index(won.row), term.cols.index(won.col)) if won and won.channel == term.channel else None
    )
    shown = term.weights is not None and term.products is not None and _rule(found) in ("dot", "norm")
    return Block(
        channel=term.channel,
        name=names[term.channel] if len(names) > 1 else "",
        patch=grid(term.patch, scale, term.outside, win),
        weights=signed_grid(term.weights) if shown and term.weights is not None else None,
        products=signed_grid(term.products) if shown and term.products is not None else None,
        sum=term.sum,
    )


def _share(term: Term, names: Sequence[str]) -> Share:
    one = term.patch.size == 1 and term.weights is not None
    return Share(
        channel=term.channel,
        name=names[term.channel],
        sum=term.sum,
        value=float(term.patch[0, 0]) if one else None,
        weight=float(term.weights[0, 0]) if one and term.weights is not None else None,
    )


def _race(found: Explanation) -> tuple[Racer, ...]:
    """A pool's cells from the strongest to the weakest; padding does not run."""
    won = found.winner
    if won is None or len(found.terms) != 1:
        return ()
    term = found.terms[0]
    running = [
        (float(term.patch[r, c]), row, col)
        for r, row in enumerate(term.rows)
        for c, col in enumerate(term.cols)
        if np.isfinite(term.patch[r, c])
    ]
    low, high = min(0.0, *(v for v, _, _ in running)), max(0.0, *(v for v, _, _ in running))
    smallest_wins = won.value < max(v for v, _, _ in running)
    first = (won.row, won.col)
    order = sorted(
        running,
        key=lambda one: ((one[1], one[2]) != first, one[0] if smallest_wins else -one[0], one[1], one[2]),
    )
    span = (high - low) or 1.0
    return tuple(
        Racer(row, col, value, round(100 * (value - low) / span, 1), (row, col) == first)
        for value, row, col in order
    )
