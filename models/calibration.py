"""How far stated confidences can be believed, and the scaling of the logits that makes them so.

The figures are honest in three ways: a picture's confidence may be one that was fitted without it, the number
of bins is stated, and so is the error that chance alone would show with so few pictures in a bin.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.figures import (
    BINS,
    CAT,
    DOG,
    LEAST_TEMPERATURE,
    MOST_TEMPERATURE,
    confidence,
    fit_temperature,
    gap_in_bins,
    log_loss,
    p_dog,
    width_bins,
)

FOLDS = 10
SEED = 0
NEWTON_STEPS = 25  # it has settled after six or seven
DRAWS = 400  # of labels, for the error by chance: its mean is then known to about 0.02 points


@dataclass(frozen=True)
class Scaling:
    """p(dog) = sigmoid((dog - cat + shift) / temperature)."""

    temperature: float
    shift: float = 0.0

    def logits(self, logits: np.ndarray) -> np.ndarray:
        """Return logits whose difference holds the shift, half of it on either class: a change of two biases."""
        return np.asarray(logits + np.array([-self.shift / 2, self.shift / 2, 0.0]), dtype=logits.dtype)


def fit_plain(logits: np.ndarray, labels: np.ndarray) -> Scaling:
    """Return temperature alone (Guo et al. 2017)."""
    return Scaling(fit_temperature(logits, labels))


def fit_shifted(logits: np.ndarray, labels: np.ndarray) -> Scaling:
    """Return temperature and shift of the least log-loss: logistic regression on the margin (Platt 1999).

    By Newton's method; where the classes can be parted without error, or the margin misleads, it has no finite
    or no sensible answer, and the temperature alone is returned.
    """
    margin = (logits[:, DOG] - logits[:, CAT]).astype(np.float64)
    columns, dog = np.stack([margin, np.ones_like(margin)], axis=1), (labels == DOG).astype(np.float64)
    weights = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        share = 1.0 / (1.0 + np.exp(-np.clip(columns @ weights, -60.0, 60.0)))
        slopes = (columns * (share * (1.0 - share))[:, None]).T @ columns
        weights = weights + np.linalg.lstsq(slopes, columns.T @ (dog - share), rcond=None)[0]
    if not LEAST_TEMPERATURE < 1.0 / (weights[0] or math.inf) < MOST_TEMPERATURE:
        return fit_plain(logits, labels)
    return Scaling(1.0 / float(weights[0]), float(weights[1] / weights[0]))


CANDIDATES: dict[str, Callable[[np.ndarray, np.ndarray], Scaling]] = {
    "temperature": fit_plain,
    "temperature_and_shift": fit_shifted,
}


def folds_of(count: int) -> np.ndarray:
    """Return the fold of each picture, 0 to 9, of equal sizes, drawn once and for all."""
    return np.random.default_rng(SEED).permutation(count) % FOLDS


def cross_fitted(
    logits: np.ndarray, labels: np.ndarray, fit: Callable[[np.ndarray, np.ndarray], Scaling] = fit_plain
) -> np.ndarray:
    """Return the margins (N,), scaled by what was fitted on the nine folds that a picture is not in."""
    folds, margins = folds_of(len(labels)), np.zeros(len(labels))
    for fold in range(FOLDS):
        out = folds == fold
        if out.any() and (~out).any():
            scaling = fit(logits[~out], labels[~out])
            shifted = scaling.logits(logits[out].astype(np.float64))
            margins[out] = (shifted[:, DOG] - shifted[:, CAT]) / scaling.temperature
    return margins


def losses(margins: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the log-loss (N,) of each picture."""
    return np.logaddexp(0.0, np.where(labels == DOG, -margins, margins))


def choose_scaling(logits: np.ndarray, labels: np.ndarray) -> Scaling:
    """Return the temperature, with a shift only where cross-validation shows that it helps.

    A shift must lower the cross-validated log-loss by more than one standard error of the paired difference
    (Hastie, Tibshirani and Friedman 2009, section 7.10): else the simpler one is kept.
    """
    plain, shifted = (losses(cross_fitted(logits, labels, fit), labels) for fit in CANDIDATES.values())
    gain = plain - shifted
    error = float(gain.std(ddof=1)) / math.sqrt(len(gain)) if len(gain) > 1 else math.inf
    fit = fit_shifted if float(gain.mean()) > error else fit_plain
    found = fit(logits, labels)
    return Scaling(round(found.temperature, 4), round(found.shift, 4))


def equal_mass_error(sure: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Return the calibration error with as many pictures in each bin (adaptive ECE, Nixon et al. 2019)."""
    ranks = np.empty(len(sure), dtype=int)
    ranks[np.argsort(sure, kind="stable")] = np.arange(len(sure))
    return gap_in_bins(sure, right, ranks * bins // max(len(sure), 1))


def error_by_chance(sure: np.ndarray) -> tuple[float, float]:
    """Return mean and 95 % point of the calibration error that a perfectly calibrated network would show.

    Labels are drawn with exactly the stated confidences: what is left is the scatter of few pictures in a bin,
    which the error counts as if it were a fault (Kumar, Liang and Ma 2019).
    """
    rng, bins = np.random.default_rng(SEED), width_bins(sure)
    drawn = [gap_in_bins(sure, rng.random(len(sure)) < sure, bins) for _ in range(DRAWS)]
    return float(np.mean(drawn)), float(np.quantile(drawn, 0.95))


def calibration_report(logits: np.ndarray, labels: np.ndarray, temperature: float) -> dict[str, Any]:
    """Return what the card says of calibration on the pictures that the temperature was fitted on."""
    sure, right = confidence(logits, temperature), (p_dog(logits) > 0.5) == (labels == DOG)
    margins = cross_fitted(logits, labels)
    held_out = 1.0 / (1.0 + np.exp(-np.abs(np.clip(margins, -60.0, 60.0))))
    mean, most = error_by_chance(sure)
    return {
        "bins": BINS,
        "folds": FOLDS,
        "equal_width": round(gap_in_bins(sure, right, width_bins(sure)), 4),
        "equal_mass": round(equal_mass_error(sure, right), 4),
        "narrow_bins": round(gap_in_bins(sure, right, width_bins(sure, 2 * BINS)), 4),
        "cross_fitted": round(gap_in_bins(held_out, right, width_bins(held_out)), 4),
        "by_chance": {"mean": round(mean, 4), "upper_95": round(most, 4)},
        "log_loss": {
            "uncalibrated": round(log_loss(logits, labels), 4),
            "fitted": round(log_loss(logits, labels, temperature), 4),
            **{
                f"cross_validated_{name}": round(
                    float(losses(cross_fitted(logits, labels, fit), labels).mean()), 4
                )
                for name, fit in CANDIDATES.items()
            },
        },
    }
