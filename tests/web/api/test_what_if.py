"""What if over REST: a change is heard, no change is the plain answer, a wrong one is a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient


def ask(client: TestClient, **body: Any) -> Any:
    return client.post("/api/v1/what-if", json={"image": "cat-chelsea", **body})


def test_without_a_change_it_is_the_plain_answer(client: TestClient) -> None:
    plain = client.post("/api/v1/classify", json={"image": "cat-chelsea"}).json()
    same = ask(client).json()
    assert (plain["label"], plain["scores"]) == (same["label"], same["scores"])


@pytest.mark.parametrize(
    "change",
    [
        {"cover": {"top": 10, "left": 20, "rows": 60, "columns": 60}},
        {"gains": [{"stage": 22, "channel": 50, "gain": 0}]},
        {"kernels": [{"channel": 0, "kernel": "sobel_x"}, {"channel": 1, "kernel": "[0,1,0;1,-4,1;0,1,0]"}]},
    ],
)
def test_a_change_is_heard(client: TestClient, change: dict[str, Any]) -> None:
    assert ask(client).json()["scores"] != ask(client, **change).json()["scores"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"gains": [{"stage": 4, "channel": 999, "gain": 1}]}, "no_such_cell"),
        ({"kernels": [{"channel": 99, "kernel": "sobel_x"}]}, "no_such_kernel"),
        ({"kernels": [{"channel": 0, "kernel": "gaussian"}]}, "kernel_too_large_for_layer"),
        ({"kernels": [{"channel": 0, "kernel": "sobel_x,sobel_y"}]}, "one_kernel_needed"),
        ({"kernels": [{"channel": 0, "kernel": "sobelx"}]}, "unknown_kernel"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(
    client: TestClient, change: dict[str, Any], code: str
) -> None:
    answer = ask(client, **change)
    assert 422 == answer.status_code
    assert answer.json()["type"].endswith(code)
    assert 422 == ask(client, gains=[{"stage": 4, "channel": 1, "gain": -1}]).status_code
    assert 415 == client.post("/api/v1/what-if", content=b"x").status_code
