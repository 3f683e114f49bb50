"""Numbers on a kernel's swatch are short, and right to the digits shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.pages.swatches import short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.118, ".118"),
        (-0.5, "−.5"),
        (1.0, "1"),
        (-2.0, "−2"),
        (1.5, "1.5"),
        (12.345, "12.35"),
        (0.9999, "1"),
        (-0.9999, "−1"),
        (999.0, "999"),
        (1000.0, "1000"),
        (-4321.4, "−4321"),
        (123_456.0, "1.23e5"),
        (1e9, "1e9"),
        (-2.5e12, "−2.5e12"),
        (0.0004, "4e−4"),
        (-0.00012, "−1e−4"),
        (3e-9, "3e−9"),
    ],
)
def test_a_number_is_written_short(value: float, text: str) -> None:
    assert text == short(value)


@given(st.floats(-1e15, 1e15))
def test_what_is_written_is_near_what_it_stands_for(value: float) -> None:
    read = float(short(value).replace("−", "-"))
    assert abs(read - value) <= max(
        0.006 * abs(value), 0.0005 if abs(value) >= 0.0005 else 0.06 * abs(value) * 10
    )
    assert len(short(value)) <= 9
