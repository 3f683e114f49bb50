"""Attributions as pictures: one scale and signed colours for every method, beside and over the photo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from app.domain.errors import UserError
from app.engine.attribution.checks import SHUFFLED
from app.engine.attribution.grad_cam import cam_steps
from app.engine.attribution.registry import Method
from app.engine.attribution.subject import Attribution, Plane, Settings
from app.explorer.attribution import Case, Question, case_of, found_of
from app.explorer.explorer import Asked, Explorer, never
from app.rendering.maps import atlas_png, map_png, veil_png
from app.rendering.scale import Scale, choose_scale

SHOWN = 99.5  # per cent of a map's cells that the colours tell apart: single pixels would leave the rest pale
MOST_COMPARED = 4  # classes whose maps are held to one scale: each of them has to be computed
Range = Literal["map", "classes"]


@dataclass(frozen=True)
class Look:
    """How a map is drawn.

    `positive` leaves only what speaks for the target, `veil` lets the photo show where there is little,
    `shuffled` is the map of the network whose weights' values are shuffled, and `scale` takes the ends of
    the colours from the map itself or from the maps of all classes together.
    """

    positive: bool = False
    veil: bool = False
    shuffled: bool = False
    scale: Range = "map"


def attribution_picture(
    explorer: Explorer, question: Question, look: Look | None = None, cancelled: Asked = never
) -> bytes:
    """The map as PNG, one pixel a cell."""
    look = look or Look()
    case = case_of(explorer, question, cancelled)
    plane = (_shuffled if look.shuffled else found_of)(explorer, case, question.settings).map
    shown = np.maximum(plane, np.float32(0)) if look.positive else plane
    # a shuffled network's numbers are of another size, so that its map has a scale of its own
    together = look.scale == "classes" and not look.shuffled
    scale = shared_scale(explorer, question, cancelled) if together else map_scale(case.method, shown)
    draw = veil_png if look.veil else map_png
    return explorer.pictures.get_or_make(("attribution", *case.key, look), lambda: draw(shown, scale))


def map_scale(method: Method, *planes: Plane) -> Scale:
    """Diverging colours about 0, as for every method that asks about an answer; a cell's field has no sign.

    They end at the size that 99.5 % of the cells stay below; what lies beyond has the end's colour.
    """
    end = max(map(_end, planes))
    return choose_scale(-end, end, "diverging") if method.uses_target else choose_scale(0, end)


def shared_scale(explorer: Explorer, question: Question, cancelled: Asked = never) -> Scale:
    """One scale for the maps of all classes, so that they compare.

    Raises
    ------
    UserError
        `attribution_compared`, when the network has too many.
    """
    case = case_of(explorer, question, cancelled)
    classes: tuple[str | None, ...] = case.network.classes if case.method.uses_target else (question.target,)
    if len(classes) > MOST_COMPARED:
        raise UserError("attribution_compared", classes=len(classes), limit=MOST_COMPARED)
    cases = [case_of(explorer, replace(question, target=name), cancelled) for name in classes]
    return map_scale(case.method, *(found_of(explorer, one, question.settings).map for one in cases))


def steps_picture(explorer: Explorer, question: Question, cancelled: Asked = never) -> bytes:
    """Grad-CAM's way for the maps that count most: a column a map, three rows, one scale a row.

    The maps, the logit's gradient by their cells, and the maps times their weights.
    """
    case = case_of(explorer, question, cancelled)

    def make() -> bytes:
        steps = cam_steps(case.subject, question.settings)
        rows = steps.shown()
        scales = [choose_scale(float(row.min()), float(row.max())) for row in rows for _ in row]
        return atlas_png(np.concatenate(rows), scales, columns=len(rows[0]))

    return explorer.pictures.get_or_make(("cam steps", *case.key), make)


def _shuffled(explorer: Explorer, case: Case, settings: Settings) -> Attribution:
    subject = replace(case.subject, chain=case.subject.chain.permuted(SHUFFLED))
    make = partial(case.method.compute, subject, settings)
    return explorer.traces.get_or_make(("shuffled", *case.key), make)


def _end(plane: Plane) -> float:
    """The size that nearly all cells stay below."""
    return float(np.percentile(np.abs(plane), SHOWN)) or _peak(plane)


def _peak(plane: Plane) -> float:
    return float(np.abs(plane).max()) or 1.0
