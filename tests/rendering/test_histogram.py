"""Histograms count every value once and draw the outline."""

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rendering.histogram import histogram, histogram_svg_path

finite = st.floats(-(2.0**100), 2.0**100, width=32)


@settings(max_examples=50)
@given(st.lists(finite, min_size=1, max_size=50), st.integers(1, 40))
def test_every_value_between_the_ends_is_counted_once(values, bins):
    counts = histogram(np.array(values, np.float32), bins, min(values), max(values))
    assert bins == len(counts)
    assert len(values) == sum(counts)


def test_counts_fall_into_equal_parts_and_the_end_belongs_to_the_last():
    assert histogram(np.array([[0, 0.9, 1], [3, 4, 5]], np.float32), 4, 0, 4) == (2, 1, 0, 2)


def test_a_flat_map_fills_the_middle_bin():
    assert histogram(np.full((2, 3), 1e8, np.float32), 5, 1e8, 1e8) == (0, 0, 6, 0, 0)


def test_a_narrow_range_far_from_zero_is_still_divided():
    assert histogram(np.array([1e6, 1e6 + 0.0625], np.float32), 3, 1e6, 1e6 + 0.0625) == (1, 0, 1)


def test_heights_go_by_the_square_root():
    assert histogram_svg_path((1, 0, 16), 30, 40) == "M0 40V30H10V40H20V0H30V40Z"


def test_an_empty_histogram_is_a_flat_line():
    assert re.fullmatch(r"M0 40(V40H\d+)*V40Z", histogram_svg_path((0, 0), 30, 40))
    assert histogram_svg_path((), 30, 40) == "M0 40V40Z"
