"""What an overlay shows of a receptive field: the canvas, the cells passed over, the copies read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.fields import Box, Cells
from app.domain.windows import Span

# The colours of the two marks on pictures, the same as in the pages' tokens.
CELL_MARK, FIELD_MARK, HALO = (255, 46, 151), (69, 184, 255), (11, 13, 18)
PAD, WELL = (107, 101, 92), (240, 240, 236)
TARGET = 640  # px, the longer side that a photo is enlarged to, at most


@dataclass(frozen=True)
class Canvas:
    """The photo's plane widened by the padding that a field reads, in cells of the photo.

    `view` is all that is shown, `field` the part of the field in view (None when it reads nothing),
    `factor` the whole number of pixels a cell gets. A field may reach further than the view: at most half
    the photo's longer side is shown beyond each edge.
    """

    rows: int
    cols: int
    view: Box
    field: Box | None
    whole: Box
    factor: int

    @property
    def cut(self) -> tuple[bool, bool, bool, bool]:
        """Whether the field goes on beyond the view: top, bottom, left, right."""
        if self.field is None:
            return False, False, False, False
        return (
            self.field.rows.first != self.whole.rows.first,
            self.field.rows.last != self.whole.rows.last,
            self.field.cols.first != self.whole.cols.first,
            self.field.cols.last != self.whole.cols.last,
        )


def canvas_for(rows: int, cols: int, box: Box) -> Canvas:
    """The canvas for a photo of rows x cols cells and a field, which may lie outside."""
    longer = max(rows, cols)
    margin = max(1, longer // 2)
    reach = Box(_within(box.rows, -margin, rows - 1 + margin), _within(box.cols, -margin, cols - 1 + margin))
    seen = bool(reach.rows.size and reach.cols.size)
    view = Box(Span(0, rows - 1), Span(0, cols - 1))
    if seen:
        view = Box(_around(rows, reach.rows), _around(cols, reach.cols))
    return Canvas(rows, cols, view, reach if seen else None, box, max(1, TARGET // longer))


def holes(canvas: Canvas, cells: Cells | None) -> list[Box]:
    """Real cells inside the field that it passes over (dilation, strides); the boxes may overlap."""
    if cells is None or canvas.field is None:
        return []
    rows, cols = canvas.field.rows.clip(canvas.rows), canvas.field.cols.clip(canvas.cols)
    if not rows.size or not cols.size:
        return []
    return [Box(run, cols) for run in runs(set(_range(rows)) - set(cells.rows))] + [
        Box(rows, run) for run in runs(set(_range(cols)) - set(cells.cols))
    ]


def copies(canvas: Canvas, cells: Cells | None) -> list[Box]:
    """Real cells outside the nominal field that it reads all the same, because padding copies them."""
    if cells is None or not cells.rows or not cells.cols:
        return []
    inside = {row for row in cells.rows if canvas.whole.rows.first <= row <= canvas.whole.rows.last}
    far_rows = set(cells.rows) - inside
    far_cols = {col for col in cells.cols if not canvas.whole.cols.first <= col <= canvas.whole.cols.last}
    found = [Box(rows, cols) for rows in runs(far_rows) for cols in runs(cells.cols)]
    return found + [Box(rows, cols) for rows in runs(inside) for cols in runs(far_cols)]


def runs(cells: Iterable[int]) -> list[Span]:
    """Sorted, gapless spans that cover exactly the given cells."""
    spans: list[Span] = []
    for cell in sorted(cells):
        if spans and cell == spans[-1].last + 1:
            spans[-1] = Span(spans[-1].first, cell)
        else:
            spans.append(Span(cell, cell))
    return spans


def _within(span: Span, first: int, last: int) -> Span:
    return Span(max(span.first, first), min(span.last, last))


def _around(length: int, span: Span) -> Span:
    return Span(min(0, span.first), max(length - 1, span.last))


def _range(span: Span) -> range:
    return range(span.first, span.last + 1)
