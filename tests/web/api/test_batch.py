"""Several photos in one request: the labels that each gets alone, the batch axis, bounds with clear sentences."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.api.pictures import jpeg_bytes, picture_bytes

IMAGES = ["cat-chelsea", "dog-retriever", "pattern(noise,size=64)"]


def ask(api: TestClient, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = api.post("/classify/batch", json=body)
    assert status == answer.status_code, answer.text
    return answer.json()


def test_each_picture_gets_the_answer_that_it_gets_alone(api: TestClient) -> None:
    found = ask(api, images=IMAGES)
    assert IMAGES == [one["image"] for one in found["answers"]]
    for one in found["answers"]:
        alone = api.post("/classify", json={"image": one["image"]}).json()
        assert (alone["label"], alone.get("reason")) == (one["label"], one.get("reason"))
        assert alone["scores"] == pytest.approx(one["scores"], abs=1e-4)


def test_the_batch_axis_stands_first_at_every_stage(api: TestClient) -> None:
    stages = ask(api, images=IMAGES)["stages"]
    assert [3, 3, 112, 112] == stages[0]["shape"]
    assert [3, 3, 1, 1] == stages[-1]["shape"]
    assert {3} == {stage["shape"][0] for stage in stages}


def test_every_change_is_made_of_every_picture(api: TestClient) -> None:
    found = ask(api, images=["cat-chelsea", "cat-tabby"], changes=["none", "upside_down"])
    told = [(one["n"], one["image"], one["change"]) for one in found["answers"]]
    assert [(0, "cat-chelsea", "none"), (1, "cat-chelsea", "upside_down")] == told[:2]
    assert [(2, "cat-tabby", "none"), (3, "cat-tabby", "upside_down")] == told[2:]
    assert found["answers"][0]["scores"] != found["answers"][1]["scores"]


def test_files_are_answered_in_their_order_and_not_kept(api: TestClient) -> None:
    files = [
        ("file", (f"{n}.png", picture_bytes("PNG", 20 + 9 * n, 30, seed=n), "image/png")) for n in range(3)
    ]
    answer = api.post("/classify/batch", files=files)
    assert "no-store" == answer.headers["cache-control"]
    for (_, (_, data, _)), one in zip(files, answer.json()["answers"], strict=True):
        alone = api.post("/classify", files={"file": ("a.png", data, "image/png")}).json()
        assert alone["scores"] == pytest.approx(one["scores"], abs=1e-4)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"images": ["cat-chelsea"] * 17}, 422, ""),
        ({"images": []}, 422, ""),
        ({"images": ["cat-chelsea"] * 9, "changes": ["none", "gray"]}, 422, "1 to 16 pictures, not 17"),
        ({"images": ["cat-chelsea"], "changes": ["wet"]}, 422, "wet"),
        ({"images": ["cat-chelsea", "unicorn"]}, 404, "unicorn"),
        ({"images": ["cat-chelsea"], "network": "resnet"}, 404, "resnet"),
    ],
)
def test_what_is_no_batch_is_refused_with_a_sentence(
    api: TestClient, body: dict[str, Any], status: int, words: str
) -> None:
    assert words in ask(api, status, **body)["detail"]


def test_files_are_counted_before_they_are_read(api: TestClient) -> None:
    many = [("file", (f"{n}.jpg", jpeg_bytes(), "image/jpeg")) for n in range(17)]
    answer = api.post("/classify/batch", files=many, headers={"Accept-Language": "es"})
    assert 422 == answer.status_code
    assert "de 1 a 16 imágenes, no 17" in answer.json()["detail"]
    none = api.post("/classify/batch", data={"network": "catdog"}, files={"other": ("a.txt", b"a")})
    assert 422 == none.status_code
    broken = [
        ("file", ("a.jpg", jpeg_bytes(), "image/jpeg")),
        ("file", ("b.jpg", b"no picture", "image/jpeg")),
    ]
    assert 415 == api.post("/classify/batch", files=broken).status_code
