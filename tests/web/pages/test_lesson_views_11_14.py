"""The extra views of lessons 11, 12 and 14 from their addresses alone, and their numbers."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from app.lessons.loader import LANGUAGES


def text_of(client: TestClient, slug: str, **query: object) -> str:
    page = client.get(f"/course/{slug}", params={"lang": "en", **query})
    assert 200 == page.status_code
    assert "style=" not in page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", ["many-channels", "learning", "pytorch-keras"])
def test_a_view_stands_in_both_languages(client: TestClient, slug: str, lang: str) -> None:
    page = client.get(f"/course/{slug}", params={"lang": lang})
    assert "data-lesson-view" in page.text


def test_the_tensor_adds_its_channels(client: TestClient) -> None:
    assert "0 + 4 + 2 + 0.5 = 6.5" in text_of(client, "many-channels")
    assert "2 + 2 + 1 + −1.0 = 4.0" in text_of(client, "many-channels", i=1)
    assert "32 output channels, 3 input channels" in text_of(
        client, "many-channels", bank="learned", i=31, j=2
    )


def test_the_learned_cell_is_the_engines(client: TestClient) -> None:
    explorer = client.app.state.services.explorer
    from app.explorer import Scene
    from app.web.pages.lesson_views.tensor import CELL, LEARNED, values

    maps = explorer.trace(Scene("dog-retriever", LEARNED, 64, "crop")).stages[-1].maps
    for i in (0, 7, 31):
        shown = values(explorer, {"bank": "learned", "i": str(i), "image": "dog-retriever"}, "en")
        assert pytest.approx(float(maps[i, CELL, CELL]), abs=1e-4) == shown["total"]


@pytest.mark.parametrize(
    ("entry", "sum_"),
    [
        ("g.0.0", "g[0, 0] = 1 · (−8) + 2 · 10 + 2 · 0 + 0 · 4 = 12"),
        ("h.2.2", "= −4"),
        ("h.1.1", "h[1, 1] = 0 · (−8) = 0"),
        ("x.9.9", "g[0, 0] ="),
    ],
)
def test_an_entry_is_taken_apart(client: TestClient, entry: str, sum_: str) -> None:
    assert sum_ in text_of(client, "learning", entry=entry)


def test_a_run_converges_or_is_told_to_grow(client: TestClient) -> None:
    assert "the largest error of a weight is 0.002" in text_of(client, "learning", steps=100)
    assert "it grows on" in text_of(client, "learning", rate="0,45", steps=200)
    assert "Step 50:" in text_of(client, "learning", rate=0.4, steps=200, show=50)
    text_of(client, "learning", pair="photo", momentum=0.9, steps=500, turned="true", kernel="emboss")
    text_of(client, "learning", rate=100, steps=500)


@pytest.mark.parametrize("query", [{"rate": "0"}, {"momentum": "1"}, {"steps": "2001"}, {"rate": "nan"}])
def test_a_run_out_of_bounds_is_refused(client: TestClient, query: dict[str, str]) -> None:
    assert 422 == client.get("/course/learning", params=query).status_code


def test_one_row_is_read_by_both_rules(client: TestClient) -> None:
    told = text_of(client, "pytorch-keras")
    assert re.search(r"Keras 3 ?0 ?1 ?2 4 6 8", told)
    assert re.search(r"PyTorch ?1 ?1 ?1 3 5 7", told)
    text_of(client, "pytorch-keras", length=99, width=6, pace=4)
