"""Kernel swatches: short numbers, colours of the diverging scale, readable ink."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rendering.swatch import short_number, swatch


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (1, "1"), (-2, "−2"), (0.0213, ".021"), (0.118, ".118"), (0.5, ".5"),
        (-0.25, "−.25"), (2.5, "2.5"), (1.256, "1.26"), (12.34, "12.3"), (128, "128"), (0.0004, "4e−4"),
        (-4e-5, "−4e−5"), (123456, "1e5"), (0.9996, "1"), (9.999, "10"), (99.99, "100"),
    ],
)  # fmt: skip
def test_numbers_are_short(value, text):
    assert text == short_number(value)


def test_the_decimal_mark_can_be_a_comma():
    assert (short_number(-0.0213, ","), short_number(2.5, ",")) == ("−,021", "2,5")


@settings(max_examples=100)
@given(st.floats(-1e6, 1e6))
def test_short_numbers_are_close_and_short(value):
    text = short_number(value)
    assert len(text) <= 7
    step = max(0.0005, abs(value) / 180) if 0.0005 <= abs(value) < 99999.5 else abs(value) / 2
    assert abs(value - float(text.replace("−", "-"))) <= step * 1.001


def test_a_swatch_has_the_scales_colors_and_readable_ink():
    rows = swatch([[-1, 0, 1], [-2, 0, 2]])
    assert [[cell.text for cell in row] for row in rows] == [["−1", "0", "1"], ["−2", "0", "2"]]
    assert [cell.fill for cell in rows[1]] == ["#026871", "#f6f6f6", "#904201"]
    assert [cell.ink for cell in rows[1]] == ["#ffffff", "#000000", "#ffffff"]
    assert (rows[1][2].row, rows[1][2].col, rows[1][2].value) == (1, 2, 2.0)


def test_a_kernel_of_zeros_is_neutral():
    assert {"#f6f6f6"} == {cell.fill for row in swatch([[0, 0], [0, 0]]) for cell in row}
