"""Uploaded networks over REST: torch's numbers, every call that takes their names, their end."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from safetensors.torch import save

from tests.own_networks import (
    CLASSES,
    MLP_STACK,
    SMALL,
    VGG_STACK,
    documented,
    file_of,
    mlp,
    send,
    vgg,
    vgg_logits,
)
from tests.web.api.pictures import picture_bytes

README = Path(__file__).resolve().parents[3] / "README.md"


@pytest.fixture
def own(api):
    answer = send(api, file_of(vgg()), VGG_STACK, classes=CLASSES)
    assert 201 == answer.status_code, answer.text
    return answer.json()


def test_an_upload_says_everything_once(api):
    answer = send(api, file_of(vgg()), VGG_STACK, classes="apple\ncat\npear, red\n")
    body = answer.json()
    assert (201, f"/api/v1/networks/{body['name']}") == (answer.status_code, answer.headers["location"])
    assert "no-store" == answer.headers["cache-control"]
    assert {"name", "stack", "classes", "expires", "delete_token", "parameters", "notices"} == set(body)
    assert ["apple", "cat", "pear, red"] == body["classes"]
    assert sum(p.numel() for p in vgg().parameters()) == body["parameters"]
    assert [] == body["notices"]
    assert f"weights({body['name']}.features.0,padding=1)" in body["stack"]


@pytest.mark.parametrize(
    ("dtype", "within"),
    [(torch.float32, 1e-4), (torch.float64, 1e-4), (torch.float16, 1e-4), (torch.bfloat16, 1e-4)],
)
def test_the_logits_are_torchs(api, dtype, within):
    net = vgg().to(dtype).to(torch.float32)  # as rounded as the file's numbers
    name = send(api, file_of(net, dtype), VGG_STACK).json()["name"]
    picture = picture_bytes("PNG", 64, 64)
    image = api.post("/images", files={"file": ("x.png", picture)}).json()["image"]
    found = api.post("/classify", json={"image": image, "network": name}).json()
    pixels = np.load(
        BytesIO(api.get("/tensors/0.npy", params={"image": image, "size": 512, "stack": ""}).content)
    )

    expected = vgg_logits(net, pixels)
    names = ["class 0", "class 1", "class 2"]
    np.testing.assert_allclose(expected, [found["scores"][one] for one in names], atol=within)
    np.testing.assert_allclose(
        torch.softmax(expected, 0), [found["probabilities"][one] for one in names], atol=within
    )
    assert (name, names[int(expected.argmax())]) == (found["network"], found["label"])
    assert "reason" not in found
    sent = api.post("/classify", files={"file": ("x.png", picture)}, data={"network": name}).json()
    assert found["scores"] == sent["scores"]


def test_every_call_takes_its_name(api, own):
    name = own["name"]
    card = api.get(f"/networks/{name}").json()
    assert (own["stack"], ["apple", "cat", "pear"], False) == (
        card["stack"],
        card["outputs"],
        card["calibrated"],
    )
    assert (1.0, "my net", own["expires"]) == (card["temperature"], card["title"], card["expires"])
    assert {
        f"{name}.features.0",
        f"{name}.features.1",
        f"{name}.features.2",
        f"{name}.fc1",
        f"{name}.fc2",
    } == {tensor["name"] for tensor in card["tensors"]}
    traced = api.get("/trace", params={"image": "cat-chelsea", "stack": own["stack"]}).json()
    assert "refused" not in traced
    sheet = api.get("http://testserver" + traced["stages"][3]["atlas_url"])
    assert 200 == sheet.status_code
    assert sheet.headers["cache-control"].startswith("private, max-age=")
    changed = api.post(
        "/what-if",
        json={"image": "cat-chelsea", "network": name, "gains": [{"stage": 4, "channel": 1, "gain": 0}]},
    )
    assert 200 == changed.status_code
    for method in ("saliency", "grad_cam"):
        asked = {
            "image": "cat-chelsea",
            "network": name,
            "method": method,
            "target": "pear",
            "checks": "false",
        }
        assert "pear" == api.get("/attribution", params=asked).json()["target"]
    assert name not in api.get("/networks").text


def test_one_file_under_two_stacks_is_two_networks(api):
    one, two = (
        send(api, file_of(mlp()), stack).json()["name"]
        for stack in (MLP_STACK, MLP_STACK.replace("tanh", "relu"))
    )
    asked = {"image": "cat-chelsea", "method": "saliency", "target": "class 0", "checks": "false"}
    maps = [api.get("/attribution", params={**asked, "network": name}).json()["map"] for name in (one, two)]
    assert maps[0] != maps[1]


def test_a_tensor_that_the_stack_leaves_out_is_told(api):
    stack = MLP_STACK.replace("|relu|dense(fc3)", "")
    assert "fc3" in send(api, file_of(mlp()), stack).json()["notices"][0]


def test_deleting_needs_the_token_and_ends_every_way_to_it(api, own):
    path = f"/networks/{own['name']}"
    api.post("/classify", json={"image": "cat-chelsea", "network": own["name"]})
    assert 403 == api.delete(path).status_code
    assert "wrong_network_token" == api.delete(path, headers={"X-Delete-Token": "x"}).json()["code"]
    gone = api.delete(path, headers={"X-Delete-Token": own["delete_token"]})
    assert (204, '"cache"') == (gone.status_code, gone.headers["clear-site-data"])
    assert 404 == api.get(path).status_code
    assert 404 == api.delete(path, headers={"X-Delete-Token": own["delete_token"]}).status_code
    assert 404 == api.post("/classify", json={"image": "cat-chelsea", "network": own["name"]}).status_code
    assert 404 == api.get("/trace", params={"image": "cat-chelsea", "stack": own["stack"]}).status_code
    assert 404 == api.delete("/networks/catdog", headers={"X-Delete-Token": "x"}).status_code


def test_an_expired_network_is_gone(program, api, own, monkeypatch):
    files = program.state.services.own.store.files
    api.post("/classify", json={"image": "cat-chelsea", "network": own["name"]})
    monkeypatch.setattr(files, "clock", lambda: time.time() + files.ttl + 1)
    answer = api.post("/classify", json={"image": "cat-chelsea", "network": own["name"]})
    assert (410, "network_expired") == (answer.status_code, answer.json()["code"])
    assert 410 == api.get(f"/networks/{own['name']}").status_code
    assert 410 == api.get("/trace", params={"image": "cat-chelsea", "stack": own["stack"]}).status_code


def test_any_text_is_a_class(api):
    body = send(api, save(SMALL), classes="<b>ñ</b>\nother_probability\n").json()
    found = api.post("/classify", json={"image": "cat-chelsea", "network": body["name"]}).json()
    assert ["<b>ñ</b>", "other_probability"] == body["classes"] == list(found["probabilities"])
    assert 0 == found["scores"]["other_probability"]


def test_a_full_store_asks_to_come_back(program, api, monkeypatch):
    monkeypatch.setattr(program.state.services.own.store.files, "_budget", 10)
    answer = send(api, save(SMALL))
    assert (503, "network_store_full") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"]


def test_a_network_outlives_the_program_that_took_it(program, api, own):
    from app.main import create_app

    again = TestClient(create_app(program.state.services.settings), base_url="http://testserver/api/v1")
    both = [
        one.post("/classify", json={"image": "cat-chelsea", "network": own["name"]}).json()
        for one in (api, again)
    ]
    assert both[0]["scores"] == both[1]["scores"]


def test_the_readmes_lines_make_a_network(api, tmp_path, monkeypatch):
    section = README.read_text("utf-8").split("## A network of your own")[1].split("\n## ")[0]
    code = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    monkeypatch.chdir(tmp_path)
    exec("\n".join(code[:3]), {})
    stack, classes = (re.search(rf'"{name}=([^"]*)"', section)[1] for name in ("stack", "classes"))
    answer = send(api, (tmp_path / "net.safetensors").read_bytes(), stack, classes=classes)
    assert (201, ["apple", "pear"]) == (answer.status_code, answer.json()["classes"])


def test_the_documented_file_is_what_the_example_says(api):
    stack = "resize(32,32)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)|softmax"
    assert 201 == send(api, documented(), stack, classes="apple, pear").status_code
