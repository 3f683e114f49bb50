"""The picture that runs ahead of a moved slider's page is the very one that the page brings."""

from __future__ import annotations

import base64
import re

import pytest
from fastapi.testclient import TestClient

SCENE = {
    "image": "cat-chelsea",
    "fit": "keep",
    "lang": "en",
    "stack": "gray|conv(gaussian,sigma=1)|conv(sobel_x)",
}
MOVED = {"layer": "2", "set.sigma": "2.5"}


@pytest.mark.parametrize(
    ("size", "scope", "colors"),
    [("64", "map", "auto"), ("256", "map", "sequential"), ("256", "stack", "auto")],
)
def test_it_equals_the_pages_own(client: TestClient, size: str, scope: str, colors: str) -> None:
    given = {**SCENE, "size": size, "scope": scope, "colors": colors, **MOVED}
    page = client.get("/edit", params=given, headers={"HX-Request": "true"}).text
    found = re.search(r'id="map2".*?<img src="data:image/png;base64,([^"]+)" width="(\d+)"', page, re.DOTALL)
    assert found
    picture = base64.b64decode(found[1])
    side = int.from_bytes(picture[16:20])  # IHDR's width
    ahead = client.get("/edit/map.png", params={**given, "channel": "0", "side": str(side)})
    assert (200, picture) == (ahead.status_code, ahead.content)
    assert "no-store" == ahead.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"set.sigma": "200"}, "out_of_bounds"),
        ({"layer": "9"}, "no_such_layer"),
        ({"channel": "5"}, "no_such_cell"),
        ({"side": "x"}, "not_a_whole_number"),
    ],
)
def test_what_cannot_be_is_refused(client: TestClient, changed: dict[str, str], code: str) -> None:
    given = {**SCENE, "size": "64", **MOVED, "channel": "0", "side": "64", **changed}
    answer = client.get("/edit/map.png", params=given)
    assert 422 == answer.status_code
    assert answer.json()["code"] == code, answer.json()
