"""How a stack reads a photo: the working size, and the crop or squeeze that leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.compute.resample import resize
from app.domain.errors import UserError
from app.domain.fields import Box
from app.domain.windows import Span

Array = NDArray[np.float32]
Fit = Literal["keep", "crop", "squeeze"]
FITS: tuple[Fit, ...] = ("keep", "crop", "squeeze")
SMALLEST, LARGEST = 8, 2048


@dataclass(frozen=True)
class Reading:
    """Which part of the photo is read, at how many cells."""

    part: Box  # of the photo, in its own pixels
    rows: int
    cols: int


def plan(rows: int, cols: int, size: int, fit: Fit) -> Reading:
    """The part of a rows x cols photo that is read, and its size in cells.

    `size` bounds the longer side; nothing is ever enlarged. `keep` keeps the aspect, `crop` takes the centre
    square, `squeeze` presses the whole photo into a square.

    Raises
    ------
    UserError
        `size_out_of_bounds`.
    """
    if not SMALLEST <= size <= LARGEST:
        raise UserError("size_out_of_bounds", value=size, low=SMALLEST, high=LARGEST)
    if fit not in FITS:
        raise UserError("unknown_fit", value=fit, choices=", ".join(FITS))
    whole = Box(Span(0, rows - 1), Span(0, cols - 1))
    short = min(rows, cols)
    if fit == "squeeze":
        return Reading(whole, min(size, short), min(size, short))
    if fit == "crop":
        top, left = (rows - short) // 2, (cols - short) // 2
        part = Box(Span(top, top + short - 1), Span(left, left + short - 1))
        return Reading(part, min(size, short), min(size, short))
    scale = min(1.0, size / max(rows, cols))
    return Reading(whole, max(1, int(rows * scale + 0.5)), max(1, int(cols * scale + 0.5)))


def read(photo: Array, reading: Reading) -> Array:
    """The cells (C, rows, cols) that the stack reads of `photo` (C, H, W); area filter."""
    rows, cols = reading.part.rows, reading.part.cols
    part = photo[:, rows.first : rows.last + 1, cols.first : cols.last + 1]
    if part.shape[1:] == (reading.rows, reading.cols):
        return np.ascontiguousarray(part, dtype=np.float32)
    return resize(part, reading.rows, reading.cols)
