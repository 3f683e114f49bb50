"""The numbers of the card: intervals, calibration, thresholds, from logits (N, 3) of cat, dog, other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

CAT, DOG, OTHER = 0, 1, 2
BINS = 15  # of equal width over 0..1, as in Guo et al. 2017; a confidence lies in the upper eight
LEAST_TEMPERATURE, MOST_TEMPERATURE = 0.2, 10.0


@dataclass(frozen=True)
class Doubt:
    """When the answer is `unsure`: p_other above one limit, or confidence below the other."""

    max_other: float
    min_confidence: float


def p_other(logits: np.ndarray) -> np.ndarray:
    """Return the probability of `other` (N,): softmax over the three logits, without temperature."""
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponents[:, OTHER] / exponents.sum(axis=1))


def p_dog(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the probability of dog against cat (N,): softmax of the two logits over the temperature."""
    margin = (logits[:, DOG] - logits[:, CAT]) / temperature
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(margin, -60.0, 60.0))))


def confidence(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probability of the likelier of cat and dog (N,)."""
    dog = p_dog(logits, temperature)
    return np.maximum(dog, 1.0 - dog)


def unsure(logits: np.ndarray, temperature: float, doubt: Doubt) -> np.ndarray:
    """Return which pictures (N,) get no label."""
    return (p_other(logits) > doubt.max_other) | (confidence(logits, temperature) < doubt.min_confidence)


def log_loss(logits: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    """Return the mean negative log-likelihood of cat against dog."""
    margin = (logits[:, DOG] - logits[:, CAT]) / temperature
    return float(np.logaddexp(0.0, np.where(labels == DOG, -margin, margin)).mean())


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature of the least log-loss (Guo et al. 2017), by golden section on its logarithm."""
    low, high = math.log(LEAST_TEMPERATURE), math.log(MOST_TEMPERATURE)
    ratio = (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if log_loss(logits, labels, math.exp(left)) < log_loss(logits, labels, math.exp(right)):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2.0)


def wilson(right: int, total: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927)."""
    share, square = right / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return middle - half, middle + half


def width_bins(sure: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return the number of each confidence's bin of equal width over 0..1; a bin holds its upper edge."""
    return np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)


def gap_in_bins(sure: np.ndarray, right: np.ndarray, bins: np.ndarray) -> float:
    """Return the mean distance of stated confidence and share right over bins, weighted by their pictures."""
    counts = np.bincount(bins)
    gaps = np.bincount(bins, weights=right.astype(np.float64) - sure)
    return float(np.abs(gaps[counts > 0]).sum() / max(len(sure), 1))


def calibration_error(logits: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    """Return the expected calibration error of confidence, 15 equal bins over 0..1 (Guo et al. 2017)."""
    sure = confidence(logits, temperature)
    return gap_in_bins(sure, (p_dog(logits) > 0.5) == (labels == DOG), width_bins(sure))


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """Return the probability that an outside score exceeds an inside one, ties half (Mann-Whitney)."""
    ordered = np.sort(inside)
    below = np.searchsorted(ordered, outside, side="left")
    up_to = np.searchsorted(ordered, outside, side="right")
    return float(((below + up_to) / 2.0).mean() / len(inside))


def choose_doubt(
    logits: np.ndarray, temperature: float, most: float = 0.05, low_share: float = 0.02
) -> Doubt:
    """Choose the limits on validation cats and dogs so that at most `most` of them are called unsure.

    At most `low_share` fall to the least confidence (held between 0.55 and 0.75); p_other gets the rest.
    """
    sure = confidence(logits, temperature)
    least = min(max(math.floor(100 * float(np.quantile(sure, low_share))) / 100, 0.55), 0.75)
    scores = p_other(logits)
    for limit in np.arange(0.05, 1.0, 0.01):
        doubt = Doubt(round(float(limit), 2), least)
        if ((scores > doubt.max_other) | (sure < least)).mean() <= most:
            return doubt
    return Doubt(0.99, 0.5)


def said(logits: np.ndarray, temperature: float, doubt: Doubt) -> dict[str, int]:
    """Return how many pictures are called cat, dog and unsure."""
    silent, dog = unsure(logits, temperature, doubt), p_dog(logits) > 0.5
    return {
        "cat": int((~silent & ~dog).sum()),
        "dog": int((~silent & dog).sum()),
        "unsure": int(silent.sum()),
    }


def answers(logits: np.ndarray, labels: np.ndarray, temperature: float, doubt: Doubt) -> dict[str, object]:
    """Return the figures of a set of cats and dogs, forced to answer and with `unsure` allowed."""
    dogs, said_dog = labels == DOG, p_dog(logits) > 0.5
    right = said_dog == dogs
    low, high = wilson(int(right.sum()), len(labels))
    silent = unsure(logits, temperature, doubt)
    figures: dict[str, object] = {
        "pictures": len(labels),
        "accuracy": round(float(right.mean()), 4),
        "interval_95": [round(low, 4), round(high, 4)],
        "confusion": {
            "cat": {"cat": int((~dogs & ~said_dog).sum()), "dog": int((~dogs & said_dog).sum())},
            "dog": {"cat": int((dogs & ~said_dog).sum()), "dog": int((dogs & said_dog).sum())},
        },
        "log_loss": round(log_loss(logits, labels, temperature), 4),
        "calibration_error": round(calibration_error(logits, labels, temperature), 4),
        "unsure": round(float(silent.mean()), 4),
        "accuracy_when_sure": round(float(right[~silent].mean()), 4) if (~silent).any() else None,
    }
    figures["confusion_with_unsure"] = {
        name: said(logits[labels == label], temperature, doubt)
        for label, name in ((CAT, "cat"), (DOG, "dog"))
    }
    recalls = {name: right[labels == label] for label, name in ((CAT, "cat"), (DOG, "dog"))}
    figures["recall"] = {name: round(float(part.mean()), 4) for name, part in recalls.items() if len(part)}
    return figures


def by_source(logits: np.ndarray, labels: np.ndarray, sources: np.ndarray) -> dict[str, dict[str, object]]:
    """Return pictures, accuracy and its interval for each source."""
    right = (p_dog(logits) > 0.5) == (labels == DOG)
    table: dict[str, dict[str, object]] = {}
    for source in sorted(set(sources.tolist())):
        part = right[sources == source]
        low, high = wilson(int(part.sum()), len(part))
        table[source] = {
            "pictures": len(part),
            "accuracy": round(float(part.mean()), 4),
            "interval_95": [round(low, 4), round(high, 4)],
        }
    return table
