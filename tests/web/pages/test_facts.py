"""What the lab says in numbers and sentences: ranges, facts of a map, the table of fields, examples."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.domain.params import nearest
from app.layers.registry import kinds


def lab(client: TestClient, **query: str) -> str:
    given = {"image": "cat-chelsea", "size": "16", "fit": "crop", "lang": "en", **query}
    return client.get("/", params=given).text


def plain(html: str) -> str:
    """The text without tags, blanks made single."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def facts(html: str, stage: int) -> str:
    """What the details of a stage's map say."""
    return plain(html.split(f'id="c{stage}"')[1].split("</details>")[0])


def test_a_grid_says_its_real_range(client: TestClient) -> None:
    assert "2 × 2 cells from −3 to 9" in lab(client, image="grid([0,9;-3,5])", stack="relu")
    assert "2 × 2 celdas de −3 a 9,5" in lab(client, image="grid([0,9.5;-3,5])", stack="relu", lang="es")


@pytest.mark.parametrize(("lang", "words"), [("en", "Try this:"), ("es", "Prueba:")])
def test_the_first_view_says_what_to_try(client: TestClient, lang: str, words: str) -> None:
    assert words in client.get("/", params={"lang": lang}).text


def test_the_table_of_fields_has_the_effective_padding(client: TestClient) -> None:
    html = lab(client, stack="conv(box,padding=1)|conv(box,size=5,padding=(2,0))")
    rows = [
        re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", html) if 'scope="row"' in row
    ]
    assert [["1", "3 × 1"]] == [[row[4] for row in rows if len(row) == 6]]


def test_a_map_says_its_own_numbers_beside_those_of_all(client: TestClient) -> None:
    told = facts(lab(client, image="grid([1,0],[0,0],[3,5])", stack="conv([1])", fit="keep", at="1.2.0.0"), 1)
    assert "mean 4.00, zeros 0" in told
    assert "min 3.000 0.000" in told
    assert "mean 4.000 1.500" in told
    assert "max 5.000 5.000" in told
    assert re.search(r"zeros 0\W%\W50\W%", told)


@pytest.mark.parametrize(("size", "memory"), [("16", "3.1 kB"), ("512", "1.4 MB")])
def test_a_stage_says_its_memory(client: TestClient, size: str, memory: str) -> None:
    assert memory in facts(lab(client, stack="relu", size=size), 1)


def test_cells_between_windows_are_hatched_and_counted(client: TestClient) -> None:
    html = lab(client, stack="gray|maxpool(1,stride=3)")
    assert "between the windows: rows 10, columns 10" in html
    assert '<path class="between" d="M0 1H16V3H0Z' in html


def test_the_trained_network_is_an_example(client: TestClient) -> None:
    html = lab(client, stack="relu").split('id="examples"')[1].split("</div>")[0]
    assert "Trained network: cat, dog" in html
    assert "weights(catdog.c1" in html


def test_tables_have_the_decimal_sign_of_the_page(client: TestClient) -> None:
    assert "&amp;decimal=," in lab(client, stack="relu", lang="es")
    assert "decimal" not in lab(client, stack="relu", lang="en")


def test_a_suggestion_is_a_near_word_or_none() -> None:
    known = [kind for kind in kinds() if kind != "local"]
    assert "" == nearest("local", known)
    assert "relu" == nearest("rule", known)
    assert "maxpool" == nearest("max_pool", known)


@pytest.mark.parametrize(("lang", "words"), [("en", "backward pass"), ("es", "pasada hacia atrás")])
def test_deconv_is_told_as_the_backward_pass(client: TestClient, lang: str, words: str) -> None:
    assert words in lab(client, stack="relu", lang=lang)


def test_a_kernel_can_be_copied_as_json(client: TestClient) -> None:
    assert 'data-editor="json"' in lab(client, stack="relu")
