"""A lesson's address keeps everything: scene, pinned cell, and the settings of the views it knows nothing of."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.engine.cells import Place
from app.web.pages.course_state import LessonState

PART = {"HX-Request": "true"}
QUERY = {
    "image": "cat-tabby",
    "stack": "gray",
    "size": "128",
    "at": "1.0.2.3",
    "wave": "step",
    "t": "2.5",
    "answer": "1",
}


def test_an_address_says_all_of_the_state_and_nothing_that_passes() -> None:
    state = LessonState.read("kernels", {**QUERY, "layer": "2", "history": "push", "BAD NAME": "1"})
    assert QUERY == {name: values[0] for name, values in parse_qs(urlsplit(state.url()).query).items()}
    assert "at=none" in state.url(at=None)
    assert "at=1.0.4.5" in state.url(at=Place(1, 0, 4, 5))
    assert state == LessonState.read("kernels", {**state.pairs()})


@pytest.mark.parametrize(
    ("at", "pinned"), [("", Place(1, 0, 1, 1)), ("none", None), ("2.0.3.3", Place(2, 0, 3, 3))]
)
def test_a_lessons_own_cell_is_pinned_until_another_or_none_is(at: str, pinned: Place | None) -> None:
    assert pinned == LessonState.read("kernels", {"at": at}).pinned("1.0.1.1")


def test_answer_language_and_controls_keep_a_views_settings(client: TestClient) -> None:
    query = {"lang": "en", "layers": "4", "pace": "2"}
    page = client.get("/course/receptive-field", params=query).text
    assert 'name="layers" value="4"' in page.partition('id="ask"')[2]
    assert "layers=4" in page.partition("data-language")[0].rpartition("href=")[2]
    moved = client.get(
        "/course/receptive-field", params={**query, "layer": "2", "set.stride": "2"}, headers=PART
    )
    assert "layers=4" in moved.headers["HX-Push-Url"]
    assert "set." not in moved.headers["HX-Push-Url"]


def test_the_live_scene_has_its_cells_card_and_frames(client: TestClient) -> None:
    page = client.get("/course/receptive-field?lang=en").text
    assert 'data-at="4.0.30.30"' in page
    assert "It sees 7 × 7" in page
    assert 'data-at=""' in client.get("/course/receptive-field?lang=en&at=none").text
    assert 'data-at=""' in client.get("/course/receptive-field?lang=en&at=9.0.0.0").text
    assert 422 == client.get("/course/receptive-field?at=here").status_code


def test_unread_cells_are_hatched_and_every_map_is_drawn(client: TestClient) -> None:
    assert 'class="unread"' in client.get("/course/stride-padding?lang=en").text
    page = client.get("/course/many-channels?lang=en").text
    assert 'class="small-maps"' in page
