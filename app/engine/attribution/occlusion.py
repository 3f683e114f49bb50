"""Occlusion: how far the target's logit falls when a patch of the picture is covered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from app.domain.errors import UserError
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject
from app.layers.base import Array

MAX_PLACES = 640  # for a small network; a larger one has fewer, but always more than by default
LEAST_PLACES = 200
MAX_WORK = 130_000_000_000  # multiply-adds of all passes together: a few seconds of one core
SMALLEST_STEP = 2
ACROSS = 7  # patches side by side by default, each moved by half its side: 13 x 13 places
Cut = tuple[slice, slice]


@method("occlusion", settings=("size", "step"), repeats=2, signed=True, slow=True)
def occlusion(subject: Subject, settings: Settings) -> Attribution:
    """f(x) − f(covered), averaged over the places of the patch that cover a pixel.

    A square of `size` cells moved by `step`, filled with the baseline; at the far border it is cut off.
    Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.
    """
    _, rows, cols = subject.chain.shape
    size = max(2, min(rows, cols) // ACROSS) if settings.size is None else settings.size
    step = max(SMALLEST_STEP, size // 2) if settings.step is None else settings.step
    limit = max(LEAST_PLACES, min(MAX_PLACES, MAX_WORK // max(1, subject.chain.multiply_adds)))
    cuts = _cuts(rows, cols, size, step, limit)
    logits = subject.logits(_pictures(subject.picture, subject.chain.baseline, cuts))[:, subject.target]
    falls = logits[0].astype(np.float64) - logits[1:]
    total, count = np.zeros((rows, cols)), np.zeros((rows, cols))
    for cut, fall in zip(cuts, falls, strict=True):
        total[cut] += fall
        count[cut] += 1
    mean = (total / np.maximum(count, 1)).astype(np.float32)
    details = {
        "size": size,
        "step": step,
        "places": len(cuts),
        "largest_fall": float(falls.max()),
        "at": [cuts[int(falls.argmax())][axis].start for axis in (0, 1)],
    }
    return Attribution(mean, details)


def _pictures(picture: Array, baseline: Array, cuts: list[Cut]) -> Iterator[Array]:
    """The picture as it is, then with the patch in every place."""
    yield picture
    for rows, cols in cuts:
        covered = picture.copy()
        covered[:, rows, cols] = baseline[:, rows, cols]
        yield covered


def _cuts(rows: int, cols: int, size: int, step: int, limit: int) -> list[Cut]:
    """Every place of the patch, in reading order."""
    if not 1 <= size <= min(rows, cols):
        raise UserError("attribution_patch", size=size, low=1, high=min(rows, cols))
    if not SMALLEST_STEP <= step <= size:
        # with a larger step some cells would never be covered
        raise UserError("attribution_step", step=step, low=SMALLEST_STEP, high=size)
    places = _places(rows, cols, size, step)
    if places > limit:
        wider = range(step + 1, max(rows, cols) + 1)
        fitting = next(found for found in wider if _places(rows, cols, size, found) <= limit)
        raise UserError("attribution_places", places=places, limit=limit, step=fitting)
    tops, lefts = (range(0, _shifts(n, size, step) * step, step) for n in (rows, cols))
    return [(slice(top, top + size), slice(left, left + size)) for top, left in product(tops, lefts)]


def _places(rows: int, cols: int, size: int, step: int) -> int:
    return _shifts(rows, size, step) * _shifts(cols, size, step)


def _shifts(cells: int, size: int, step: int) -> int:
    return -(-(cells - size) // step) + 1
