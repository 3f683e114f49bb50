"""Code over REST: a script that runs, refusals as problems, differences in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi.testclient import TestClient

STACK = "gray|conv(box,stride=2,padding=same)|relu"


@pytest.mark.parametrize("framework", ["torch", "keras", "numpy"])
def test_a_script_comes_as_python(api: TestClient, framework: str) -> None:
    answer = api.get("/code", params={"stack": STACK, "framework": framework, "height": 8, "width": 9})
    assert 200 == answer.status_code
    assert answer.headers["content-type"].startswith("text/x-python")
    assert f'filename="convisor_{framework}.py"' in answer.headers["content-disposition"]
    compile(answer.text, framework, "exec")
    assert "# conv(box,stride=2,padding=same)" in answer.text


def test_the_script_gives_the_numbers_of_the_trace(api: TestClient, numbers) -> None:
    scene = {"image": "cat-chelsea", "stack": STACK, "size": 32, "fit": "crop"}
    script = api.get("/code", params={"stack": STACK, "framework": "numpy", "height": 32, "width": 32}).text
    names: dict = {"__name__": "script"}
    exec(script, names)
    stages = names["run"](numbers("/tensors/0.npy", **scene))
    np.testing.assert_allclose(stages[3], numbers("/tensors/3.npy", **scene), atol=1e-5)


def test_what_cannot_be_written_is_a_problem(api: TestClient) -> None:
    refused = api.get(
        "/code", params={"stack": "conv(box,size=9)", "framework": "torch", "height": 4, "width": 4}
    )
    fault = api.get("/code", params={"stack": "blurr", "framework": "torch"})
    unknown = api.get("/code", params={"stack": "relu", "framework": "caffe"})
    long = ",".join(["random(size=31)"] * 22)
    too_long = api.get("/code", params={"stack": f"conv({long})", "framework": "torch"})
    assert [422] * 4 == [answer.status_code for answer in (refused, fault, unknown, too_long)]
    assert "kernel_too_large" == refused.json()["code"]
    assert ("code_too_long", 20_000) == (too_long.json()["code"], too_long.json()["limit"])


@pytest.mark.parametrize(("lang", "word"), [("en", "refuses"), ("es", "rechaza")])
def test_differences_come_in_the_language_asked_for(api: TestClient, lang: str, word: str) -> None:
    query = {"stack": STACK, "height": 8, "width": 8, "lang": lang}
    body = api.get("/code/differences", params=query).json()
    told = {one["code"]: one for one in body["differences"]}
    assert STACK == body["stack"]
    assert [2] == told["same_stride"]["layers"]
    assert word in told["same_stride"]["text"]
    assert "layout" == body["differences"][0]["code"]
