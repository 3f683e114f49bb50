"""Terms in texts link to the glossary: once a page, whole words in the forms listed, never inside code or formulas."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from markupsafe import Markup

from app.lessons.glossary import folded, glossary
from app.lessons.linking import Glossing
from app.lessons.markup import markdown


def terms(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<a class="term" href="/glossary\?lang=..#([^"]+)"[^>]*>([^<]+)</a>', html)


def test_a_term_is_linked_once_in_a_form_of_its_own() -> None:
    gloss = Glossing("es")
    first = gloss(
        "Dos núcleos no; dos Kernels sí, y otro kernel en cada celda. Los campos receptivos crecen."
    )
    assert [("kernel", "Kernels"), ("cell", "celda"), ("receptive-field", "campos receptivos")] == terms(
        first
    )
    assert [] == terms(gloss("El kernel y sus celdas."))


def test_the_longest_form_wins_and_parts_of_words_do_not_count() -> None:
    assert [("receptive-field", "receptive field")] == terms(
        Glossing("en")("A receptive field, subcells, cell-like.")
    )
    assert [("depthwise-convolution", "depthwise convolution")] == terms(
        Glossing("en")("a depthwise convolution")
    )


def test_code_formulas_links_and_headings_are_left_alone_and_html_is_escaped() -> None:
    html = markdown("# A kernel\n\n`kernel` and $K$ in [a kernel](/x), then {kernel:kernels} & more.")
    assert [("kernel", "kernels")] == terms(Glossing("en")(html))
    assert "<b>x" not in Glossing("en")("<b>x</b> kernel")


def test_an_everyday_word_counts_only_where_it_is_marked_as_a_term() -> None:
    assert [] == terms(Glossing("es")("Das un pequeño paso en contra en ese momento."))
    assert [("stride", "paso")] == terms(Glossing("es")(markdown("El {step:paso} salta sitios.")))


def test_no_form_belongs_to_two_terms() -> None:
    for language in ("en", "es"):
        forms = [folded(form) for term in glossary() for form in term.forms[language]]
        assert len(forms) == len(set(forms))


@pytest.mark.parametrize("address", ["/course/stride-padding", "/", "/network?level=unit&at=1.3.10.10"])
def test_lessons_lab_and_network_link_their_terms(client: TestClient, address: str) -> None:
    for language in ("en", "es"):
        page = client.get(address, params={"lang": language} if "?" not in address else None).text
        found = terms(page)
        assert found, address
        assert len(found) == len({slug for slug, _ in found})
        assert {slug for slug, _ in found} <= {term.slug for term in glossary()}


def test_a_heading_that_nobody_opened_and_rules_between_are_no_trouble() -> None:
    gloss = Glossing("en")
    html = gloss(Markup("</b>a kernel<br>and <img src='x'/><b>cells</b>, </h2>stride"))
    assert [("kernel", "kernel"), ("cell", "cells")] == terms(html)[:2]
    assert "<br>and <img src='x'/>" in html
