"""The photo with a cell's field at every stage as one self-contained SVG of nested frames."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape  # nosec B406  # it writes, and reads nothing

import numpy as np
from numpy.typing import NDArray

from app.domain.fields import Box, Cells
from app.rendering.colormaps import Rgb, hex_color
from app.rendering.overlay_geometry import (
    CELL_MARK,
    FIELD_MARK,
    HALO,
    PAD,
    WELL,
    Canvas,
    canvas_for,
    copies,
    holes,
)
from app.rendering.png import data_url, rgb8_png

_BORDER = 4
_LINE = 20  # px a line of labels
_INK = "#17191e"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class StageBox:
    """A stage's name, its (rows, cols) and the box on it, in its own cells."""

    label: str
    shape: tuple[int, int]
    box: Box


def overlay_svg(
    photo: NDArray[np.uint8],
    stages: Sequence[StageBox],
    cells: Cells | None = None,
    title: str = "",
    description: str = "",
) -> str:
    """The photo (rows, cols, 3) with a frame for each stage's box, photo first, the cell itself last.

    Frames of later stages are drawn where their cells lie on the photo by the ratio of the sizes. `cells`
    are the photo's cells really read. Every box stands in data attributes too, both ends included.
    """
    rows, cols, _ = photo.shape
    canvas = canvas_for(rows, cols, stages[0].box)
    k, view = canvas.factor, canvas.view
    width = view.cols.size * k + 2 * _BORDER
    height = view.rows.size * k + 2 * _BORDER
    total = height + _LINE * len(stages)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}"'
        f' height="{total}" role="img" aria-labelledby="overlay-title overlay-desc">',
        f'<title id="overlay-title">{_text(title)}</title>',
        f'<desc id="overlay-desc">{_text(description)}</desc>',
        _pattern("overlay-pad", PAD),
        _pattern("overlay-field", FIELD_MARK),
        f'<rect width="{width}" height="{total}" fill="{hex_color(WELL)}"/>',
        f'<g transform="translate({_BORDER - view.cols.first * k} {_BORDER - view.rows.first * k})">',
        _margin(canvas),
        f'<image width="{cols * k}" height="{rows * k}" image-rendering="pixelated"'
        f' preserveAspectRatio="none" href="{data_url(rgb8_png(photo))}"/>',
        _fill(holes(canvas, cells), k, HALO, 0.6),
        _fill(copies(canvas, cells), k, FIELD_MARK, 0.35),
        *(_stage(canvas, i, stage, i == len(stages) - 1) for i, stage in enumerate(stages)),
        "</g>",
        *(_label(i, stage, height, i == len(stages) - 1) for i, stage in enumerate(stages)),
        "</svg>",
    ]
    return "".join(parts)


def _pattern(name: str, color: Rgb) -> str:
    return (
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><path d="M1 0V6" stroke="{hex_color(color)}" stroke-width="2"/>'
        "</pattern>"
    )


def _margin(canvas: Canvas) -> str:
    """The hatched padding; the photo is drawn over its middle."""
    parts = [_rect(canvas.view, canvas.factor, 'fill="url(#overlay-pad)"')]
    if canvas.field is not None:
        ground = hex_color(WELL)
        parts += [
            _rect(canvas.field, canvas.factor, f'fill="{ground}"'),
            _rect(canvas.field, canvas.factor, 'fill="url(#overlay-field)"'),
        ]
    return "".join(parts)


def _rect(box: Box, factor: int, attributes: str) -> str:
    return (
        f'<rect x="{box.cols.first * factor}" y="{box.rows.first * factor}" width="{box.cols.size * factor}"'
        f' height="{box.rows.size * factor}" {attributes}/>'
    )


def _fill(boxes: Iterable[Box], factor: int, color: Rgb, opacity: float) -> str:
    """Boxes as one path, so that where they overlap the colour is laid on once."""
    path = "".join(
        f"M{box.cols.first * factor} {box.rows.first * factor}h{box.cols.size * factor}"
        f"v{box.rows.size * factor}h{-box.cols.size * factor}z"
        for box in boxes
    )
    return f'<path d="{path}" fill="{hex_color(color)}" fill-opacity="{opacity}"/>' if path else ""


def _stage(canvas: Canvas, index: int, stage: StageBox, last: bool) -> str:
    """One stage's frame with a halo; bold for the field in the photo and for the cell, fine between."""
    box = stage.box
    place = (
        f'data-stage="{index}" data-top="{box.rows.first}" data-left="{box.cols.first}"'
        f' data-bottom="{box.rows.last}" data-right="{box.cols.last}"'
    )
    drawn = _on_photo(canvas, stage)
    if drawn is None:
        return f"<g {place}><title>{_text(stage.label)}</title></g>"
    left, top, right, bottom = drawn
    color, width = (CELL_MARK, 2.0) if last else (FIELD_MARK, 2.0 if index == 0 else 1.0)
    frame = f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" fill="none"'
    return (
        f"<g {place}><title>{_text(stage.label)}</title>"
        f'{frame} stroke="{hex_color(HALO)}" stroke-width="{width + 2:g}" stroke-opacity="0.8"/>'
        f'{frame} stroke="{hex_color(color)}" stroke-width="{width:g}"/></g>'
    )


def _on_photo(canvas: Canvas, stage: StageBox) -> tuple[float, float, float, float] | None:
    """left, top, right, bottom in pixels of the enlarged photo, cut to the view; None if nothing is."""
    if not stage.box.rows.size or not stage.box.cols.size:
        return None
    down, across = canvas.rows / stage.shape[0], canvas.cols / stage.shape[1]
    rows, cols, k = canvas.view.rows, canvas.view.cols, canvas.factor
    left = max(stage.box.cols.first * across, cols.first)
    top = max(stage.box.rows.first * down, rows.first)
    right = min((stage.box.cols.last + 1) * across, cols.last + 1)
    bottom = min((stage.box.rows.last + 1) * down, rows.last + 1)
    if left >= right or top >= bottom:
        return None
    return round(left * k, 2), round(top * k, 2), round(right * k, 2), round(bottom * k, 2)


def _label(index: int, stage: StageBox, height: int, last: bool) -> str:
    y = height + _LINE * index
    color = hex_color(CELL_MARK if last else FIELD_MARK)
    return (
        f'<rect x="{_BORDER}" y="{y + 4}" width="10" height="10" fill="{hex_color(HALO)}" stroke="{color}"'
        f' stroke-width="{1 if index > 0 and not last else 2}"/>'
        f'<text x="{_BORDER + 18}" y="{y + 14}" font-family="system-ui, sans-serif" font-size="13"'
        f' fill="{_INK}">'
        f"{_text(stage.label)}</text>"
    )


def _text(text: str) -> str:
    """Text for XML: markup escaped, characters that XML 1.0 forbids left out."""
    return escape(_FORBIDDEN.sub("", text))
