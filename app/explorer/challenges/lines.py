"""Challenges on a stack's line: only horizontal edges, a field of 31, a blur undone, blind to a shift."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.domain.errors import UserError
from app.engine.cells import Place, boxes
from app.engine.trace import Trace
from app.explorer.challenges.verdict import Finding, Floats, Verdict, behind, last_maps, traced
from app.explorer.explorer import Explorer
from app.layers.conv import Conv

NOTHING = 1e-6  # what counts as no answer
CLEARLY = 0.5  # an answer to an edge
FIELD, LEAST_SIDE, FEWEST = 31, 16, 18_432  # found by an exhaustive search over all stacks the task allows
SILVER_ADDS = 40_000
BLUR = "gray|conv(gaussian,padding=same,mode=reflect)"
BLUR_MEDALS = (
    ("gold", 0.55),
    ("silver", 0.61),
    ("bronze", 0.70),
)  # of the blur's own distance to the grey photo
EDGE, FLAT = "pattern(edge,size=16)", "grid([" + ";".join([",".join(["0.5"] * 16)] * 16) + "])"
SHAPES = ("pattern(circle,size=64)", "pattern(bar,size=64)", "pattern(impulse,size=64)")
TOLD_APART, STEADY, LEAST_CELLS = 0.01, 0.10, 8


def horizontal_edges(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """The last map is silent on a vertical edge and on a plain area, and answers to a horizontal edge.

    Cells whose field reaches over the border are left out: there padding answers, not the picture.
    """
    stack = given.get("stack", "")
    upright = _largest_inside(traced(explorer, EDGE, stack))
    flat = _largest_inside(traced(explorer, FLAT, stack))
    lying = _largest_inside(traced(explorer, EDGE, behind("rotate(90)", stack)))
    return Verdict(
        (
            Finding("vertical_silent", upright <= NOTHING, {"value": upright}),
            Finding("flat_silent", flat <= NOTHING, {"value": flat}),
            Finding("horizontal_heard", lying >= CLEARLY, {"value": lying}),
        )
    )


def _largest_inside(trace: Trace) -> float:
    """The largest size of a last cell that sees nothing beyond the border."""
    _, rows, cols = trace.stages[-1].shape
    last = len(trace.stages) - 1

    def whole(row: int, col: int) -> bool:
        return not any(box.clipped for box in boxes(trace, Place(last, 0, row, col)))

    inside = [(row, col) for row in range(rows) for col in range(cols) if whole(row, col)]
    if not inside:
        raise UserError("challenge_no_inside")
    maps = last_maps(trace)
    return max(float(np.abs(maps[:, row, col]).max()) for row, col in inside)


def field_31(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """Convolutions only, on 64 × 64, whose last cell sees exactly 31 × 31; the fewer multiply-adds the better."""
    trace = traced(explorer, "cat-chelsea", given.get("stack", ""), 64, "crop")
    layers = trace.stack.layers
    allowed = bool(layers) and layers[0].kind == "gray" and len(layers) > 1
    allowed = allowed and all(isinstance(layer, Conv) and _is_plain(layer) for layer in layers[1:])
    _, rows, cols = trace.stages[-1].shape
    size = trace.field(len(layers)).size
    adds = sum(layer.multiply_adds(trace.stages[at].shape) for at, layer in enumerate(layers) if at)
    findings = (
        Finding("only_plain_convolutions", allowed, {}),
        Finding("map_large_enough", min(rows, cols) >= LEAST_SIDE, {"rows": rows, "cols": cols}),
        Finding("field_is_31", size == (FIELD, FIELD), {"rows": size[0], "cols": size[1]}),
    )
    medal = "gold" if adds <= FEWEST else "silver" if adds <= SILVER_ADDS else "bronze"
    return Verdict(findings, medal, adds)


def _is_plain(layer: Conv) -> bool:
    """One square odd kernel of 3 or more, no dilation, padding same, a stride of at most its size."""
    (rows, cols), (down, right) = layer.kernel_size, layer.stride
    return (
        len(layer.kernels) == 1
        and rows == cols >= 3
        and rows % 2 == 1
        and down == right <= rows
        and layer.dilation == (1, 1)
        and layer.padding == "same"
    )


def undo_blur(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """Layers behind a Gaussian blur bring the cat nearer to what it was, by root mean squared error."""
    tail = given.get("stack", "").strip()
    sharp = last_maps(traced(explorer, "cat-chelsea", "gray", 64, "crop"))
    blurred = last_maps(traced(explorer, "cat-chelsea", BLUR, 64, "crop"))
    line = tail if tail.startswith(BLUR) else f"{BLUR}|{tail}" if tail else BLUR
    undone = last_maps(traced(explorer, "cat-chelsea", line, 64, "crop"))
    if undone.shape != sharp.shape:
        return Verdict((Finding("same_size", False, {"rows": undone.shape[1], "cols": undone.shape[2]}),))
    share = _distance(undone, sharp) / _distance(blurred, sharp)
    medal = next((name for name, limit in BLUR_MEDALS if share <= limit), "")
    return Verdict((Finding("nearer", bool(medal), {"share": share}),), medal, share)


def _distance(one: Floats, other: Floats) -> float:
    return float(np.sqrt(np.mean((one - other) ** 2)))


def blind_whole(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """The answer to a circle does not notice a shift by a pixel, yet tells circle, bar and point apart."""
    stack = given.get("stack", "")
    circle, bar, point = (last_maps(traced(explorer, shape, stack)) for shape in SHAPES)
    moved = last_maps(traced(explorer, SHAPES[0], behind("shift(0,1)", stack)))
    change = float(np.abs(moved - circle).max())
    apart = min(float(np.abs(a - b).max()) for a, b in ((circle, bar), (bar, point), (circle, point)))
    return Verdict(
        (
            Finding("shift_unnoticed", change <= NOTHING, {"value": change}),
            Finding("shapes_told_apart", apart >= TOLD_APART, {"value": apart}),
        )
    )


def blind_map(explorer: Explorer, given: Mapping[str, str]) -> Verdict:
    """A map of 8 × 8 cells or more that changes by a tenth of its range at most when the cat moves a pixel."""
    stack = given.get("stack", "")
    still = last_maps(traced(explorer, "cat-chelsea", stack, 64, "crop"))
    moved = last_maps(traced(explorer, "cat-chelsea", behind("shift(0,1)", stack), 64, "crop"))
    _, rows, cols = still.shape
    large = Finding("map_large_enough_8", min(rows, cols) >= LEAST_CELLS, {"rows": rows, "cols": cols})
    reach = float(np.ptp(still))
    if not large.holds or reach < NOTHING:
        return Verdict((large, Finding("map_says_something", reach >= NOTHING, {"value": reach})))
    share = float(np.abs(moved - still)[:, :, 1:].max()) / reach
    return Verdict((large, Finding("hardly_changes", share <= STEADY, {"share": share})), score=share)
