"""The photo with a cell's receptive field drawn on it, as PNG.

The photo is enlarged by a whole number, never smoothed. Padding that the field reads is a hatched margin,
blue inside the field; cells that dilation passes over are dimmed; an edge beyond the view is dashed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.fields import Box, Cells
from app.rendering.colormaps import Rgb
from app.rendering.overlay_geometry import FIELD_MARK, HALO, PAD, WELL, Canvas, canvas_for, copies, holes
from app.rendering.png import rgb8_png

BORDER = 4  # px around the picture, room for the frame of a field that touches the edge
_DASH = 6  # px
_HATCH = 6  # px from line to line
Pixels = NDArray[np.uint8]


def overlay_png(photo: Pixels, box: Box, cells: Cells | None = None) -> bytes:
    """The photo (rows, cols, 3) with the field `box`, in the photo's cells; `cells` are those really read."""
    rows, cols, _ = photo.shape
    canvas = canvas_for(rows, cols, box)
    plain = np.full((canvas.view.rows.size, canvas.view.cols.size, 3), WELL, np.uint8)
    top, left = -canvas.view.rows.first, -canvas.view.cols.first
    plain[top : top + rows, left : left + cols] = photo
    for hole in holes(canvas, cells):  # they may overlap, so each is dimmed from the photo itself
        _blend(_cells(plain, canvas, hole), _cells_of(photo, hole), HALO, 0.6)
    for copy in copies(canvas, cells):
        _blend(_cells(plain, canvas, copy), _cells_of(photo, copy), FIELD_MARK, 0.35)
    picture = plain.repeat(canvas.factor, axis=0).repeat(canvas.factor, axis=1)
    _hatch(picture, canvas)
    framed = np.full((picture.shape[0] + 2 * BORDER, picture.shape[1] + 2 * BORDER, 3), WELL, np.uint8)
    framed[BORDER:-BORDER, BORDER:-BORDER] = picture
    if canvas.field is not None:
        _frame(framed, canvas, canvas.field)
    return rgb8_png(framed)


def _cells_of(photo: Pixels, box: Box) -> Pixels:
    return photo[box.rows.first : box.rows.last + 1, box.cols.first : box.cols.last + 1]


def _cells(plain: Pixels, canvas: Canvas, box: Box) -> Pixels:
    rows, cols = box.rows, box.cols
    top, left = canvas.view.rows.first, canvas.view.cols.first
    return plain[rows.first - top : rows.last + 1 - top, cols.first - left : cols.last + 1 - left]


def _blend(target: Pixels, under: Pixels, color: Rgb, share: float) -> None:
    target[...] = np.rint(under * (1 - share) + np.array(color) * share).astype(np.uint8)


def _pixels(canvas: Canvas, box: Box) -> tuple[int, int, int, int]:
    """top, bottom, left, right of a box in the enlarged view; bottom and right are one past the end."""
    first_row, first_col, k = canvas.view.rows.first, canvas.view.cols.first, canvas.factor
    return (
        (box.rows.first - first_row) * k,
        (box.rows.last + 1 - first_row) * k,
        (box.cols.first - first_col) * k,
        (box.cols.last + 1 - first_col) * k,
    )


def _hatch(picture: Pixels, canvas: Canvas) -> None:
    """Diagonal lines over the margin: grey, in the field's blue inside it."""
    rows, cols, _ = picture.shape
    line = (np.arange(rows)[:, None] + np.arange(cols)) % _HATCH < 2
    top, left = -canvas.view.rows.first * canvas.factor, -canvas.view.cols.first * canvas.factor
    line[top : top + canvas.rows * canvas.factor, left : left + canvas.cols * canvas.factor] = False
    picture[line] = PAD
    if canvas.field is not None:
        top, bottom, left, right = _pixels(canvas, canvas.field)
        picture[top:bottom, left:right][line[top:bottom, left:right]] = FIELD_MARK


def _frame(framed: Pixels, canvas: Canvas, field: Box) -> None:
    """A blue frame just outside the field's cells in a dark halo; dashed where the field goes on."""
    top, bottom, left, right = (edge + BORDER for edge in _pixels(canvas, field))
    for gap, width, color in ((0, BORDER, HALO), (1, BORDER - 2, FIELD_MARK)):
        far = gap + width
        edges = (
            framed[top - far : top - gap, left - far : right + far],
            framed[bottom + gap : bottom + far, left - far : right + far],
            framed[top - far : bottom + far, left - far : left - gap].swapaxes(0, 1),
            framed[top - far : bottom + far, right + gap : right + far].swapaxes(0, 1),
        )
        for edge, cut in zip(edges, canvas.cut, strict=True):
            if not cut or color is HALO:
                edge[...] = color
            else:
                edge[:, np.arange(edge.shape[1]) % (2 * _DASH) < _DASH] = color
