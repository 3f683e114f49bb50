"""Bodies in a form that a call does not read: refused before they are looked at, with the forms that it does."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

JSON = "application/json"
READ = {
    "/challenges/field_31": [JSON],
    "/gradients": [JSON],
    "/learnings": [JSON],
    "/attribution": [JSON],
    "/classify": [JSON, "multipart/form-data"],
    "/classify/batch": [JSON, "multipart/form-data"],
    "/networks": ["multipart/form-data"],
    "/images": ["multipart/form-data"],
}


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_in_another_form_is_told_what_is_read(api: TestClient, path: str, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = api.post(path, content=b'{"image": "cat-chelsea"}', headers=headers)
    body = answer.json()
    code = "content_type_unread" if kind else "content_type_missing"
    assert (415, code) == (answer.status_code, body["code"])
    for form in READ[path]:
        assert form in body["detail"]
    assert (kind or "type of the body is missing") in body["detail"]


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("en", "This kind of file or body is not read here", "not a picture that can be read here. JPEG"),
        ("es", "Este tipo de archivo o de cuerpo no se lee aquí", "no es una imagen que se pueda leer aquí."),
    ],
)
def test_a_file_that_is_no_picture_is_refused_for_what_it_is(
    api: TestClient, language: str, title: str, detail: str
) -> None:
    answer = api.post("/images", files={"file": ("a.txt", b"hello\n")}, params={"lang": language})
    assert (415, title) == (answer.status_code, answer.json()["title"])
    assert detail in answer.json()["detail"]
