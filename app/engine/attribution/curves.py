"""Deletion and insertion: does the answer follow the blocks that a map puts first, against orders of chance?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.resample import resize
from app.engine.attribution.subject import Attribution, Plane, Subject
from app.layers.base import Array

BLOCK = 8  # cells a side of what is replaced at a time
STEPS = 12
ORDERS = 3  # of each kind of chance
_SEED = 20180  # the year of RISE, and a number to begin at


def deletion_report(subject: Subject, found: Attribution) -> dict[str, Any]:
    """The target's probability while blocks go over to the baseline: by the map, and in orders of chance.

    A map that points at what matters makes it fall faster, so the area under its curve is the smaller one
    (Petsiuk, Das and Saenko 2018, "RISE", section 4.1). Chance is told in two ways: blocks strewn at random,
    which break a picture up wherever they fall; and the map itself moved elsewhere, which deletes as
    compactly as the map does. To pass is to beat the second.
    """
    report = _report(subject, found, subject.picture, subject.chain.baseline)
    by_map, strewn, moved = (report[name] for name in ("area", "random_area", "moved_area"))
    return {**report, "beats_random": by_map < strewn, "passed": by_map < moved}


def insertion_report(subject: Subject, found: Attribution) -> dict[str, Any]:
    """The same the other way: blocks of the picture laid on the baseline. A good map's area is the larger."""
    report = _report(subject, found, subject.chain.baseline, subject.picture)
    by_map, strewn, moved = (report[name] for name in ("area", "random_area", "moved_area"))
    return {**report, "beats_random": by_map > strewn, "passed": by_map > moved}


def at_size(plane: Plane, rows: int, cols: int) -> Plane:
    """A map brought to the picture's size: each cell lies over the part of the picture it stands for."""
    if plane.shape == (rows, cols):
        return plane
    resized: Plane = resize(plane[None], rows, cols)[0]
    return resized


def _report(subject: Subject, found: Attribution, start: Array, end: Array) -> dict[str, Any]:
    """The curves from one picture to the other, block by block, and the areas under them."""
    shape = subject.picture.shape[1:]
    side = max(1, min(BLOCK, min(shape) // BLOCK))
    scores = _block_means(at_size(found.map, *shape), side)
    rng = np.random.default_rng(_SEED)
    strewn = [rng.permutation(scores.size) for _ in range(ORDERS)]
    moved = [_falling(np.roll(scores, _move(rng, scores.shape), (0, 1))) for _ in range(ORDERS)]
    orders = [_falling(scores), *strewn, *moved]
    kept = [round(scores.size * step / STEPS) for step in range(STEPS + 1)]
    curves = _curves(subject, (start, end), orders, kept, (side, scores.shape[1]))
    shares = [count / scores.size for count in kept]
    three = (curves[0], curves[1 : ORDERS + 1].mean(0), curves[ORDERS + 1 :].mean(0))
    areas = [float(np.trapezoid(curve, shares)) for curve in three]
    return {
        "shares": shares,
        "curve": three[0].tolist(),
        "random_curve": three[1].tolist(),
        "moved_curve": three[2].tolist(),
        "area": areas[0],
        "random_area": areas[1],
        "moved_area": areas[2],
        "orders": ORDERS,
        "block": side,
    }


def _block_means(plane: Plane, side: int) -> NDArray[np.float64]:
    """The mean of every block; those at the far border may be smaller."""
    starts = [np.arange(0, n, side) for n in plane.shape]
    sums = np.add.reduceat(np.add.reduceat(plane.astype(np.float64), starts[0], 0), starts[1], 1)
    rows, cols = (np.diff([*s, n]) for s, n in zip(starts, plane.shape, strict=True))
    means: NDArray[np.float64] = sums / np.outer(rows, cols)
    return means


def _falling(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """The blocks, the highest first."""
    return np.argsort(-scores.reshape(-1), kind="stable")


def _move(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[int, ...]:
    """A way to shift a map by a fifth to four fifths of it."""
    return tuple(int(rng.integers(max(1, n // 5), max(2, n - n // 5))) for n in shape)


def _curves(
    subject: Subject,
    ends: tuple[Array, Array],
    orders: list[NDArray[np.intp]],
    kept: list[int],
    grid: tuple[int, int],
) -> NDArray[np.float64]:
    """The probability for every order and count; all orders begin and end with the same picture."""
    start, end = ends

    def pictures() -> Iterator[Array]:
        yield start
        yield end
        for order in orders:
            for count in kept[1:-1]:
                yield _replaced(start, end, order[:count], *grid)

    found = subject.probabilities(pictures())
    curves = np.empty((len(orders), len(kept)))
    curves[:, 0], curves[:, -1] = found[:2]
    curves[:, 1:-1] = found[2:].reshape(len(orders), -1)
    return curves


def _replaced(start: Array, end: Array, blocks: NDArray[np.intp], side: int, across: int) -> Array:
    """The first picture with some of its blocks taken from the second."""
    found = start.copy()
    for block in blocks:
        top, left = side * (int(block) // across), side * (int(block) % across)
        cut = (slice(None), slice(top, top + side), slice(left, left + side))
        found[cut] = end[cut]
    return found
