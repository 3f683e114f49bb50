"""The pictures of a stage's maps on a page: small ones stand in the page itself, the others at their addresses.

A page of small maps would else be a dozen requests for every move of a slider, each dearer than its picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.trace import Trace
from app.explorer import Shade, scale_of
from app.rendering.maps import atlas_grid, map_png, thumbnail, thumbnail_size, thumbnail_step
from app.rendering.png import data_url
from app.web.addresses import Addresses

INLINE_CELLS = 128 * 128  # most pixels of pictures that stand in the page: about 10 kB
SMALL_MAPS = 12  # of a bank, shown beside the open one
SMALL_SIDE = 64  # pixels: they are shown at about 60


@dataclass(frozen=True)
class SmallMap:
    """One map of a bank: its channel and name, its picture or where its upper left pixel is on the sheet, and a
    lone cell's value.
    """

    channel: int
    name: str
    is_open: bool
    picture: str
    row: int
    col: int
    value: float | None


@dataclass(frozen=True)
class SmallMaps:
    """Some maps of a stage in small, of `rows` x `cols` pixels each; `sheet` has them all, where they are many."""

    maps: tuple[SmallMap, ...]
    rows: int
    cols: int
    sheet: str
    width: int
    height: int


def open_map(
    trace: Trace, stage: int, channel: int, shade: Shade, addresses: Addresses, side: int | None = None
) -> str:
    """The address of a map's picture, which may hold the picture itself.

    Where it is shown in at most `side` pixels, it holds one cell in n: what a screen would show of the whole.
    """
    plane = trace.stages[stage].maps[channel]
    if side:
        plane = thumbnail(plane, side)
    elif plane.size > INLINE_CELLS:
        return addresses.map(stage, channel)
    return data_url(map_png(plane, scale_of(trace, stage, channel, shade)))


def small_maps(
    trace: Trace, stage: int, channel: int, shade: Shade, addresses: Addresses, names: Sequence[str]
) -> SmallMaps | None:
    """The maps around the open one in small; None where it is the only one."""
    found = trace.stages[stage]
    count = found.shape[0]
    if count == 1:
        return None
    rows, cols = thumbnail_size(*found.shape[1:], SMALL_SIDE)
    across, down = atlas_grid(count, rows, cols)
    inline = count * rows * cols <= INLINE_CELLS
    step = thumbnail_step(*found.shape[1:], SMALL_SIDE)

    def picture(c: int) -> str:
        return data_url(map_png(found.maps[c, ::step, ::step], scale_of(trace, stage, c, shade)))

    first = min(max(0, channel - SMALL_MAPS // 2), max(0, count - SMALL_MAPS))
    short = _told_apart(names)
    maps = tuple(
        SmallMap(
            channel=c,
            name=short[c],
            is_open=c == channel,
            picture=picture(c) if inline else "",
            row=c // across * rows,
            col=c % across * cols,
            value=float(found.maps[c, 0, 0]) if found.shape[1:] == (1, 1) else None,
        )
        for c in range(first, min(count, first + SMALL_MAPS))
    )
    sheet = "" if inline else addresses.atlas(stage, SMALL_SIDE)
    return SmallMaps(maps, rows, cols, sheet, across * cols, down * rows)


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names without the leading words that all share, so that a narrow label shows what differs."""
    words = [name.split() for name in names]
    shared = 0
    while all(len(name) > shared + 1 for name in words) and len({name[shared] for name in words}) == 1:
        shared += 1
    return [" ".join(name[shared:]) for name in words]
