"""Whether a map can be believed: completeness, deletion and insertion, and networks that know nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.attribution.curves import deletion_report, insertion_report
from app.engine.attribution.registry import Method
from app.engine.attribution.subject import Attribution, Settings, Subject

Report = dict[str, Any]
Check = Callable[[Subject, Method, Settings, Attribution], Report]

LARGEST_GAP = 0.05  # of f(x) − f(baseline)
LARGEST_CORRELATION = 0.5
CASCADE = 12  # places at most where the weights are shuffled up to
SHUFFLED = 20180  # a number to begin shuffling at: the year of Adebayo et al.


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
    """Whether the answer fades as blocks are deleted by the map, faster than by the map moved elsewhere."""
    return deletion_report(subject, found)


def insertion(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """Whether the answer appears as blocks are put in by the map, sooner than by the map moved elsewhere."""
    return insertion_report(subject, found)


def randomised(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """Spearman's rank correlation with the map of the same network, its weights' values permuted.

    A map that stays alike would show the picture and not what the network learned
    (Adebayo et al. 2018, "Sanity Checks for Saliency Maps").
    """
    each = []
    for number in range(method.repeats):
        other = replace(subject, chain=subject.chain.permuted(SHUFFLED + number))
        each.append(spearman(found.map, method.compute(other, settings).map))
    known = [value for value in each if value is not None]
    mean = sum(known) / len(known) if known else None
    return {
        "correlation": mean,
        "each": each,
        "networks": method.repeats,
        "passed": mean is None or abs(mean) <= LARGEST_CORRELATION,
    }


def cascade(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """How alike the map stays while the layers' weights are shuffled, one more each time, from the logits on.

    Spearman's rank correlation of the magnitudes, 1 for a map that stays the same. To pass is to keep less
    than half of it on average while the upper half of the layers forgets (Adebayo et al. 2018, section 3.1,
    cascading randomisation).
    """
    layers = len(subject.chain.learned)
    counts = sorted({max(1, round(layers * step / CASCADE)) for step in range(1, CASCADE + 1)})
    size, each = np.abs(found.map), []
    for count in counts:
        other = replace(subject, chain=subject.chain.permuted(SHUFFLED, count))
        each.append(spearman(size, np.abs(method.compute(other, settings).map)))
    upper = [value for count, value in zip(counts, each, strict=True) if 2 * count <= layers + 1]
    known = [value for value in upper if value is not None]
    mean = sum(known) / len(known) if known else None
    return {
        "layers": layers,
        "shuffled": [0, *counts],
        "correlations": [1.0, *each],
        "upper_half": mean,
        "passed": mean is None or mean <= LARGEST_CORRELATION,
    }


def inside(subject: Subject, method: Method, settings: Settings, found: Attribution) -> Report:
    """Whether all of the gradient lies in the field that the layers' windows allow."""
    share = found.details["inside"]
    return {"share": share, "passed": share is None or share > 1 - 1e-6}


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


CHECKS: Mapping[str, Check] = {
    "completeness": completeness,
    "deletion": deletion,
    "insertion": insertion,
    "randomised": randomised,
    "cascade": cascade,
    "inside": inside,
}
