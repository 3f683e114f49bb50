"""SmoothGrad: the gradient averaged over noisy copies of the picture, which lets its flicker cancel out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.domain.errors import UserError
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject
from app.layers.base import Array

SAMPLES, NOISE, SEED = 25, 0.15, 0
LEAST_SAMPLES, MOST_SAMPLES = 2, 100
LEAST_NOISE, MOST_NOISE = 0.01, 0.5
MAX_WORK = 60_000_000_000  # multiply-adds of all passes one way: a few seconds of one core
ALWAYS_SAMPLES = 50  # however large the network


@method("smoothgrad", settings=("samples", "noise", "seed"), slow=True)
def smoothgrad(subject: Subject, settings: Settings) -> Attribution:
    """The absolute mean gradient over `samples` noisy copies, the largest of a pixel's channels.

    The noise is normal and added to every channel; its standard deviation is `noise` times the distance
    from the picture's darkest to its brightest value. The same `seed` gives the same map. Smilkov, Thorat,
    Kim, Viégas and Wattenberg 2017, "SmoothGrad: removing noise by adding noise", section 3.

    Raises
    ------
    UserError
        `attribution_samples`, `attribution_noise`.
    """
    samples = SAMPLES if settings.samples is None else settings.samples
    noise = NOISE if settings.noise is None else settings.noise
    seed = SEED if settings.seed is None else settings.seed
    most = max(ALWAYS_SAMPLES, min(MOST_SAMPLES, MAX_WORK // (3 * max(1, subject.chain.multiply_adds))))
    if not LEAST_SAMPLES <= samples <= most:
        raise UserError("attribution_samples", samples=samples, low=LEAST_SAMPLES, high=most)
    if not LEAST_NOISE <= noise <= MOST_NOISE:
        raise UserError("attribution_noise", noise=noise, low=LEAST_NOISE, high=MOST_NOISE)
    deviation = noise * float(np.ptp(subject.picture))
    mean = np.zeros(subject.picture.shape, dtype=np.float64)
    for gradient in subject.gradients(noisy(subject.picture, deviation, samples, seed)):
        mean += gradient
    channels = (mean / samples).astype(np.float32)
    details = {"samples": samples, "noise": noise, "deviation": deviation, "seed": seed}
    return Attribution(np.abs(channels).max(0), details, channels)


def noisy(picture: Array, deviation: float, samples: int, seed: int) -> Iterator[Array]:
    """The picture `samples` times, each with noise of its own."""
    rng = np.random.default_rng(seed)
    for _ in range(samples):
        yield picture + np.float32(deviation) * rng.standard_normal(picture.shape, dtype=np.float32)
