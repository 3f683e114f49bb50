"""What a kernel lets through: its frequency response as a picture and along a row, its sum, rank and factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import NotationError
from app.explorer import Explorer
from app.i18n import Language
from app.kernels.facts import facts, frequency_response
from app.kernels.registry import KERNELS, make
from app.layers.kernel_bank import KernelSpec
from app.layers.registry import parse_stack
from app.rendering.curve import Plot, curve_path
from app.rendering.maps import map_png
from app.rendering.png import data_url
from app.rendering.scale import choose_scale
from app.web.pages.swatches import Drawn
from app.web.pages.view_query import kept

DEMONSTRATION = KernelSpec("gaussian", (("size", 13), ("sigma", 2.0)))
SIZE, WIDTH, HEIGHT = 64, 320.0, 160.0
STEPS = 65  # of the curve, from f = 0 to f = 1/2
NEGLIGIBLE = 1e-9  # of a response's largest magnitude

Complexes = NDArray[np.complex128]


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The kernel that the query names, or that of the demonstration above."""
    chosen = query.get("kernel", "") if query.get("kernel") in KERNELS else ""
    name, kernel = (chosen, make(chosen)) if chosen else _shown(explorer, query.get("stack", ""))
    known = facts(kernel)
    response = along_row(kernel)
    most = max(1.0, float(np.ceil(np.abs(response).max() * 4) / 4))
    low = min(0.0, float(min(response.real.min(), response.imag.min())))
    plot = Plot(0, 0.5, -most if low < -0.01 * most else 0, most, WIDTH, HEIGHT)
    return {
        "chosen": chosen, "kernels": tuple(KERNELS), "name": name, "kernel": Drawn(kernel), "facts": known,
        "cells": kernel.size, "few": sum(kernel.shape), "kept": kept(query),
        "column": Drawn(np.array(known.column)[:, None]) if known.column else None,
        "row": Drawn(np.array(known.row)[None, :]) if known.row else None,
        "picture": _picture(kernel), "most": float(frequency_response(kernel, SIZE).max()),
        "width": WIDTH, "height": HEIGHT, "axes": plot.axes, "zero": plot.point(0, 0)[1],
        "low": plot.bottom, "top": most,
        "lines": [
            (part, curve_path(list(zip(np.linspace(0, 0.5, STEPS).tolist(), line.tolist(), strict=True)), plot))
            for part, line in (("real", response.real), ("imaginary", response.imag))
            if np.abs(line).max() > NEGLIGIBLE * np.abs(response).max() or (part == "real" and not response.any())
        ],
        "ends": [(f, float(abs(one)), float(one.real), float(one.imag)) for f, one in
                 ((0.0, response[0]), (0.25, response[STEPS // 2]), (0.5, response[-1]))],
    }  # fmt: skip


def along_row(kernel: NDArray[np.float64]) -> Complexes:
    """The response to waves that run along the rows, f = 0 to 1/2 cycles a cell, places counted from the middle."""
    line = kernel.sum(axis=0)
    places = np.arange(len(line)) - (len(line) - 1) / 2
    found: Complexes = np.exp(-2j * np.pi * np.outer(np.linspace(0, 0.5, STEPS), places)) @ line
    size = np.abs(line).sum()
    clean: Complexes = np.where(np.abs(found.real) > NEGLIGIBLE * size, found.real, 0.0) + 1j * np.where(
        np.abs(found.imag) > NEGLIGIBLE * size, found.imag, 0.0
    )
    return clean


def _shown(explorer: Explorer, stack: str) -> tuple[str, NDArray[np.float64]]:
    """The first kernel made by hand in a stack; the demonstration's own where there is none."""
    spec = DEMONSTRATION
    try:
        layers = parse_stack(stack, explorer.tensors).layers
    except NotationError:
        layers = ()
    for layer in layers:
        specs = getattr(layer, "kernels", ())
        if specs:
            spec = specs[0]
            break
    return spec.text, spec.slices[0]


def _picture(kernel: NDArray[np.float64]) -> str:
    """The magnitude of the response, zero frequency in the middle, as a picture in an address of its own."""
    plane = frequency_response(kernel, SIZE).astype(np.float32)
    return data_url(map_png(plane, choose_scale(0.0, float(plane.max()) or 1.0, "sequential")))
