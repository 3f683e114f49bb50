"""How a receptive field grows with depth, and how unevenly a cell's weight is spread over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.i18n import Language
from app.rendering.maps import map_png
from app.rendering.png import data_url
from app.rendering.scale import choose_scale
from app.web.pages.view_query import kept, number_of

WIDTH, HEIGHT, LOW = 440.0, 220.0, 1.0
COUNTED = 100_000  # pixels of a row
DRAWN = 255  # a wider field is not drawn cell by cell
LIMITS = {"layers": (10, 1, 12), "width": (3, 2, 7), "pace": (1, 1, 3), "holes": (1, 1, 4)}  # usual, from, to
COMPARED = {"plain": (1, 1, False), "pace": (2, 1, False), "holes": (1, 2, False), "doubled": (1, 1, True)}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Depth:
    """The field behind one more layer, along an axis: its pixels, its jump, and how many of them are read."""

    layer: int
    size: int
    jump: int
    read: int | None  # not counted in a very wide field


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The chosen layers' fields by depth beside four plain choices, and the weight in the last one."""
    numbers = {
        name: int(min(max(_finite(number_of(query, name, usual), usual), low), high))
        for name, (usual, low, high) in LIMITS.items()
    }
    doubled = query.get("doubled") == "true"
    layers, width, pace, holes = numbers.values()
    table = [_depth(n, width, pace, holes, doubled) for n in range(1, layers + 1)]
    curves = {name: [field(n, 3, *one)[0] for n in range(layers + 1)] for name, one in COMPARED.items()}
    mine = [1, *(one.size for one in table)]
    top = float(2 ** np.ceil(np.log2(max(max(curve) for curve in (*curves.values(), mine)))))
    return {
        **numbers, "doubled": doubled, "limits": LIMITS, "kept": kept(query), "table": table,
        "chart": [(name, _line(curve, top)) for name, curve in curves.items()], "mine": _line(mine, top),
        "marks": [_point(n, size, layers, top) for n, size in enumerate(mine)],
        "ticks": [(_height(2.0**power, top), 2**power) for power in range(0, int(np.log2(top)) + 1, 2)],
        "w": WIDTH, "h": HEIGHT, "last": table[-1],
        "effective": _effective(weights(layers, width, pace, holes, doubled)) if table[-1].size <= DRAWN else None,
    }  # fmt: skip


def dilation(layer: int, holes: int, doubled: bool) -> int:
    """The dilation of a layer, counted from 0: always the same, or twice that of the layer before."""
    return int(holes * 2**layer) if doubled else holes


def field(layers: int, width: int, pace: int, holes: int, doubled: bool = False) -> tuple[int, int]:
    """Size and jump of the field behind equal layers: r += d (k − 1) j, j *= s."""
    size, jump = 1, 1
    for layer in range(layers):
        size += dilation(layer, holes, doubled) * (width - 1) * jump
        jump *= pace
    return size, jump


def weights(layers: int, width: int, pace: int, holes: int, doubled: bool = False) -> Floats:
    """In how many ways each pixel of a row reaches the cell behind layers whose kernels are all ones."""
    row: Floats = np.ones(1)
    for layer in reversed(range(layers)):
        spread = np.zeros((len(row) - 1) * pace + 1)
        spread[::pace] = row
        step = dilation(layer, holes, doubled)
        row = np.zeros(len(spread) + (width - 1) * step)
        for cell in range(width):
            row[cell * step : cell * step + len(spread)] += spread
    return row


def _depth(layers: int, width: int, pace: int, holes: int, doubled: bool) -> Depth:
    size, jump = field(layers, width, pace, holes, doubled)
    read = int(np.count_nonzero(weights(layers, width, pace, holes, doubled))) if size <= COUNTED else None
    return Depth(layers, size, jump, read)


def _effective(row: Floats) -> Mapping[str, Any]:
    """The weight of every pixel as a picture, and how few of them hold half of it."""
    plane = np.outer(row, row)
    order = np.sort(plane.ravel())[::-1]
    share = np.cumsum(order) / order.sum()
    half, most = int(np.argmax(share >= 0.5 - 1e-12)) + 1, int(np.argmax(share >= 0.95 - 1e-12)) + 1
    held = np.zeros(plane.size, bool)
    held[np.argsort(-plane, axis=None, kind="stable")[:half]] = True
    places = np.arange(len(row)) - (len(row) - 1) / 2
    return {
        "size": len(row), "cells": plane.size, "half": half, "most": most,
        "ratio": float(plane.max() / plane[0, 0]), "sigma": float(np.sqrt(np.square(places) @ row / row.sum())),
        "weights": _png(plane / plane.max(), "sequential"), "read": _png((plane > 0).astype(float), "gray"),
        "border": _border(held.reshape(plane.shape)),
    }  # fmt: skip


def _png(plane: Floats, colors: Any) -> str:
    return data_url(map_png(plane.astype(np.float32), choose_scale(0.0, 1.0, colors)))


def _border(held: NDArray[np.bool_]) -> str:
    """The outline of the marked cells as a path, one unit a cell."""
    wide = np.pad(held, 1)
    down, right = np.nonzero(wide[1:] != wide[:-1]), np.nonzero(wide[:, 1:] != wide[:, :-1])
    level = "".join(f"M{col - 1} {row}h1" for row, col in zip(*down, strict=True))
    return level + "".join(f"M{col} {row - 1}v1" for row, col in zip(*right, strict=True))


def _height(size: float, top: float) -> float:
    return round(HEIGHT * (1 - float(np.log2(size / LOW) / np.log2(top / LOW))), 1)


def _point(layer: int, size: float, layers: int, top: float) -> tuple[float, float]:
    return round(WIDTH * layer / layers, 1), _height(size, top)


def _line(sizes: list[int], top: float) -> str:
    return " ".join(
        f"{x},{y}" for x, y in (_point(n, one, len(sizes) - 1, top) for n, one in enumerate(sizes))
    )


def _finite(number: float, usual: float) -> float:
    return number if np.isfinite(number) else usual
