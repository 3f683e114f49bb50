"""A layer's kept controls say what freshly written ones would, for the page's own state and language."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

SCENE = {"image": "cat-chelsea", "size": "16", "fit": "crop"}


def controls(client: TestClient, stack: str, lang: str = "en") -> list[str]:
    """The controls of every column, in the order of the page."""
    text = client.get("/", params={**SCENE, "stack": stack, "lang": lang}).text
    return re.findall(
        r'<div class="controls">.*?<div id="map|<div class="controls">.*?<p class="shape">', text, re.S
    )


def test_after_a_move_the_other_layers_forms_send_the_new_stack(client: TestClient) -> None:
    controls(client, "conv(gaussian,sigma=1)|maxpool(2)")
    moved = controls(client, "conv(gaussian,sigma=2)|maxpool(2)")
    assert len(moved) == 2
    for one in moved:
        assert 'value="conv(gaussian,sigma=2)|maxpool(2)"' in one
        assert "sigma=1)" not in one
        assert "\0" not in one


@pytest.mark.parametrize(
    ("first", "second", "lang", "says"),
    [
        ("maxpool(2)", "maxpool(2)", "es", "paso"),  # another language
        ("maxpool(2)", "abs|maxpool(2)", "en", 'id="p2stride"'),  # another place
        (
            "maxpool(2)",
            "conv(box,size=4)|maxpool(2)",
            "en",
            "13",
        ),  # another input: 13 rows, of which one is left
    ],
)
def test_the_same_layer_is_written_anew_where_it_says_something_else(
    client: TestClient, first: str, second: str, lang: str, says: str
) -> None:
    controls(client, first)
    kept = controls(client, second, lang)[-1]
    assert says in kept
    with TestClient(client.app) as fresh:
        fresh.app.state.services.pictures.discard(lambda key: True)  # type: ignore[attr-defined]
        assert kept == controls(fresh, second, lang)[-1]


def test_a_refusal_is_told_once_and_not_kept(client: TestClient) -> None:
    params = {**SCENE, "stack": "maxpool(2)", "lang": "en"}
    refused = client.get(
        "/edit", params={**params, "layer": "1", "set.stride": "0"}, headers={"HX-Request": "true"}
    )
    assert 'id="p1stridefault"' in refused.text
    assert 'id="p1stridefault"' not in client.get("/", params=params).text
