"""The drawn pictures over REST: sheets, single pictures, refusals."""

import io

import numpy as np
import pytest
from PIL import Image


def image(answer) -> np.ndarray:
    assert 200 == answer.status_code, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def test_a_picture_is_its_place_on_the_sheet(api):
    body = api.get("/networks/catdog/dreams").json()
    sheet = body["sheets"][4]
    unit = sheet["columns"] + 2
    whole = image(api.get(f"http://testserver{sheet['sheet_url']}"))
    answer = api.get(f"/networks/catdog/dreams/{sheet['stage']}/{unit}.png")
    rows, cols = sheet["rows"], sheet["cols"]

    np.testing.assert_array_equal(whole[rows : 2 * rows, 2 * cols : 3 * cols], image(answer))
    assert "immutable" in answer.headers["cache-control"]
    assert body["sha256"] == api.get("/networks/catdog").json()["sha256"]
    assert api.get("/networks/catdog").json()["outputs"].__len__() == len(body["sheets"][-1]["reached"])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("nobody/dreams", "network_unknown"),
        ("catdog/dreams/2.webp", "no_such_dream"),
        ("catdog/dreams/3/999.png", "no_such_dream_unit"),
    ],
)
def test_what_was_not_drawn_is_refused(api, path, code, language):
    answer = api.get(f"/networks/{path}", headers={"Accept-Language": language})

    assert (404, code) == (answer.status_code, answer.json()["code"])
    assert "{" not in answer.json()["detail"]


def test_a_network_without_pictures_says_how_to_draw_them(api, program, monkeypatch):
    monkeypatch.setattr(
        program.state.services.dreams, "_read", {api.get("/networks/catdog").json()["sha256"]: None}
    )
    answer = api.get("/networks/catdog/dreams")

    assert (404, "dreams_missing") == (answer.status_code, answer.json()["code"])
    assert "models.dreams" in answer.json()["detail"]
