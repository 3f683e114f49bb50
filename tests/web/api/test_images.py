"""Uploads: what is taken, told, kept and deleted."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from tests.web.api.pictures import jpeg_bytes, picture_bytes


def pixels_of(answer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_is_taken_as_form_and_as_bytes(api, kind):
    data = picture_bytes(kind)
    as_form = api.post("/images", files={"file": ("photo", data)})
    as_bytes = api.post("/images", content=data, headers={"content-type": f"image/{kind.lower()}"})

    for answer in (as_form, as_bytes):
        body = answer.json()
        assert (201, 40, 30) == (answer.status_code, body["width"], body["height"])
        assert {"width": 40, "height": 30, "frames": 1} == {
            k: body["original"][k] for k in ("width", "height", "frames")
        }
        assert f"/api/v1/images/{body['image']}" == answer.headers["location"]
        assert 32 == len(body["image"])


def test_a_lossless_upload_comes_back_to_the_bit(api):
    data = picture_bytes("PNG")
    image = api.post("/images", files={"file": ("photo.png", data)}).json()["image"]
    shown = api.get(f"/images/{image}")

    assert "image/png" == shown.headers["content-type"]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels_of(shown))


def test_an_upload_is_cached_privately_for_the_rest_of_its_life(api, upload):
    kept = api.get(f"/images/{upload['image']}").headers["cache-control"]
    left = (datetime.fromisoformat(upload["expires"]) - datetime.now(UTC)).total_seconds()

    assert kept.startswith("private, max-age=")
    assert left == pytest.approx(int(kept.rpartition("=")[2]), abs=5)


@pytest.mark.parametrize("image", ["cat-chelsea", "pattern(circle,size=16)", "grid([0,1;1,0])"])
def test_what_outlives_uploads_is_immutable(api, image):
    answer = api.get(f"/images/{image}")

    assert (200, "public, max-age=31536000, immutable") == (
        answer.status_code,
        answer.headers["cache-control"],
    )
    again = api.get(f"/images/{image}", headers={"if-none-match": answer.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)


def test_alpha_is_laid_on_white_or_on_the_background_asked_for(api):
    data = picture_bytes("PNG", channels=4)
    source = np.asarray(Image.open(io.BytesIO(data))).astype(float)
    alpha = source[..., 3:] / 255
    for query, form, ground in (
        ({}, {}, 255),
        ({"background": "#000000"}, {}, 0),
        ({}, {"background": "#000000"}, 0),
    ):
        image = api.post("/images", params=query, data=form, files={"file": ("a.png", data)}).json()["image"]
        expected = source[..., :3] * alpha + ground * (1 - alpha)
        np.testing.assert_allclose(expected, pixels_of(api.get(f"/images/{image}")), atol=1.01)


def test_a_deleted_photo_is_gone_and_the_browser_is_told_to_forget(api, upload):
    image = upload["image"]
    assert 200 == api.get("/trace", params={"image": image, "size": 16}).status_code
    answer = api.delete(f"/images/{image}", headers={"x-delete-token": upload["delete_token"]})

    assert (204, b"") == (answer.status_code, answer.content)
    assert '"cache"' == answer.headers["clear-site-data"]
    assert 404 == api.get(f"/images/{image}").status_code
    assert 404 == api.get("/maps/0/0.png", params={"image": image, "size": 16}).status_code


@pytest.mark.parametrize("headers", [{}, {"x-delete-token": "wrong"}, {"x-delete-token": ""}])
def test_nobody_else_deletes_a_photo(api, upload, headers):
    answer = api.delete(f"/images/{upload['image']}", headers=headers)

    assert (403, "wrong_delete_token") == (answer.status_code, answer.json()["code"])
    assert 200 == api.get(f"/images/{upload['image']}").status_code


def test_deleting_what_is_not_there_is_not_found(api):
    assert 404 == api.delete("/images/" + "0" * 32, headers={"x-delete-token": "x"}).status_code
    assert 404 == api.delete("/images/cat-chelsea", headers={"x-delete-token": "x"}).status_code


def test_an_expired_photo_is_gone(program, api, upload):
    path = program.state.services.settings.data_folder / f"{upload['image']}.photo"
    path.rename(path.with_suffix(".gone"))

    answer = api.get(f"/images/{upload['image']}")
    assert (410, "photo_expired") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty_picture"),
        (b"just text", 415, "not_a_picture"),
        (b"%PDF-1.7", 415, "foreign_picture"),
        (jpeg_bytes()[:200], 422, "damaged_picture"),
        (picture_bytes("PNG", 30_001, 1, seed=1), 413, "side_too_long"),
        (picture_bytes("BMP", 400, 300), 413, "too_many_bytes"),
        (bytes(400_000), 413, "body_too_large"),
    ],
)
def test_what_cannot_be_used_says_why(api, data, status, code):
    answer = api.post("/images", files={"file": ("x.jpg", data, "image/jpeg")})

    assert (status, code) == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


def test_a_body_without_declared_length_is_stopped_while_it_is_read(api):
    taken = []

    def endless():
        for number in range(10_000):
            taken.append(number)
            yield bytes(10_000)

    answer = api.post("/images", content=endless(), headers={"content-type": "image/png"})

    assert (413, "body_too_large", 300_000) == (
        answer.status_code,
        answer.json()["code"],
        answer.json()["limit"],
    )


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/plain"}, b"x", 415),
        ({}, b"x", 415),
        ({"content-type": "multipart/form-data"}, b"x", 400),
        ({"content-type": "multipart/form-data; boundary=b"}, b"--b\r\nnothing", 422),
    ],
)
def test_a_body_in_a_form_that_is_not_read_is_no_fault_of_the_program(api, headers, content, status):
    assert status == api.post("/images", content=content, headers=headers).status_code


def test_a_form_without_file_or_with_a_strange_colour_is_refused(api):
    fileless = api.post("/images", files={"other": ("x.png", picture_bytes("PNG"))})
    assert (422, "request_missing") == (fileless.status_code, fileless.json()["code"])
    strange = api.post(
        "/images", params={"background": "blue-ish"}, files={"file": ("x.png", picture_bytes("PNG"))}
    )
    assert (422, "background_wrong") == (strange.status_code, strange.json()["code"])
    unknown = api.post("/images", data={"colour": "x"}, files={"file": ("x.png", picture_bytes("PNG"))})
    assert (422, "request_unknown") == (unknown.status_code, unknown.json()["code"])


def test_samples_name_their_authors_and_can_be_looked_at(api):
    body = api.get("/samples").json()

    assert "cat-chelsea" in [sample["image"] for sample in body["samples"]]
    for sample in body["samples"]:
        assert sample["author"]
        assert sample["licence"]
        assert sample["url"] == f"/api/v1/images/{sample['image']}"
    assert "checkerboard" in body["patterns"]["names"]
    assert api.get("/samples", headers={"accept-language": "es"}).json() != body
