"""The area filter gives the mean over exactly the area of each cell."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.shrink import bounded_size, shrink
from tests.store.made_files import coloured

SIDES = st.integers(1, 60)


@settings(max_examples=60, deadline=None)
@given(height=SIDES, width=SIDES, rows=SIDES, columns=SIDES)
def test_shrinking_equals_opencv_area_on_floats(height, width, rows, columns):
    rows, columns = min(rows, height), min(columns, width)
    pixels = coloured(height, width)
    expected = cv2.resize(pixels.astype(np.float64), (columns, rows), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(
        expected.reshape(rows, columns, 3), shrink(pixels, (rows, columns)), atol=0.502
    )


def test_a_picture_of_its_size_is_left_alone():
    pixels = coloured(5, 6)
    assert shrink(pixels, (5, 6)) is pixels


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_the_longer_side_is_bounded_and_the_shape_is_kept(height, width):
    rows, columns = bounded_size(height, width, 2048)
    assert min(2048, max(height, width)) == max(rows, columns)
    assert min(rows, columns) >= 1
    assert abs(rows - height * min(1, 2048 / max(height, width))) <= 1
