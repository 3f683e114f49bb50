"""The tour without scripts: each step stands in the address, leads on and back, and keeps the lab's state."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("step", range(1, 9))
def test_a_step_leads_on_back_and_out(client: TestClient, step: int) -> None:
    page = client.get(
        "/", params={"image": "cat-tabby", "stack": "gray|relu", "tour": step, "lang": "en"}
    ).text
    card = page.partition('id="tour"')[2].partition("</section>")[0]
    assert ("data-tour-back" in card) == (step > 1)
    assert ("data-tour-on" in card) == (step < 8)
    leave = card.partition("data-tour-leave href=")[2].partition(">")[0]
    assert "cat-tabby" in leave
    assert "tour=" not in leave


def test_without_a_step_there_is_no_tour(client: TestClient) -> None:
    assert 'id="tour"' not in client.get("/?lang=en").text
    assert 422 == client.get("/?tour=first").status_code
