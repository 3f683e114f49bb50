"""Integrated gradients: the gradients met on the way from an empty picture to this one."""

from __future__ import annotations

import numpy as np

from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject

STEPS = 50


@method(
    "integrated_gradients",
    checks=("completeness", "deletion", "insertion", "randomised"),
    signed=True,
    slow=True,
)
def integrated_gradients(subject: Subject, settings: Settings) -> Attribution:
    """(x − baseline) times the mean gradient on the straight way, summed over a pixel's channels.

    The integral is taken at the 50 points of Gauss and Legendre, so that the map's sum comes near to
    f(x) − f(baseline). Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", eq. 1.
    """
    points, weights = np.polynomial.legendre.leggauss(STEPS)
    baseline = subject.chain.baseline
    way = subject.picture - baseline
    pictures = (baseline + np.float32(0.5 * (1 + point)) * way for point in points)
    mean = np.zeros(way.shape, dtype=np.float64)
    for gradient, weight in zip(subject.gradients(pictures), weights, strict=True):
        mean += 0.5 * weight * gradient
    channels = (mean * way).astype(np.float32)
    return Attribution(channels.sum(0), {"steps": STEPS}, channels)
