"""A convolution drawn as its matrix: a row for each output cell, a column for each input cell, and back by Tᵀ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError
from app.domain.windows import PADDING_MODES
from app.engine.toeplitz import toeplitz
from app.engine.trace import require
from app.explorer import Explorer, Scene
from app.i18n import Language
from app.layers.registry import parse_stack
from app.web.language import say_in
from app.web.pages.swatches import STEPS
from app.web.pages.view_form import Field, Form, changed

DRAWN = 1600  # places of the largest matrix that is written out
FIELDS = (
    Field("picture", "text", "[1,2,0,1;0,1,3,1;2,1,0,0;1,0,1,2]"),
    Field("kernel", "text", "[1,2,0;0,1,0;3,0,-1]", role="k"),
    Field("pace", "whole", "1", 1, 4, role="step"),
    Field("edge", "choice", "valid", choices=("valid", "same", "full"), role="pad"),
    Field("mode", "choice", "zeros", choices=tuple(PADDING_MODES), role="pad"),
    Field("way", "choice", "forward", choices=("forward", "result", "back")),
)
SETTINGS = (("stride", "pace"), ("padding", "edge"), ("mode", "mode"))
GRADIENT = Field("grad", "text", "[1,0;0,2]", role="cell")

Exact = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """A place of the matrix: its number, whether it can be other than 0, its colour, where blocks begin."""

    value: float
    may: bool
    step: int
    begins: bool


@dataclass(frozen=True)
class Line:
    """A row of the matrix: what it makes, its entries, and the products that are other than 0 by its making."""

    name: str
    url: str
    chosen: bool
    begins: bool
    entries: tuple[Entry, ...]
    products: tuple[tuple[float, float], ...]
    total: float


@dataclass(frozen=True)
class Cell:
    """A number of a picture, and its place in the vector."""

    value: float
    index: int
    url: str = ""


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The matrix of the query's picture and kernel, one row chosen; the way back multiplies by the transpose."""
    say = say_in(lang)
    back = query.get("way") == "back"
    form = Form(query, (*FIELDS, GRADIENT) if back else FIELDS, lambda name: say(f"course_toeplitz.{name}"))
    settings = ",".join(f"{name}={form.chosen(field)}" for name, field in SETTINGS)
    line = f"conv({form.chosen('kernel')},{settings})"
    picture = f"grid({form.chosen('picture')})"
    trace = explorer.trace(Scene(picture, f"gray|{line}", 64, "keep"))
    before, after = (require(trace, stage).maps.astype(np.float64) for stage in (1, 2))
    found = toeplitz(parse_stack(line), *before.shape[1:])
    if found.matrix.size > DRAWN:
        rows, columns = found.matrix.shape
        raise UserError("toeplitz_too_large", rows=rows, columns=columns, limit=DRAWN)
    reach = toeplitz(parse_stack(_ones(line, form.chosen("kernel"), explorer)), *before.shape[1:]).matrix != 0
    forward = form.chosen("way") == "forward"
    given, matrix, may = before, found.matrix, reach
    if not forward:
        given, matrix, may = after, found.matrix.T, reach.T
        if back:
            given = _gradient(explorer, form.chosen("grad"), after.shape)
    made = (matrix @ given.reshape(-1)).reshape(after.shape if forward else before.shape)
    names = ("V", "Z") if forward else ("G", "h") if back else ("Z", "h")
    chosen = min(int(query["line"]), made.size - 1) if query.get("line", "").isdecimal() else 0
    return {
        "fields": form.filled, "names": names, "forward": forward, "back": back, "chosen": chosen,
        "given": _picture(given), "made": _picture(made, query),
        "lines": _lines(query, matrix, may, given, made, names[1], chosen),
        "heads": [_name("", shape_of(given), at) for at in range(given.size)],
        "rows": matrix.shape[0], "columns": matrix.shape[1], "places": int(may.sum()), "total": matrix.size,
        "most": int(may.sum(axis=1).max()), "nonzero": int(np.count_nonzero(matrix)),
        "same": forward and bool(np.allclose(made, after, atol=1e-5)),
        "wanted": _picture(before) if form.chosen("way") == "result" else None,
    }  # fmt: skip


def shape_of(maps: Exact) -> tuple[int, int, int]:
    """(maps, rows, columns)."""
    count, rows, cols = maps.shape
    return count, rows, cols


def _ones(line: str, kernel: str, explorer: Explorer) -> str:
    """The same layer with every cell of its kernel 1: what can be other than 0, whatever the kernel."""
    [layer] = parse_stack(line, explorer.tensors).layers
    specs = getattr(layer, "kernels", ())
    ones = ",".join(
        "[" + ";".join([",".join(["1"] * spec.slices[0].shape[1])] * spec.slices[0].shape[0]) + "]"
        for spec in specs
    )
    return line.replace(kernel, ones, 1)


def _gradient(explorer: Explorer, text: str, shape: tuple[int, ...]) -> Exact:
    given = explorer.trace(Scene(f"grid({text})", "gray", 64, "keep")).stages[1].maps.astype(np.float64)
    if given.shape != shape:
        raise UserError("compare_shapes", shape=_times(given.shape), other=_times(shape))
    return given


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _name(letter: str, shape: tuple[int, int, int], at: int) -> str:
    count, rows, cols = shape
    channel, rest = divmod(at, rows * cols)
    place = f"{rest // cols},{rest % cols}"
    return f"{letter}[{channel},{place}]" if count > 1 else f"{letter}[{place}]" if letter else place


def _picture(maps: Exact, query: Mapping[str, str] | None = None) -> list[list[Cell]]:
    """Maps below one another as rows of cells; with a query, each leads to its row of the matrix."""
    rows = maps.reshape(-1, maps.shape[2])
    places = np.arange(rows.size).reshape(rows.shape)
    return [
        [
            Cell(float(value), int(at), "" if query is None else changed(query, "toeplitz", line=at))
            for value, at in zip(row, line, strict=True)
        ]
        for row, line in zip(rows, places, strict=True)
    ]


def _lines(
    query: Mapping[str, str],
    matrix: Exact,
    may: NDArray[np.bool_],
    given: Exact,
    made: Exact,
    letter: str,
    chosen: int,
) -> list[Line]:
    size, vector = float(np.abs(matrix).max()) or 1.0, given.reshape(-1)
    lines = []
    for at, row in enumerate(matrix):
        entries = tuple(
            Entry(float(value), bool(may[at, c]), round((value / size + 1) / 2 * STEPS), _begins(c, given))
            for c, value in enumerate(row)
        )
        read = np.flatnonzero(may[at])
        products = tuple((float(row[c]), float(vector[c])) for c in read)
        lines.append(
            Line(
                _name(letter, shape_of(made), at), changed(query, "toeplitz", line=at), at == chosen,
                _begins(at, made), entries, products, float(made.reshape(-1)[at]),
            )
        )  # fmt: skip
    return lines


def _begins(at: int, maps: Exact) -> bool:
    """Whether a row of a picture, and so a block of the matrix, begins at this place."""
    return at > 0 and at % maps.shape[2] == 0
