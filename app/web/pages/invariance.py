"""How much of a map changes when the photo moves by a pixel, before and after pooling, and what pooling saves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.engine.compare import Comparison
from app.engine.reading import Fit
from app.engine.trace import require
from app.explorer import Explorer, Scene
from app.explorer.comparison import Pair, compare_scenes
from app.layers.registry import parse_stack
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.side_by_side import Measured, common_scale, difference_of, joined, panel
from app.web.pages.view_form import Field, Form

SIDE = 64
LARGE = 0.05  # a photo's cell has changed when it differs by more
MAPS, OUTPUTS = 16, 10  # of the layers between which pooling stands
OTHER = (96, 128)  # rows and columns of another photo's map
ROWS = {
    "row": "0,0,0.3,0.9,0.2,0,0,0.1,0,0,0.5,0.4,0,0",
    "stripes": ",".join(["1,0"] * 8),
    "pairs": ",".join(["0,0,1,1"] * 4),
}
POOLS = ("max", "avg", "l2", "skip", "adaptive", "globalmax", "globalavg")
PICTURE = Field("picture", "choice", "edges", choices=("edges", "brick", *ROWS))
POOL = Field("pool", "choice", "max", choices=POOLS)
WINDOW = (
    Field("width", "whole", "3", 1, 16, role="k"), Field("pace", "whole", "1", 1, 16, role="step"),
    Field("pad", "whole", "1", 0, 8, role="pad"),
)  # fmt: skip
OWN = {
    "skip": (Field("pace", "whole", "2", 1, 16, role="step"),),
    "adaptive": (Field("cells", "whole", "4", 1, 16),),
    "globalmax": (),
    "globalavg": (),
}
BLUR = Field("blur", "choice", "no", choices=("no", "yes"))
MOVED = (
    Field("by", "whole", "1", -8, 8),
    Field("enters", "choice", "zeros", choices=("zeros", "circular"), role="pad"),
)


@dataclass(frozen=True)
class Changed:
    """Of some cells, those that changed: in all, and away from the border."""

    cells: int
    changed: int
    inner_cells: int
    inner: int

    @property
    def share(self) -> float:
        return self.changed / self.cells

    @property
    def inner_share(self) -> float:
        return self.inner / self.inner_cells if self.inner_cells else 0.0


@dataclass(frozen=True)
class Trial:
    """What is shifted: a picture, or a row of numbers; `base` are the layers before pooling."""

    image: str
    is_row: bool
    base: str
    shift: str


@dataclass(frozen=True)
class Step:
    """One stage of the scene as it was and after the shift."""

    name: str
    stack: str
    moved: str
    measured: Measured
    changed: Changed
    numbers: tuple[tuple[float, float, bool], ...]  # of a row: before, after, whether it changed
    largest: float


@dataclass(frozen=True)
class Cost:
    """What is left for a dense layer of ten outputs: 16 maps of this size."""

    name: str
    shape: tuple[int, int]
    length: int
    weights: int
    kib: float
    other: int  # the vector's length for a photo of another size


def invariance(
    explorer: Explorer, query: Mapping[str, str], label: Callable[[str], str]
) -> Mapping[str, Any]:
    """The maps before and after pooling, each with the shift and without."""
    chosen = Form(query, (PICTURE, POOL), label)
    picture, pool = chosen.chosen("picture"), chosen.chosen("pool")
    own = OWN.get(pool, WINDOW)
    may_blur = any(field.name == "pace" for field in own)
    form = Form(query, (PICTURE, POOL, *own, *((BLUR,) if may_blur else ()), *MOVED), label)
    pooled = _pool(form, pool, picture in ROWS, may_blur and form.chosen("blur") == "yes")
    trial = _trial(form, picture, query.get("image", ""))
    steps = _step(explorer, trial, "before", ""), _step(explorer, trial, "after", pooled)
    size = steps[0].measured.comparison.difference.shape[1:]
    return {
        "fields": form.filled, "steps": steps, "rows": trial.is_row, "large": LARGE, "pool": pooled,
        "skips": form.whole("pace") > 1 if may_blur else False, "global": pool.startswith("global"),
        "costs": [_cost("before", size, ""), _cost("after", size, pooled)], "other": OTHER,
        "maps": MAPS, "outputs": OUTPUTS,
    }  # fmt: skip


def _trial(form: Form, picture: str, image: str) -> Trial:
    """The picture that was chosen, with the layers before pooling; `image` is the lesson's own photo."""
    circular = ",mode=circular" if form.chosen("enters") == "circular" else ""
    shift = f"shift(0,{form.whole('by')}{circular})"
    if picture in ROWS:
        return Trial(f"grid([{ROWS[picture]}])", True, "", shift)
    if picture == "brick":
        return Trial("texture-brick", False, "", shift)
    return Trial(image or FIRST_IMAGE, False, "conv(sobel_x,padding=same,mode=reflect)|relu", shift)


