"""What lesson 1 claims holds: an image is a tensor of the file's own bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import app.store.samples as samples
from app.explorer import Scene


@given(
    shape=st.tuples(*[st.integers(1, 40)] * 4),
    share=st.tuples(*[st.floats(0, 1, exclude_max=True)] * 4),
)
def test_the_place_in_memory_is_numpys(
    shape: tuple[int, int, int, int], share: tuple[float, float, float, float]
) -> None:
    (n_count, channels, height, width) = shape
    n, c, r, k = (int(size * part) for size, part in zip(shape, share, strict=True))
    assert np.ravel_multi_index((n, c, r, k), shape) == ((n * channels + c) * height + r) * width + k
    last = (n_count, height, width, channels)
    assert np.ravel_multi_index((n, r, k, c), last) == ((n * height + r) * width + k) * channels + c


def test_image_is_a_tensor(app: FastAPI) -> None:
    explorer = app.state.services.explorer
    cat = explorer.trace(Scene("cat-chelsea", "gray", 64, "crop")).stages
    assert (3, 64, 64) == cat[0].maps.shape
    assert 12_288 == cat[0].maps.size
    assert 48 * 1024 == cat[0].maps.nbytes
    batch = np.stack([cat[0].maps] * 12)
    assert 147_456 == batch.size
    assert 29_332 == np.ravel_multi_index((2, 1, 10, 20), batch.shape)
    assert 26_557 == np.ravel_multi_index((2, 10, 20, 1), (12, 64, 64, 3))

    red, green, blue = cat[0].maps.astype(np.float64)
    assert np.allclose(0.299 * red + 0.587 * green + 0.114 * blue, cat[1].maps[0], atol=1e-6)

    file = Path(samples.__file__).with_name("sample_pictures") / "cat-chelsea.jpg"
    with Image.open(file) as picture:
        stored = np.asarray(picture.convert("RGB"))
    whole = explorer.trace(Scene("cat-chelsea", "", 2048, "keep")).stages[0].maps
    assert np.array_equal(stored.transpose(2, 0, 1), np.rint(whole * 255))
    assert pytest.approx(stored[10, 20, 1] / 255, abs=1e-7) == whole[1, 10, 20]
