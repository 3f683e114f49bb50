"""The three stages in numbers with each detector, and why the middle one stays: without it two kernels are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.statistics import Statistics
from app.domain.errors import NotationError
from app.engine.trace import require
from app.explorer import Explorer, Scene
from app.explorer.comparison import Pair, compare_scenes
from app.i18n import Language
from app.layers.conv import Conv
from app.layers.registry import parse_stack
from app.rendering.curve import Plot, curve_path
from app.web.language import say_in
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.side_by_side import common_scale, difference_of, joined, panel
from app.web.pages.swatches import Drawn
from app.web.pages.view_form import Field, Form, changed

SIDE, WIDTH, HEIGHT, STEPS = 64, 132.0, 88.0, 67
CONV, POOL = "conv(sobel_x,padding=same,mode=reflect)", "maxpool(2)"
DETECTORS = ("relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh", "abs", "none")
KERNELS = ("gaussian(size=3)", "box", "sobel_x", "sobel_y", "laplacian4", "sharpen")
FORM = (
    Field("one", "choice", KERNELS[0], choices=KERNELS, role="k", plain=True),
    Field("two", "choice", "sobel_x", choices=KERNELS, role="k", plain=True),
    Field("between", "choice", "none", choices=("none", "relu", "tanh")),
)

Exact = NDArray[np.float64]


@dataclass(frozen=True)
class Detector:
    """A function between convolution and pooling: its curve over the map's own values, and where it leads."""

    name: str
    url: str
    chosen: bool
    curve: str
    axes: str


@dataclass(frozen=True)
class StageNumbers:
    """What a stage made of the one before."""

    name: str
    shape: tuple[int, int]
    numbers: Statistics


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The live scene's stages with another detector each, and two kernels made one."""
    say = say_in(lang)
    conv, chosen, pool = _parts(explorer, query.get("stack", ""))
    image = query.get("image") or FIRST_IMAGE
    trace = explorer.trace(
        Scene(image, joined("gray", conv, chosen if chosen != "none" else "", pool), SIDE, "crop")
    )
    stages = [require(trace, at) for at in range(2, len(trace.stack.layers) + 1)]
    most = float(np.abs(stages[0].maps).max()) or 1.0
    names = ["convolution", *(["detector"] if chosen != "none" else []), *(["pooling"] if pool else [])]
    return {
        "stages": [
            StageNumbers(name, stage.shape[1:], stage.statistics)
            for name, stage in zip(names, stages, strict=False)
        ],
        "detectors": [_detector(query, name, name == chosen, conv, pool, most) for name in DETECTORS],
        "most": most, "width": WIDTH, "height": HEIGHT,
        **_collapse(explorer, image, Form(query, FORM, lambda name: say(f"course_stages.{name}"))),
    }  # fmt: skip


def full_kernel(one: Exact, two: Exact) -> Exact:
    """The kernel that does what two do one after the other: their full convolution, k = k1 + k2 − 1."""
    rows, cols = (a + b - 1 for a, b in zip(one.shape, two.shape, strict=True))
    merged = np.zeros((rows, cols))
    for (row, col), weight in np.ndenumerate(two):
        merged[row : row + one.shape[0], col : col + one.shape[1]] += weight * one
    return merged


def _parts(explorer: Explorer, stack: str) -> tuple[str, str, str]:
    """Convolution, detector and pooling of the live scene, as the learner has set them."""
    try:
        layers = parse_stack(stack, explorer.tensors).layers if stack else ()
    except NotationError:
        layers = ()
    convs = [one.text for one in layers if one.group == "convolution"]
    pools = [one.text for one in layers if one.group == "pooling"]
    between = [one.kind for one in layers if one.kind in DETECTORS]
    if not convs:
        return CONV, "relu", POOL
    return convs[0], between[0] if between else "none", pools[0] if pools else ""


def _detector(
    query: Mapping[str, str], name: str, chosen: bool, conv: str, pool: str, most: float
) -> Detector:
    across = np.linspace(-most, most, STEPS)
    layers = () if name == "none" else parse_stack(name).layers
    made = across.astype(np.float32).reshape(1, 1, -1)
    for layer in layers:
        made = layer.forward(made)
    plot = Plot(-most, most, -most, most, WIDTH, HEIGHT)
    stack = joined("gray", conv, "" if name == "none" else name, pool)
    points = list(zip(across.tolist(), made.ravel().tolist(), strict=True))
    return Detector(name, changed(query, "stages", stack=stack), chosen, curve_path(points, plot), plot.axes)


def _collapse(explorer: Explorer, image: str, form: Form) -> Mapping[str, Any]:
    """Two kernels in a row beside the single one of both, with or without a detector between."""
    between = form.chosen("between")
    merged = full_kernel(*(_numbers(form.chosen(name)) for name in ("one", "two")))
    written = "[" + ";".join(",".join(repr(round(v, 9)) for v in row) for row in merged.tolist()) + "]"
    lines = [f"conv({form.chosen(name)})" for name in ("one", "two")]
    first = joined("gray", lines[0], "" if between == "none" else between, lines[1])
    second = joined("gray", f"conv({written})")
    both = compare_scenes(
        explorer, Pair(Scene(image, first, SIDE, "crop"), Scene(image, second, SIDE, "crop"))
    )
    maps = [require(trace, len(trace.stack.layers)).maps[0] for trace in (both.trace, both.other)]
    scale = common_scale(*maps)
    return {
        "fields": form.filled, "merged": Drawn(merged), "found": both.found, "line": first, "between": between,
        "sides": (panel("two", maps[0], scale), panel("single", maps[1], scale), difference_of(both.found)),
    }  # fmt: skip


def _numbers(kernel: str) -> Exact:
    """A kernel of the list, by its text."""
    [layer] = parse_stack(f"conv({kernel})").layers
    assert isinstance(layer, Conv)
    return np.asarray(layer.kernels[0].slices[0], np.float64)
