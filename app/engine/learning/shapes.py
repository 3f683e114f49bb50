"""Draws the pictures of the small network: rings, square outlines and plus signs, and shapes it never saw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.float32]
Labels = NDArray[np.int64]

CLASSES = ("ring", "square", "plus")
UNSEEN = ("triangle", "cross", "disc", "empty")
SIDE = 24
NOISE = 0.1


@lru_cache(maxsize=4)
def draw_shapes(count: int, seed: int) -> tuple[Pictures, Labels]:
    """Give `count` pictures (count, 1, 24, 24) with what each shows, an index of `CLASSES`; both read-only.

    Radius, place and class are drawn evenly, the line is two pixels wide, and normal noise of 0.1 lies on top.
    """
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:SIDE, :SIDE].astype(float)
    pictures, labels = np.empty((count, 1, SIDE, SIDE), np.float32), rng.integers(0, len(CLASSES), count)
    for n, label in enumerate(labels):
        radius = rng.uniform(4, 8)
        r, c = (at - rng.uniform(radius + 1, 22 - radius) for at in (rows, cols))
        far, near = np.maximum(abs(r), abs(c)), np.minimum(abs(r), abs(c))
        drawn = (abs(np.hypot(r, c) - radius) < 1, abs(far - radius) < 1, (far < radius) & (near < 1))[label]
        pictures[n, 0] = drawn + rng.normal(0, NOISE, (SIDE, SIDE))
    pictures.flags.writeable = labels.flags.writeable = False
    return pictures, labels


def draw_unseen() -> Pictures:
    """One picture of each of `UNSEEN`, without noise, (4, 1, 24, 24)."""
    rows, cols = np.mgrid[:SIDE, :SIDE]
    sides, base = abs(rows - 4 - 2 * abs(cols - 12)) < 2, (rows == 18) & (abs(cols - 12) < 8)
    cross = (abs(abs(rows - 12) - abs(cols - 12)) < 1) & (abs(rows - 12) < 7)
    disc = np.hypot(rows - 12, cols - 12) < 6
    drawn = np.stack([(sides & (rows < 18)) | base, cross, disc, np.zeros_like(disc)])
    return drawn[:, None].astype(np.float32)
