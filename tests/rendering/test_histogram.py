"""Histograms are drawn as an outline."""

import re

from app.rendering.histogram import histogram_svg_path


def test_heights_go_by_the_square_root():
    assert histogram_svg_path((1, 0, 16), 30, 40) == "M0 40V30H10V40H20V0H30V40Z"


def test_an_empty_histogram_is_a_flat_line():
    assert re.fullmatch(r"M0 40(V40H\d+)*V40Z", histogram_svg_path((0, 0), 30, 40))
    assert histogram_svg_path((), 30, 40) == "M0 40V40Z"
