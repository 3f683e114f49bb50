"""How a photo is read: sizes, crops and the area filter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.engine.reading import FITS, plan, read

SIDES = st.integers(1, 400)


@given(SIDES, SIDES, st.integers(8, 300), st.sampled_from(FITS))
def test_nothing_is_enlarged_and_size_bounds_the_longer_side(rows, cols, size, fit):
    reading = plan(rows, cols, size, fit)

    assert max(reading.rows, reading.cols) <= min(size, max(rows, cols))
    assert reading.part.rows.size >= reading.rows >= 1
    assert reading.part.cols.size >= reading.cols >= 1
    assert fit == "keep" or reading.rows == reading.cols


@pytest.mark.parametrize(
    ("fit", "part", "cells"),
    [
        ("keep", (0, 99, 0, 199), (32, 64)),
        ("crop", (0, 99, 50, 149), (64, 64)),
        ("squeeze", (0, 99, 0, 199), (64, 64)),
    ],
)
def test_fits_of_a_photo_twice_as_wide_as_high(fit, part, cells):
    reading = plan(100, 200, 64, fit)
    rows, cols = reading.part.rows, reading.part.cols

    assert (part, cells) == ((rows.first, rows.last, cols.first, cols.last), (reading.rows, reading.cols))


def test_the_short_side_is_rounded_half_up_and_never_0():
    assert (3, 8) == (plan(5, 16, 8, "keep").rows, plan(5, 16, 8, "keep").cols)  # 2.5
    assert (1, 8) == (plan(1, 400, 8, "keep").rows, plan(1, 400, 8, "keep").cols)


def test_a_whole_factor_gives_the_mean_of_each_block():
    photo = np.random.default_rng(0).random((3, 24, 36), dtype=np.float32)

    cells = read(photo, plan(24, 36, 12, "keep"))

    np.testing.assert_allclose(photo.reshape(3, 8, 3, 12, 3).mean((2, 4)), cells, atol=1e-6)


def test_a_crop_at_full_size_is_the_very_pixels():
    photo = np.random.default_rng(0).random((3, 20, 31), dtype=np.float32)

    np.testing.assert_array_equal(photo[:, :, 5:25], read(photo, plan(20, 31, 64, "crop")))


@pytest.mark.parametrize(
    ("size", "fit", "code"), [(7, "keep", "size_out"), (2049, "keep", "size_out"), (64, "x", "unknown_fit")]
)
def test_what_cannot_be_is_refused(size, fit, code):
    with pytest.raises(UserError, match=code):
        plan(10, 10, size, fit)
