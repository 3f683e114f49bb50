"""The language of an answer follows Accept-Language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import LANGUAGES, Language, negotiate


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("es", "es"),
        ("es-AR,es;q=0.9,en;q=0.8", "es"),
        ("EN-gb, es;q=0.9", "en"),
        ("fr, es;q=0.5, en;q=0.7", "en"),
        ("en;q=0.3, es;q=0.8", "es"),
        ("en;q=0, es;q=0.1", "es"),
        ("fr", "en"),
        ("*", "en"),
        ("est", "en"),
        ("es;q=none", "en"),
        ("es;q=7", "en"),
    ],
)
def test_the_heaviest_language_that_we_have_is_chosen(header: str | None, language: Language) -> None:
    assert language == negotiate(header)


def test_the_default_stands_in_where_neither_is_wanted() -> None:
    assert "es" == negotiate("fr, *;q=0.5", default="es")


@given(st.text(max_size=60))
def test_any_header_gives_a_language(header: str) -> None:
    assert negotiate(header) in LANGUAGES