def _step(explorer: Explorer, trial: Trial, name: str, rest: str) -> Step:
    """The stage behind the layers `rest`, with the shift and without."""
    stack, moved = joined("gray", trial.base, rest), joined("gray", trial.shift, trial.base, rest)
    fit: Fit = "keep" if trial.is_row else "crop"
    both = compare_scenes(
        explorer, Pair(Scene(trial.image, moved, SIDE, fit), Scene(trial.image, stack, SIDE, fit))
    )
    after, before = (require(trace, len(trace.stack.layers)).maps[0] for trace in (both.trace, both.other))
    scale, found = common_scale(before, after), both.found
    large = found.tolerance if trial.is_row else LARGE
    differs = (np.abs(found.difference) > large)[0, 0]
    numbers = zip(before[0].tolist(), after[0].tolist(), differs.tolist(), strict=True)
    return Step(
        name=name,
        stack=stack,
        moved=moved,
        measured=Measured(
            found, (panel("still", before, scale), panel("moved", after, scale), difference_of(found))
        ),
        changed=_changed(found, large),
        numbers=tuple(numbers) if trial.is_row else (),
        largest=float(np.abs(found.difference).max()),
    )


def _pool(form: Form, pool: str, row: bool, blur: bool) -> str:
    """The pooling as layers; a row is pooled along itself; blurred before it skips, if asked for."""
    if pool.startswith("global"):
        return pool
    if pool == "adaptive":
        return f"adaptiveavg({1 if row else form.whole('cells')},{form.whole('cells')})"
    pace = form.whole("pace")
    stride = f"(1,{pace})" if row else f"{pace}"
    soft = f"conv([0.25,0.5,0.25],stride={stride})" if row else (
        f"conv(gaussian,size=9,sigma=2,stride={stride},padding=4,mode=reflect)"
    )  # fmt: skip
    if pool == "skip":
        return soft if blur else f"conv([1],stride={stride})"
    width, pad = form.whole("width"), form.at_most("pad", form.whole("width") // 2)
    size, padding = (f"(1,{width})", f"(0,{pad})") if row else (f"{width}", f"{pad}")
    kind = f"{pool}pool({size},stride={1 if blur else stride},padding={padding})"
    return joined(kind, soft) if blur else kind


def _changed(found: Comparison, large: float) -> Changed:
    differs = np.abs(found.difference) > large
    inner = differs[:, found.inside]
    return Changed(differs.size, int(differs.sum()), inner.size, int(inner.sum()))


def _cost(name: str, size: tuple[int, ...], pooled: str) -> Cost:
    def after(rows: int, cols: int) -> tuple[int, int, int]:
        shape = (MAPS, rows, cols)
        for layer in parse_stack(pooled).layers if pooled else ():
            shape = layer.shape_after(shape)
        return shape

    shape = after(*size)
    length = math.prod(shape)
    return Cost(name, shape[1:], length, (length + 1) * OUTPUTS, length * 4 / 1024, math.prod(after(*OTHER)))
