"""Histograms count every value once, as NumPy does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.compute.histogram import histogram

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(max_examples=50)
@given(st.lists(finite, min_size=1, max_size=50), st.integers(1, 40))
def test_every_value_between_the_ends_is_counted_once(values, bins):
    counts = histogram(np.array([values], np.float32), bins, min(values), max(values))
    assert bins == len(counts)
    assert len(values) == sum(counts)


def test_counts_fall_into_equal_parts_and_the_end_belongs_to_the_last():
    assert histogram(np.array([[0, 0.9, 1], [3, 4, 4]], np.float32), 4, 0, 4) == (2, 1, 0, 3)


def test_a_flat_map_fills_the_middle_bin():
    assert histogram(np.full((2, 3), 1e8, np.float32), 5, 1e8, 1e8) == (0, 0, 6, 0, 0)


def test_a_narrow_range_far_from_zero_is_still_divided():
    assert histogram(np.array([[1e6, 1e6 + 0.0625]], np.float32), 3, 1e6, 1e6 + 0.0625) == (1, 0, 1)


def test_the_narrowest_range_is_divided_too():
    least = float(np.finfo(np.float32).smallest_subnormal)
    assert histogram(np.array([[0, least]], np.float32), 4, 0, least) == (1, 0, 0, 1)


@settings(max_examples=50)
@given(arrays(np.float32, (7, 9), elements=st.integers(-64, 64)), st.sampled_from([1, 2, 4, 8, 32]))
def test_the_counts_are_numpys(plane, bins):
    expected, _ = np.histogram(plane, bins, (-64, 64))
    assert tuple(expected) == histogram(plane, bins, -64, 64)


def test_more_bins_than_eight_bits_can_number_are_refused():
    with pytest.raises(ValueError, match="255"):
        histogram(np.zeros((2, 2), np.float32), 256, 0.0, 1.0)
