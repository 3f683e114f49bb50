"""What a view is a function of: the scene, and how its maps are coloured."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import UserError
from app.engine.reading import Fit
from app.engine.trace import Trace
from app.layers.stack import Stack
from app.rendering.scale import Scale, choose_scale

COLORS = ("auto", "gray", "sequential", "diverging")
SCOPES = ("map", "layer", "stack")


@dataclass(frozen=True)
class Scene:
    """What a view is a function of: a photo, a stack's line, the working size and how the photo is fitted."""

    image: str
    stack: str = ""
    size: int = 512
    fit: Fit = "keep"


@dataclass(frozen=True)
class Shade:
    """How a map is coloured: `colors` and `scope`; for scope ``stack``, the range of the whole stack."""

    colors: str = "auto"
    scope: str = "map"
    low: float | None = None
    high: float | None = None

    @property
    def needs_whole_stack(self) -> bool:
        """Whether the range has to be found from every stage."""
        return self.scope == "stack" and (self.low is None or self.high is None)


def looks_like_photo(stack: Stack, stage: int) -> bool:
    """Whether every layer up to a stage keeps the photo's look."""
    return all(layer.keeps_photo for layer in stack.layers[:stage])


def scale_of(trace: Trace, stage: int, channel: int, shade: Shade) -> Scale:
    """The colour scale of one map: its range by scope, its colours by sign and by likeness to a photo.

    Maps of one cell share their layer's range whatever the scope: each on its own would have the same colour.
    """
    if shade.scope not in SCOPES:
        raise UserError("unknown_scope", value=shade.scope, choices=", ".join(SCOPES))
    shown = trace.stages[stage]
    own = shade.scope == "map" and shown.shape[1:] != (1, 1)
    low, high = shown.ranges[channel] if own else shown.range
    if shade.scope == "stack":
        low, high = stack_range(trace) if shade.low is None or shade.high is None else (shade.low, shade.high)
    if shade.colors == "auto" and shown.range[0] >= 0 and looks_like_photo(trace.stack, stage):
        return choose_scale(low, high, "gray")
    for colors in ("auto", "gray", "sequential", "diverging"):
        if colors == shade.colors:
            return choose_scale(low, high, colors)
    raise UserError("unknown_colors", value=shade.colors, choices=", ".join(COLORS))


def stack_range(trace: Trace) -> tuple[float, float]:
    """The smallest and largest value of all stages behind the input."""
    stages = trace.stages[1:] or trace.stages
    return min(s.range[0] for s in stages), max(s.range[1] for s in stages)
