"""The page's geometry equals the core's: windows, boxes and exact cells, on random stacks."""

from __future__ import annotations

import json
import random
from itertools import accumulate
from typing import Any

import pytest

from app.domain.fields import Box, Cells, Plane, Turned, Window, pull_back, pull_cells
from app.domain.windows import (
    PADDING_MODES,
    AxisWindow,
    Bilinear,
    Shares,
    Sliding,
    Span,
    Transposed,
    describe,
)

pytestmark = pytest.mark.browser

PAGE = b"<!doctype html><title>geometry</title><script type=module src=/static/js/fields.js></script>"
RUN = """async (cases) => {
  const fields = await import('/static/js/fields.js');
  return cases.map(({windows, box, cells, start}) => ({
    back: fields.pullBack(windows, box), cells: fields.pullCells(windows, cells), forward: fields.pushForward(windows, start),
  }));
}"""
AXES = """async (cases) => {
  const axis = await import('/static/js/windows.js');
  return cases.map(({w, outputs}) => ({
    taps: outputs.map((o) => axis.taps(w, o)), kernel: outputs.map((o) => axis.kernelTaps(w, o)),
    source: Array.from({length: 3 * w.inputs}, (_, i) => axis.source(w, i - w.inputs)),
  }));
}"""


def axis(rng: random.Random, inputs: int) -> AxisWindow:
    kind = rng.choice(["sliding", "sliding", "sliding", "transposed", "shares", "bilinear", "pad"])
    stride, dilation = rng.randint(1, 4), rng.randint(1, 3)
    if kind in ("sliding", "pad"):
        mode = rng.choice(PADDING_MODES)
        before, after = (rng.randint(0, 3), rng.randint(0, 3)) if inputs > 3 else (0, 0)
        size = rng.randint(1, max(1, min(5, (inputs - 1) // dilation)))
        room = inputs + before + after - dilation * (size - 1) - 1
        return Sliding(inputs, room // stride + 1, size, stride, dilation, before, mode)
    if kind == "transposed":
        size = rng.randint(1, 4)
        before = rng.randint(0, min(1, dilation * (size - 1)))
        outputs = (inputs - 1) * stride - 2 * before + dilation * (size - 1) + 1
        return Transposed(inputs, max(1, outputs), size, stride, dilation, before)
    outputs = rng.randint(1, 2 * inputs)
    return Shares(inputs, outputs) if kind == "shares" else Bilinear(inputs, outputs)


def stack(rng: random.Random) -> tuple[list[Window], list[tuple[int, int]]]:
    shapes = [(rng.randint(4, 40), rng.randint(4, 40))]
    windows: list[Window] = []
    for _ in range(rng.randint(1, 6)):
        rows, cols = shapes[-1]
        if max(rows, cols) > 200:
            break
        if rng.random() < 0.15:
            turned = Turned(rows, cols, rng.choice([0.0, 90.0, 180.0, 270.0, -90.0, 30.0, 12.5]))
            windows.append(turned)
            shapes.append(turned.output)
        else:
            plane = Plane(axis(rng, rows), axis(rng, cols))
            windows.append(plane)
            shapes.append((plane.rows.outputs, plane.cols.outputs))
    return windows, shapes


def window_data(window: Window) -> dict[str, Any]:
    if isinstance(window, Turned):
        return {"turned": {"rows": window.rows, "cols": window.cols, "degrees": window.degrees}}
    assert isinstance(window, Plane)
    return {"rows": describe(window.rows), "cols": describe(window.cols)}


def box_data(box: Box) -> dict[str, list[int]]:
    return {"rows": [box.rows.first, box.rows.last], "cols": [box.cols.first, box.cols.last]}


def normal(box: dict[str, list[int]]) -> dict[str, Any]:
    """An empty span is empty whatever its ends; -0 is 0."""
    return {key: [int(v) for v in span] if span[0] <= span[1] else "empty" for key, span in box.items()}


def test_the_pages_boxes_and_cells_are_the_cores_on_random_stacks(open_page: Any) -> None:
    rng = random.Random(7)
    cases, expected = [], []
    for _ in range(400):
        windows, shapes = stack(rng)
        row, col = rng.randrange(shapes[-1][0]), rng.randrange(shapes[-1][1])
        first = Box.cell(rng.randrange(shapes[0][0]), rng.randrange(shapes[0][1]))
        cell = Box.cell(row, col)
        cases.append(
            {
                "windows": [window_data(w) for w in windows],
                "box": box_data(cell),
                "cells": {"rows": [row], "cols": [col]},
                "start": box_data(first),
            }
        )
        expected.append(
            {
                "back": [normal(box_data(b)) for b in pull_back(windows, cell)],
                "cells": [
                    {"rows": list(c.rows), "cols": list(c.cols)}
                    for c in pull_cells(windows, Cells((row,), (col,)))
                ],
                "forward": [
                    normal(box_data(b))
                    for b in accumulate(windows, lambda box, window: window.push(box), initial=first)
                ],
            }
        )
    found = open_page({"/": ("text/html", PAGE)}).evaluate(RUN, cases)
    for case, want, got in zip(cases, expected, found, strict=True):
        got["back"] = [normal(b) for b in got["back"]]
        got["forward"] = [normal(b) for b in got["forward"]]
        assert want == got, json.dumps(case)


def test_the_pages_taps_and_sources_are_the_cores(open_page: Any) -> None:
    rng = random.Random(11)
    axes = [axis(rng, rng.randint(4, 30)) for _ in range(300)]
    outputs = [[0, w.outputs // 2, w.outputs - 1] for w in axes]
    cases = [{"w": describe(w), "outputs": o} for w, o in zip(axes, outputs, strict=True)]
    found = open_page({"/": ("text/html", PAGE)}).evaluate(AXES, cases)
    for window, where, got in zip(axes, outputs, found, strict=True):
        assert [list(window.taps(o)) for o in where] == got["taps"], window
        assert [window.source(i - window.inputs) for i in range(3 * window.inputs)] == got["source"], window
        if isinstance(window, Transposed):
            assert [list(window.kernel_taps(o)) for o in where] == got["kernel"], window


def test_runs_join_neighbours(open_page: Any) -> None:
    page = open_page({"/": ("text/html", PAGE)})
    found = page.evaluate("async () => (await import('/static/js/fields.js')).runs([0, 1, 2, 5, 7, 8])")
    assert [[0, 2], [5, 5], [7, 8]] == found
    assert Span(0, 2).size == 3
