"""The cat of the course without the engine: Pillow reads the file, NumPy brings it to 64 cells, SciPy finds edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import correlate

import app.store.samples as samples

Floats = NDArray[np.float64]
SIZE = 64
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], float)
GRAY = (0.299, 0.587, 0.114)


def cat() -> Floats:
    """The centre square of cat-chelsea in grey, every cell the mean of the area that it covers."""
    file = Path(samples.__file__).with_name("sample_pictures") / "cat-chelsea.jpg"
    with Image.open(file) as picture:
        pixels = np.asarray(picture.convert("RGB"), float) / 255
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    edges = np.arange(SIZE + 1) * side / SIZE
    cells = np.arange(side)
    covered = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    area = np.clip(covered, 0, None) * SIZE / side
    square: Floats = pixels[top : top + side, left : left + side] @ GRAY
    return area @ square @ area.T


def moved(picture: Floats, cols: int, fill: float = 0.0) -> Floats:
    """The picture shifted to the right; `fill` enters."""
    return np.pad(picture, ((0, 0), (cols, 0)), constant_values=fill)[:, : picture.shape[1]]


def sobel(picture: Floats) -> Floats:
    """Upright edges at the same size, the border mirrored without its own row."""
    found: Floats = correlate(picture, SOBEL, mode="mirror")
    return found


def pooled(maps: Floats, size: int, stride: int, padding: int = 0) -> Floats:
    """The largest value of each window; NaN spreads."""
    wide = np.pad(maps, padding, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(wide, (size, size))
    found: Floats = windows[::stride, ::stride].max(axis=(2, 3))
    return found
