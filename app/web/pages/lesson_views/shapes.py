"""A small network trained on drawn shapes: its first kernels, curves, confusion, and shapes it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.fields import receptive_field
from app.engine.learning.descent import check_bound
from app.engine.learning.shape_net import COUNT, SHAPES, STACK
from app.engine.learning.shapes import CLASSES, SIDE, UNSEEN, draw_shapes, draw_unseen
from app.engine.learning.training import BATCH, FRESH, MAX_STEPS, PICTURES, RATES, ShapeTraining
from app.explorer import Explorer
from app.explorer.learnings import COUNT_EVERY, read_shape
from app.i18n import Language
from app.rendering.png import data_url, rgb8_png
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.swatches import Drawn
from app.web.pages.view_query import kept, number_of, view_link

OWN = ("steps", "goal", "seed", "rate", "shape")
ANCHORS = (("train", "course_shapes.title"), ("catdog", "course_shapes.catdog"))
GOAL = 300
WIDTH, HEIGHT = 600.0, 200.0
TOP_LOSS = 1.5  # of the curve's axis; a network that knows nothing has ln 3 = 1.10
EXAMPLES = 4  # of each class


@dataclass(frozen=True, eq=False)
class Trained:
    """A training as far as it is shown, kept for the next who asks for the same; nobody goes on with it."""

    losses: tuple[float, ...]
    counts: tuple[tuple[int, float], ...]  # step, share of right ones of the fresh pictures
    confusion: NDArray[np.int64]
    training: ShapeTraining

    @property
    def nbytes(self) -> int:
        return 64 * (len(self.losses) + len(self.counts)) + 2000 + self.training.nbytes


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The network after as many steps as the address says; none on the first visit."""
    found = trained(explorer, query)
    steps, seed, rate = found.training.step, *_setting(query)
    goal = int(number_of(query, "goal", max(steps, GOAL)))
    check_bound("steps", goal, 1, MAX_STEPS)
    image = query.get("shape", "")
    shape = read_shape(explorer, image) if image else None
    kernels = found.training.weights["conv1.weight"][:, 0]

    def link(**changes: object) -> str:
        return view_link(query, OWN, "train", goal=goal, **changes)

    return {
        "anchors": ANCHORS,
        "steps": steps, "goal": max(goal, steps), "seed": seed, "rate": f"{rate:g}", "most": MAX_STEPS,
        "kept": kept(query),
        "weights": COUNT, "sizes": {name: int(np.prod(shape)) for name, shape in SHAPES.items()}, "stack": STACK,
        "pictures": PICTURES, "fresh": FRESH, "batch": BATCH, "classes": CLASSES, "unseen": UNSEEN,
        "examples": [(name, [picture(one) for one in _examples(at)]) for at, name in enumerate(CLASSES)],
        "strange": [picture(one[0]) for one in draw_unseen()],
        "kernels": [Drawn(one.round(2), float(np.abs(kernels).max())) for one in kernels],
        "loss": float(np.mean(found.losses[-COUNT_EVERY:])) if found.losses else None,
        "right": found.confusion.trace() / FRESH, "confusion": found.confusion.tolist(),
        "shares": found.training.unseen().tolist(),
        "shape": image, "own": None if shape is None else picture(shape[0, 0]),
        "own_shares": [] if shape is None else found.training.shares(shape)[0].tolist(), "side": SIDE,
        "loss_points": _points([(at + 1, loss) for at, loss in enumerate(found.losses)], max(goal, steps), TOP_LOSS),
        "right_points": _points(found.counts, max(goal, steps), 1.0), "width": WIDTH, "height": HEIGHT, "top": TOP_LOSS,
        "net": _network(explorer, query.get("image") or FIRST_IMAGE),
        "one": link(steps=steps + 1) if steps < MAX_STEPS else "",
        "twenty": link(steps=min(steps + COUNT_EVERY, MAX_STEPS)) if steps < MAX_STEPS else "",
        "first": link(steps=0) if steps else "",
    }  # fmt: skip


def trained(explorer: Explorer, query: Mapping[str, str]) -> Trained:
    """The training that the address describes, from the cache where somebody asked for it before.

    Raises
    ------
    UserError
        `descent_setting` for a number out of its bounds.
    """
    steps, (seed, rate) = int(number_of(query, "steps", 0)), _setting(query)
    for name, value, low, high in (
        ("steps", steps, 0, MAX_STEPS), ("seed", seed, 0, 2**31 - 1), ("rate", rate, *RATES),
    ):  # fmt: skip
        check_bound(name, value, low, high)
    key = ("shapes", steps, seed, rate)
    found: Trained = explorer.traces.get_or_make(key, lambda: _trained(steps, seed, rate))
    return found


def _setting(query: Mapping[str, str]) -> tuple[int, float]:
    """Seed and learning rate."""
    return int(number_of(query, "seed", 0)), number_of(query, "rate", 0.01)


@dataclass(frozen=True)
class Row:
    """A layer of the cat/dog network: its part, what comes out, its own numbers, the field of one cell."""

    part: str
    layer: str
    shape: tuple[int, ...]
    weights: int
    field: tuple[int, int] | None


def _network(explorer: Explorer, image: str) -> Mapping[str, Any]:
    """The network's layers up to its logits, from the network itself; an activation stands with its layer.

    Fields are counted in the pixels of the picture that the network reads, not of the photo.
    """
    _, trace = explorer.network_trace(image)
    rows: list[Row] = []
    part = "picture"
    for stage in range(1, len(trace.stages)):
        layer, before = trace.layer(stage), trace.stages[stage - 1].shape
        assert layer is not None
        own = layer.parameter_count(before)
        if part == "picture" and own:
            part = "features"
        if layer.kind in ("globalavg", "flatten", "dense"):
            part = "decision"
        shape = trace.stages[stage].shape
        if layer.kind == "relu" and rows:
            rows[-1] = replace(rows[-1], layer=f"{rows[-1].layer}|{layer.text}")
            continue
        size = receptive_field(trace.windows[1:stage], shape[1:]).size
        field = (int(size[0]), int(size[1])) if part == "features" else None
        rows.append(Row(part, layer.text, shape, own, field))
    return {"rows": rows, "weights": sum(row.weights for row in rows), "side": trace.stages[1].shape[1]}


def picture(cells: NDArray[Any]) -> str:
    """A picture of 24 × 24 as an address of its own, one pixel a cell."""
    grey = np.clip(np.round(cells * 255), 0, 255).astype(np.uint8)
    return data_url(rgb8_png(grey[..., None].repeat(3, axis=2)))


def _trained(steps: int, seed: int, rate: float) -> Trained:
    training, counts = ShapeTraining(seed, rate), []
    confusion = training.confusion()
    counts.append((0, confusion.trace() / FRESH))
    while training.step < steps:
        training.advance()
        if training.step % COUNT_EVERY == 0 or training.step == steps:
            confusion = training.confusion()
            counts.append((training.step, float(confusion.trace() / FRESH)))
    return Trained(tuple(training.losses), tuple(counts), confusion, training)


def _examples(label: int) -> NDArray[Any]:
    pictures, labels = draw_shapes(PICTURES, 0)
    found: NDArray[Any] = pictures[labels == label][:EXAMPLES, 0]
    return found


def _points(values: Any, steps: int, top: float) -> str:
    return " ".join(
        f"{WIDTH * step / max(steps, 1):.1f},{HEIGHT * (1 - min(value / top, 1)):.1f}"
        for step, value in values
    )
