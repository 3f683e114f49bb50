"""Whether a map can be believed: completeness, deletion against chance, and networks that know nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.resample import resize
from app.engine.attribution.registry import Method
from app.engine.attribution.subject import Attribution, Plane, Settings, Subject
from app.layers.base import Array

Report = dict[str, Any]
Check = Callable[[Subject, Method, Settings, Attribution], Report]

LARGEST_GAP = 0.05  # of f(x) − f(baseline)
LARGEST_CORRELATION = 0.5
BLOCK = 8  # cells a side of what deletion replaces at a time
STEPS = 12
ORDERS = 3  # of each kind of chance
_SEED = 20180  # Adebayo et al. 2018, and a number to begin at


def run_checks(subject: Subject, method: Method, settings: Settings, found: Attribution) -> dict[str, Report]:
    """The checks of a method, each with its numbers and whether it is `passed`."""
    return {name: CHECKS[name](subject, method, settings, found) for name in method.checks}


def completeness(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """How far the map's sum is from f(x) − f(baseline), which it should be (Sundararajan et al. 2017)."""
    at_picture, at_baseline = subject.logits([subject.picture, subject.chain.baseline])[:, subject.target]
    difference = float(at_picture) - float(at_baseline)
    total = float(found.map.sum(dtype=np.float64))
    gap = abs(total - difference)
    relative = gap / abs(difference) if difference else (0.0 if not gap else None)
    return {
        "sum": total,
        "difference": difference,
        "gap": gap,
        "relative": relative,
        "passed": relative is not None and relative <= LARGEST_GAP,
    }


def deletion(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """The target's probability while blocks go over to the baseline: by the map, and in orders of chance.

    A map that points at what matters makes it fall faster, so the area under its curve is the smaller one
    (Petsiuk, Das and Saenko 2018, "RISE", section 4.1). Chance is told in two ways: blocks strewn at random,
    which break a picture up wherever they fall; and the map itself moved elsewhere, which deletes as
    compactly as the map does. To pass is to beat the second.
    """
    shape = subject.picture.shape[1:]
    side = max(1, min(BLOCK, min(shape) // BLOCK))
    scores = _block_means(at_size(found.map, *shape), side)
    rng = np.random.default_rng(_SEED)
    strewn = [rng.permutation(scores.size) for _ in range(ORDERS)]
    moved = [_falling(np.roll(scores, _move(rng, scores.shape), (0, 1))) for _ in range(ORDERS)]
    orders = [_falling(scores), *strewn, *moved]
    kept = [round(scores.size * step / STEPS) for step in range(STEPS + 1)]
    curves = _curves(subject, orders, kept, side, scores.shape[1])
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
        "beats_random": areas[0] < areas[1],
        "passed": areas[0] < areas[2],
    }


def randomised(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """Spearman's rank correlation with the map of the same network, its weights' values permuted.

    A map that stays alike would show the picture and not what the network learned
    (Adebayo et al. 2018, "Sanity Checks for Saliency Maps").
    """
    each = []
    for number in range(method.repeats):
        other = replace(subject, chain=subject.chain.permuted(_SEED + number))
        each.append(spearman(found.map, method.compute(other, settings).map))
    known = [value for value in each if value is not None]
    mean = sum(known) / len(known) if known else None
    return {
        "correlation": mean,
        "each": each,
        "networks": method.repeats,
        "passed": mean is None or abs(mean) <= LARGEST_CORRELATION,
    }


def inside(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """Whether all of the gradient lies in the field that the layers' windows allow."""
    share = found.details["inside"]
    return {"share": share, "passed": share is None or share > 1 - 1e-6}


def at_size(plane: Plane, rows: int, cols: int) -> Plane:
    """A map brought to the picture's size: each cell lies over the part of the picture it stands for."""
    if plane.shape == (rows, cols):
        return plane
    resized: Plane = resize(plane[None], rows, cols)[0]
    return resized


def spearman(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Pearson's correlation of the ranks, ties at their mean rank; None where a map is flat."""
    first, second = (_ranks(values) for values in (one, other))
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread else None


def _ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Ranks about their mean."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    means = np.cumsum(counts) - (counts + 1) / 2
    ranks = means[places.reshape(-1)]
    centred: NDArray[np.float64] = ranks - ranks.mean()
    return centred


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
    subject: Subject, orders: list[NDArray[np.intp]], kept: list[int], side: int, across: int
) -> NDArray[np.float64]:
    """The probability for every order and count; all orders begin and end with the same picture."""
    picture, baseline = subject.picture, subject.chain.baseline

    def pictures() -> Iterator[Array]:
        yield picture
        yield baseline
        for order in orders:
            for count in kept[1:-1]:
                yield _deleted(picture, baseline, order, count, side, across)

    found = subject.probabilities(pictures())
    curves = np.empty((len(orders), len(kept)))
    curves[:, 0], curves[:, -1] = found[:2]
    curves[:, 1:-1] = found[2:].reshape(len(orders), -1)
    return curves


def _deleted(
    picture: Array, baseline: Array, order: NDArray[np.intp], count: int, side: int, across: int
) -> Array:
    """The picture with the first `count` blocks of an order replaced."""
    found = picture.copy()
    for block in order[:count]:
        top, left = side * (int(block) // across), side * (int(block) % across)
        cut = (slice(None), slice(top, top + side), slice(left, left + side))
        found[cut] = baseline[cut]
    return found


CHECKS: Mapping[str, Check] = {
    "completeness": completeness,
    "deletion": deletion,
    "randomised": randomised,
    "inside": inside,
}
