"""The glossary: whole in both languages, found by any name, accents and case ignored."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.lessons.glossary import folded, glossary, search


def test_every_term_is_told_in_both_languages_with_an_anchor_of_its_own() -> None:
    terms = glossary()
    assert len(terms) >= 50
    assert len(terms) == len({term.slug for term in terms})
    for term in terms:
        assert all(term.word[language] and term.says[language] for language in ("en", "es"))
        assert "_".join(term.slug.split("-")).isidentifier() or term.slug[0].isdigit()


@pytest.mark.parametrize(
    ("text", "language", "slug"),
    [
        ("NÚCLEO", "es", "kernel"),
        ("nucleo", "en", "kernel"),
        ("Deconvolucion", "es", "transposed-convolution"),
        ("zancada", "es", "stride"),
        ("receptive", "es", "receptive-field"),
        ("  batch ", "es", "batch"),
    ],
)
def test_a_term_is_found_by_its_other_names(text: str, language: str, slug: str) -> None:
    assert slug in [term.slug for term in search(text, language)]


def test_terms_stand_in_the_order_of_the_language() -> None:
    for language in ("en", "es"):
        words = [folded(term.word[language]) for term in search("", language)]
        assert sorted(words) == words
        assert len(glossary()) == len(words)
    assert () == search("xyzzy", "es")


def test_the_page_searches_without_a_script(client: TestClient) -> None:
    whole = client.get("/glossary?lang=es")
    assert 200 == whole.status_code
    assert all(f'id="{term.slug}"' in whole.text for term in glossary())
    found = client.get("/glossary", params={"lang": "es", "q": "nucleo"})
    assert 'id="kernel"' in found.text
    assert 'id="softmax"' not in found.text
    assert "<html" not in client.get("/glossary?q=relu", headers={"HX-Request": "true"}).text
    assert "&lt;b&gt;" in client.get("/glossary", params={"q": "<b>"}).text
