"""Numbers, shares and lists are written as each language writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n.numbers import LANGUAGES, Language, format_number, format_percent, format_value


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (0, "0", "0"),
        (-3, "−3", "−3"),
        (2.0, "2", "2"),
        (0.5, "0.5", "0,5"),
        (-0.12345, "−0.1235", "−0,1235"),
        (3.14159, "3.142", "3,142"),
        (1234.56, "1235", "1235"),
        (1234, "1234", "1234"),
        (16000, "16\u202f000", "16\u202f000"),
        (-16_000_000, "−16\u202f000\u202f000", "−16\u202f000\u202f000"),
        (1.5e-7, "1.5·10^−7", "1,5·10^−7"),
        (-0.0, "0", "0"),
        (math.inf, "∞", "∞"),
        (-math.inf, "−∞", "−∞"),
        (math.nan, "NaN", "NaN"),
    ],
)
def test_a_number_is_short_with_the_sign_of_the_language(value: float, english: str, spanish: str) -> None:
    assert english == format_number(value, "en")
    assert spanish == format_number(value, "es")


def test_a_fixed_number_of_decimals_keeps_zeros_and_drops_the_sign_of_zero() -> None:
    assert "2,50" == format_number(2.5, "es", 2)
    assert "0.00" == format_number(-0.001, "en", 2)


@given(st.floats(-1e9, 1e9), st.sampled_from(LANGUAGES))
def test_a_written_number_reads_back_to_four_digits(value: float, language: Language) -> None:
    text = format_number(value, language).replace("−", "-").replace("\u202f", "").replace(",", ".")
    assert math.isclose(value, float(text.replace("·10^", "e")), rel_tol=5.1e-4, abs_tol=0)


def test_per_cent_has_a_narrow_no_break_space_in_both_languages() -> None:
    assert "97\u202f%" == format_percent(0.974, "en")
    assert "97,4\u202f%" == format_percent(0.974, "es", 1)
    assert ["0\u202f%", "100\u202f%"] == [format_percent(share, "en") for share in (0.0, 1.0)]
    assert "<\u202f1\u202f%" == format_percent(0.0004, "en")
    assert ">\u202f99\u202f%" == format_percent(0.9996, "es")
    assert ">\u202f99,9\u202f%" == format_percent(0.99996, "es", 1)


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        ([1, 2.5], "1, 2.5", "1; 2,5"),
        ((3, 3), "3, 3", "3; 3"),
        (range(1, 65), "1–64", "1–64"),
        ("relu", "relu", "relu"),
        (["relu", "abs"], "relu, abs", "relu; abs"),
        (True, "true", "true"),
    ],
)
def test_lists_ranges_and_words_are_written_too(value: object, english: str, spanish: str) -> None:
    assert english == format_value(value, "en")
    assert spanish == format_value(value, "es")
