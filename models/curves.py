"""The curves of the card: ROC, reliability and risk against coverage, each as a few points with its area."""

from __future__ import annotations

import numpy as np

from models.figures import BINS, DOG, auroc, confidence, p_dog, p_other, width_bins

ROC_POINTS = 15
COVERAGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)


def roc(inside: np.ndarray, outside: np.ndarray) -> dict[str, object]:
    """Return the ROC curve of a score that should be higher for `outside` than for `inside`.

    `area` is exact (every score is a threshold); `points` are (share of inside, share of outside) above a
    threshold, at most 15 of them, both ends among them. They lie nearly evenly along the curve drawn over square
    roots, so that most of them stand where it bends.
    """
    scores = np.concatenate([inside, outside])
    limits = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    false, true = (1.0 - np.searchsorted(np.sort(part), limits) / len(part) for part in (inside, outside))
    along = np.concatenate(
        [[0.0], np.cumsum(np.hypot(np.diff(np.sqrt(false)), np.diff(np.sqrt(1.0 - true))))]
    )
    chosen = np.unique(
        np.searchsorted(along, np.linspace(0.0, along[-1], ROC_POINTS)).clip(max=len(along) - 1)
    )
    points = [[round(float(false[i]), 4), round(float(true[i]), 4)] for i in chosen]
    return {"area": round(auroc(inside, outside), 4), "points": points}


def roc_dog(logits: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    """Return the ROC curve of the probability of dog, dogs against cats."""
    score = p_dog(logits)
    return roc(score[labels != DOG], score[labels == DOG])


def reliability(logits: np.ndarray, labels: np.ndarray, temperature: float) -> list[dict[str, float]]:
    """Return the bins that hold pictures: bounds, count, mean confidence, share right (Guo et al. 2017)."""
    sure = confidence(logits, temperature)
    right = (p_dog(logits) > 0.5) == (labels == DOG)
    bins = width_bins(sure)
    return [
        {
            "from": round(max(number / BINS, 0.5), 4),  # the likelier of two is never below one half
            "to": round((number + 1) / BINS, 4),
            "pictures": int((bins == number).sum()),
            "confidence": round(float(sure[bins == number].mean()), 4),
            "accuracy": round(float(right[bins == number].mean()), 4),
        }
        for number in range(BINS)
        if (bins == number).any()
    ]


def risk_coverage(logits: np.ndarray, labels: np.ndarray, temperature: float) -> list[dict[str, float]]:
    """Return how many answers are right when only the surest share of the pictures is answered.

    Pictures are ranked by the probability of their label, (1 - p_other) x confidence: the score behind both
    limits of `unsure` (selective classification, Geifman and El-Yaniv 2017).
    """
    order = np.argsort(-(1.0 - p_other(logits)) * confidence(logits, temperature), kind="stable")
    right = ((p_dog(logits) > 0.5) == (labels == DOG))[order]
    return [
        {"answered": share, "accuracy": round(float(right[: max(1, round(share * len(right)))].mean()), 4)}
        for share in COVERAGES
    ]
