"""Draws pictures that show nothing: one colour, ramps, stripes, noise, shapes. All of them are `other`."""

from __future__ import annotations

import cv2
import numpy as np


def generated_pictures(seed: tuple[int, ...], count: int, side: int) -> np.ndarray:
    """Return uint8 pictures (count, side, side, 3) that depend on `seed` alone.

    Outlier exposure (Hendrycks et al. 2019) with photos only leaves a network that calls a white wall a cat:
    flat and synthetic pictures lie nowhere near any photo.
    """
    rng = np.random.default_rng(seed)
    kinds = (one_colour, ramp, stripes, noise, clouds, shapes)
    drawn = [kinds[rng.integers(len(kinds))](rng, side) for _ in range(count)]
    return np.clip(np.rint(np.stack(drawn)), 0, 255).astype(np.uint8)


def colour(rng: np.random.Generator) -> np.ndarray:
    """Return a random colour, gray in one of three."""
    return np.repeat(rng.uniform(0, 255), 3) if rng.random() < 1 / 3 else rng.uniform(0, 255, 3)


def one_colour(rng: np.random.Generator, side: int) -> np.ndarray:
    """One colour, at times with the faint grain of a sensor."""
    plain = np.broadcast_to(colour(rng), (side, side, 3))
    return plain + rng.normal(0, rng.choice([0.0, 3.0]), (side, side, 3))


def waves(rng: np.random.Generator, side: int, cycles: float) -> np.ndarray:
    """Return a plane wave (side, side, 1) in 0..1 of `cycles` per side in a random direction."""
    angle, phase = rng.uniform(0, np.pi), rng.uniform(0, 2 * np.pi)
    rows, cols = np.mgrid[0:side, 0:side] / side
    wave = np.sin(2 * np.pi * cycles * (cols * np.cos(angle) + rows * np.sin(angle)) + phase)
    return (0.5 + 0.5 * wave)[:, :, None]


def between(rng: np.random.Generator, share: np.ndarray) -> np.ndarray:
    """Mix two random colours by share (side, side, 1)."""
    return colour(rng) * share + colour(rng) * (1.0 - share)


def ramp(rng: np.random.Generator, side: int) -> np.ndarray:
    """A slow change from one colour to another."""
    return between(rng, waves(rng, side, rng.uniform(0.1, 0.5)))


def stripes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Hard or soft stripes; crossed, a checkerboard."""
    share = waves(rng, side, rng.uniform(1, 16))
    if rng.random() < 0.5:
        share = (share > 0.5).astype(np.float64)
    if rng.random() < 0.3:
        share = np.abs(share - share.transpose(1, 0, 2))
    return between(rng, share)


def noise(rng: np.random.Generator, side: int) -> np.ndarray:
    """Grains of one size, coloured or gray."""
    grain, channels = int(rng.integers(1, 9)), 3 if rng.random() < 0.5 else 1
    small = rng.normal(128, rng.uniform(15, 90), (side // grain + 1, side // grain + 1, channels))
    large = small.repeat(grain, axis=0).repeat(grain, axis=1)[:side, :side]
    return np.broadcast_to(large, (side, side, 3))


def clouds(rng: np.random.Generator, side: int) -> np.ndarray:
    """Smooth blobs of two colours."""
    small = rng.uniform(0, 1, (int(rng.integers(3, 10)), int(rng.integers(3, 10))))
    share = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    return between(rng, np.clip(share, 0, 1)[:, :, None])


def shapes(rng: np.random.Generator, side: int) -> np.ndarray:
    """Discs, boxes, lines and letters on one colour."""
    canvas = np.clip(one_colour(rng, side), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(1, 9))):
        ink = tuple(float(value) for value in colour(rng))
        x, y, size = (int(value) for value in rng.integers(4, side, 3))
        match int(rng.integers(4)):
            case 0:
                cv2.circle(canvas, (x, y), size // 3, ink, -1, cv2.LINE_AA)
            case 1:
                cv2.rectangle(canvas, (x, y), (x + size // 2, y + size // 3), ink, -1)
            case 2:
                cv2.line(canvas, (x, y), (size, x), ink, int(rng.integers(1, 8)), cv2.LINE_AA)
            case _:
                letters = "".join(chr(value) for value in rng.integers(65, 91, int(rng.integers(1, 6))))
                cv2.putText(
                    canvas, letters, (x // 2, y), cv2.FONT_HERSHEY_SIMPLEX, size / 60.0, ink, 2, cv2.LINE_AA
                )
    return canvas
