"""Feature maps as PNG, one cell a pixel: single maps, contact sheets of a whole stage, photos, legends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.compute.resample import nearest
from app.rendering.colormaps import COLOR_MAPS
from app.rendering.png import palette_png, rgb8_png
from app.rendering.scale import Scale, to_indices

_DENSEST = 230  # of 255: the photo shows through even where a veil is strongest


def map_png(plane: NDArray[np.float32], scale: Scale) -> bytes:
    """One map (rows, cols) in the scale's colours."""
    return palette_png(to_indices(plane, scale), COLOR_MAPS[scale.colors])


def veil_png(plane: NDArray[np.float32], scale: Scale) -> bytes:
    """One map to be laid over a photo: the further a value is from 0, the less is seen through it."""
    ends = (scale.high, scale.low) if scale.colors == "diverging" else (scale.high,)
    zero = int(to_indices(np.zeros((1, 1)), scale)[0, 0])
    reach = max(abs(int(to_indices(np.full((1, 1), end), scale)[0, 0]) - zero) for end in ends)
    away = np.abs(np.arange(256) - zero) / reach
    alpha = np.rint(_DENSEST * np.sqrt(np.minimum(away, 1))).astype(np.uint8)
    return palette_png(to_indices(plane, scale), COLOR_MAPS[scale.colors], alpha)


def atlas_grid(count: int, rows: int, cols: int) -> tuple[int, int]:
    """(columns, rows) of the contact sheet of `count` maps, as square as it gets.

    Square maps stand in ceil(sqrt(count)) columns.
    """
    columns = min(count, max(1, math.ceil(math.sqrt(count * rows / cols))))
    return columns, -(-count // columns)


def thumbnail_step(rows: int, cols: int, side: int) -> int:
    """The smallest n such that every n-th cell of a map of rows x cols gives at most `side` a side."""
    return max(1, math.ceil(max(rows, cols) / side))


def thumbnail(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """A map (rows, cols) with only every n-th cell, for at most `side` a side; `thumbnail_size` is what is left."""
    rows, cols = plane.shape
    return nearest(plane, *thumbnail_size(rows, cols, side))


def thumbnail_size(rows: int, cols: int, side: int) -> tuple[int, int]:
    """The rows and columns that are left of a map when every n-th is kept."""
    step = thumbnail_step(rows, cols, side)
    return -(-rows // step), -(-cols // step)


def atlas_png(
    maps: NDArray[np.float32], scales: Scale | Sequence[Scale], columns: int | None = None
) -> bytes:
    """Contact sheet of (channel, row, col) maps without gaps, in reading order, in `atlas_grid` columns.

    One scale for all or one a map. Places after the last map have the colour of 0. A sheet whose scales
    have one colour map is a palette picture, else truecolour.
    """
    count, rows, cols = maps.shape
    per_map = [scales] * count if isinstance(scales, Scale) else list(scales)
    if len(per_map) != count:
        raise ValueError(f"{count} maps need {count} scales, not {len(per_map)}")
    columns = columns or atlas_grid(count, rows, cols)[0]
    lines = -(-count // columns)
    shape = (lines, columns, rows, cols)
    zero = to_indices(np.zeros((1, 1)), per_map[-1])[0, 0]
    indices = np.full((lines * columns, rows, cols), zero, np.uint8)
    for channel, scale in enumerate(per_map):
        indices[channel] = to_indices(maps[channel], scale)
    if len({scale.colors for scale in per_map}) == 1:
        sheet = indices.reshape(shape).transpose(0, 2, 1, 3).reshape(lines * rows, columns * cols)
        return palette_png(sheet, COLOR_MAPS[per_map[0].colors])
    per_map += [per_map[-1]] * (lines * columns - count)
    painted = np.stack([COLOR_MAPS[s.colors][plane] for plane, s in zip(indices, per_map, strict=True)])
    sheet = painted.reshape(*shape, 3).transpose(0, 2, 1, 3, 4)
    return rgb8_png(sheet.reshape(lines * rows, columns * cols, 3))


def to_rgb8(photo: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A photo (3 or 1, rows, cols) of 0..1 as 8-bit pixels (rows, cols, 3); values outside are cut."""
    scaled = np.clip(photo, 0.0, 1.0) * 255 + 0.5
    pixels = scaled.astype(np.uint8).transpose(1, 2, 0)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def rgb_png(photo: NDArray[np.float32]) -> bytes:
    """A photo (3, rows, cols) of 0..1 in its own colours."""
    return rgb8_png(to_rgb8(photo))
