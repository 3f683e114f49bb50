"""The choice of a picture, an upload by a plain form, thumbnails and pictures for display."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.store.samples import SAMPLES


def picture(width: int = 40, height: int = 30, mode: str = "RGB", colour: object = (200, 10, 30)) -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")
    return out.getvalue()


def opened(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(body)).convert("RGB"))


def send(client: TestClient, data: bytes, **fields: str) -> tuple[int, dict[str, list[str]]]:
    files = {"file": ("photo.png", data, "image/png")}
    answer = client.post("/photos", files=files, data=fields, follow_redirects=False)
    query = urlsplit(answer.headers.get("location", "")).query
    return answer.status_code, parse_qs(query, keep_blank_values=True)


def test_a_plain_upload_shows_the_lab_with_the_photo_and_keeps_the_scene(client: TestClient) -> None:
    scene = {"stack": "gray|relu", "size": "128", "fit": "keep", "lang": "es"}
    status, query = send(client, picture(), **scene, at="1.0.2.2")
    assert 303 == status
    assert scene == {name: values[0] for name, values in query.items() if name != "image"}
    assert 200 == client.get(f"/view/{query['image'][0]}.webp").status_code


def test_transparent_parts_take_the_chosen_background(client: TestClient) -> None:
    _, query = send(client, picture(mode="RGBA", colour=(0, 0, 0, 0)), background="#0080ff")
    shown = opened(client.get(f"/view/{query['image'][0]}.webp").content)
    assert [0, 128, 255] == shown[0, 0].tolist()


@pytest.mark.parametrize(("data", "status"), [(b"", 422), (b"%PDF-1.4", 415), (picture()[:60], 422)])
def test_a_bad_file_is_refused_with_a_sentence(client: TestClient, data: bytes, status: int) -> None:
    assert status == send(client, data)[0]


def test_a_background_that_is_no_colour_is_refused(client: TestClient) -> None:
    assert 422 == send(client, picture(), background="red")[0]


def test_a_photo_is_shown_at_most_768_pixels_long(client: TestClient) -> None:
    _, query = send(client, picture(1600, 800))
    answer = client.get(f"/view/{query['image'][0]}.webp")
    assert (384, 768, 3) == opened(answer.content).shape
    assert answer.headers["cache-control"].startswith("private, max-age=")


def test_tiny_pictures_are_enlarged_cell_by_cell_without_loss(client: TestClient) -> None:
    answer = client.get("/view/grid([0,1;0.2,0]).webp")
    shown = opened(answer.content)
    assert (768, 768, 3) == shown.shape
    assert {0, 255, 51} == set(np.unique(shown).tolist())
    assert [0, 255] == shown[0, [383, 384], 0].tolist()
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("image", ["no-such-sample", "0" * 32])
def test_an_unknown_picture_is_404(client: TestClient, image: str) -> None:
    assert 404 == client.get(f"/view/{image}.webp").status_code


def test_every_sample_has_a_small_square_thumbnail(client: TestClient) -> None:
    for sample in SAMPLES:
        answer = client.get(f"/samples/{sample.name}/thumb.webp")
        assert (144, 144, 3) == opened(answer.content).shape
        assert 12_000 > len(answer.content)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_choice_names_author_and_licence_of_every_sample(
    client: TestClient, lang: str, headers: dict[str, str]
) -> None:
    page = client.get("/sources", params={"lang": lang, "stack": "relu"}, headers=headers).text
    for sample in SAMPLES:
        assert sample.licence in page
        assert f'data-image="{sample.name}"' in page
    assert ("<html" in page) is not bool(headers)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "transparent in places"), ("es", "partes transparentes. Elige")]
)
def test_the_panel_asks_for_a_transparent_pictures_background(
    client: TestClient, lang: str, words: str
) -> None:
    page = client.get("/sources", params={"lang": lang, "stack": "relu"}, headers={"HX-Request": "true"}).text
    assert words in page.split("data-transparent")[1].split("</div>")[0]
