"""What a column says about its layer alone, whatever the photo; kept, since a slider changes one layer of many."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from app.domain.fields import Plane, Turned, Window
from app.domain.shapes import Shape
from app.domain.windows import describe
from app.layers.banked import BankLayer
from app.layers.base import Layer, Off
from app.layers.kernel_bank import KernelSpec
from app.web.pages.controls import Control, controls_of
from app.web.pages.size_formula import Part, formula_parts
from app.web.pages.swatches import Swatch, swatch
from app.web.pages.unread import Unread, unread_by

PHOTO_KINDS = ("gray", "normalize", "standardize")  # leading layers that stand in the photo's column
KEPT = 256  # layers, of at most so many numbers: about 10 MB
KEPT_NUMBERS = 256


@dataclass(frozen=True, kw_only=True)
class LayerFacts:
    """A layer on an input of a known shape: how it is called, its size formula, what it reads, its controls."""

    kind: str
    group: str
    recipe: str
    text: str
    off: bool
    formula: tuple[tuple[Part, ...], ...]
    unread: Unread
    window: str
    reads: str
    wins: str
    unfolds: bool
    weights: str
    bias: str
    parameters: int
    multiply_adds: int
    kernels: tuple[Swatch, ...]
    controls: tuple[Control, ...]


def layer_facts(layer: Layer, before: Shape) -> LayerFacts:
    """The facts of a layer that reads maps of shape `before`."""
    return _kept(layer, before) if is_small(layer) else _facts(layer, before)


def is_small(layer: Layer) -> bool:
    """Whether what is made of a layer is worth keeping: no learned tensor, and few numbers."""
    inner = layer.layer if isinstance(layer, Off) else layer
    numbers = sum(one.size for spec in specs_of(inner) for one in spec.slices)
    return numbers <= KEPT_NUMBERS and all(param.type != "tensor" for param in inner.params())


def specs_of(layer: Layer) -> tuple[KernelSpec, ...]:
    """The kernels of a hand-made bank; none of any other layer."""
    specs: tuple[KernelSpec, ...] = getattr(layer, "kernels", ())
    return specs


def _facts(layer: Layer, before: Shape) -> LayerFacts:
    inner = layer.layer if isinstance(layer, Off) else layer
    window = layer.window(before)
    return LayerFacts(
        kind=inner.kind,
        group=inner.group,
        recipe=layer.recipe,
        text=layer.text,
        off=layer.off,
        formula=formula_parts(layer.formula(before)),
        unread=unread_by(window),
        window=json.dumps(window_data(window), separators=(",", ":")),
        reads=reads_rule(layer, before),
        wins=winning(layer, before),
        unfolds=layer.channel_window(0, before) != window,
        weights=_weights(layer, before),
        bias=json.dumps(layer.biases().tolist()) if isinstance(layer, BankLayer) else "",
        parameters=layer.parameter_count(before),
        multiply_adds=layer.multiply_adds(before),
        kernels=tuple(swatch(spec) for spec in specs_of(inner)),
        controls=controls_of(inner),
    )


_kept = lru_cache(KEPT)(_facts)


def window_data(window: Window) -> dict[str, Any]:
    """A window as the lens reads it."""
    if isinstance(window, Plane):
        return {"rows": describe(window.rows), "cols": describe(window.cols)}
    if isinstance(window, Turned):
        return {"turned": {"rows": window.rows, "cols": window.cols, "degrees": window.degrees}}
    raise TypeError(f"the lens knows no window of type {type(window).__name__}")


def reads_rule(layer: Layer, before: Shape) -> str:
    """Which input channels an output channel reads, as a rule the lens can follow.

    ``own``: the same; ``all``: every one; ``each:K``: channel // K; ``groups:I:O``: the I channels of its group,
    of which each O outputs make one.
    """
    outputs, inputs = layer.output_shape(before)[0], before[0]
    first = layer.reads(0, before)
    if len(first) == inputs:
        return "all"
    if len(first) > 1:
        return f"groups:{len(first)}:{outputs * len(first) // inputs}"
    return "own" if outputs == inputs else f"each:{outputs // inputs}"


def winning(layer: Layer, before: Shape) -> str:
    """Which cell of its window a layer with a winner takes, ``largest`` or ``smallest``; empty without a winner.

    Found by asking the layer itself, so that a new kind need not be known by name.
    """
    if layer.recipe != "max":
        return ""
    rising = np.arange(before[1] * before[2], dtype=np.float32).reshape(1, *before[1:])
    _, rows, cols = layer.output_shape((1, *before[1:]))
    told = layer.explain(rising, 0, rows // 2, cols // 2)
    inside = told.terms[0].patch[~told.terms[0].outside]
    return "smallest" if told.winner and told.winner.value < inside.max() else "largest"


def _weights(layer: Layer, before: Shape) -> str:
    """The numbers of a hand-made bank, or of a layer that mixes a cell's colours, for the arithmetic under the
    pointer: kernels, slices, rows, columns.
    """
    if isinstance(layer, BankLayer):
        weights = layer.weights(before[0])
        kept = weights if layer.channels == "sum" else weights[:, :1]
        return json.dumps(kept.round(9).tolist(), separators=(",", ":")) if kept.size <= 4096 else ""
    if layer.recipe != "dot" or layer.kind not in PHOTO_KINDS:
        return ""
    told = layer.explain(np.zeros((before[0], 1, 1), np.float32), 0, 0, 0)
    slices = [term.weights.tolist() for term in told.terms if term.weights is not None]
    return json.dumps([slices], separators=(",", ":"))
