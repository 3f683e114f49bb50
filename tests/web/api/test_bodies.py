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
    assert (415, "content_type_unread") == (answer.status_code, body["code"])
    for form in READ[path]:
        assert form in body["detail"]
    assert (kind or "-") in body["detail"]
