"""Labels and networks over REST."""

import io

import numpy as np
import pytest

from app.store.samples import SAMPLES
from tests.web.api.pictures import jpeg_bytes, picture_bytes

FIELDS = {"label", "probabilities", "confidence", "scores", "network", "milliseconds"}


def test_every_sample_gets_an_answer_of_the_contracts_form(api):
    for sample in SAMPLES:
        answer = api.post("/classify", json={"image": sample.name})
        body = answer.json()
        assert (200, FIELDS) == (answer.status_code, set(body) - {"reason"})
        assert {"cat", "dog"} == set(body["probabilities"])
        assert 1 == pytest.approx(sum(body["probabilities"].values()))
        assert (body["label"] == "unsure") == ("reason" in body)
        assert body["label"] == "unsure" or body["confidence"] == body["probabilities"][body["label"]]


def test_the_label_and_the_lab_agree_to_the_digit(api, numbers):
    network = api.get("/networks/catdog").json()
    layers = network["stack"].split("|")
    logits_at = max(i for i, layer in enumerate(layers, start=1) if layer.startswith("dense"))
    logits = numbers(
        f"/tensors/{logits_at}.npy", image="cat-chelsea", stack=network["stack"], size=64
    ).ravel()

    scores = api.post("/classify", json={"image": "cat-chelsea"}).json()["scores"]
    assert [scores[name] for name in network["outputs"]] == logits.tolist()
    calibrated = np.exp(logits[:2].astype(np.float64) / network["temperature"])
    found = api.post("/classify", json={"image": "cat-chelsea"}).json()["probabilities"]
    np.testing.assert_allclose(calibrated / calibrated.sum(), [found["cat"], found["dog"]], rtol=1e-9)


def test_a_file_is_labelled_as_its_upload_and_not_kept(program, api):
    data = picture_bytes("PNG", 60, 50)
    image = api.post("/images", files={"file": ("x.png", data)}).json()["image"]
    folder = program.state.services.settings.data_folder
    before = len(list(folder.glob("*.photo")))
    sent = api.post("/classify", files={"file": ("x.png", data)})

    assert before == len(list(folder.glob("*.photo")))
    assert "no-store" == sent.headers["cache-control"]
    assert sent.json()["scores"] == api.post("/classify", json={"image": image}).json()["scores"]


def test_a_network_shows_stack_checksum_and_shapes(api):
    listed = api.get("/networks").json()["networks"]
    body = api.get(f"/networks/{listed[0]['name']}").json()

    assert listed[0] == {name: body[name] for name in listed[0]}
    assert body["card"]["weights_sha256"] == body["sha256"]
    names = {tensor["name"]: tensor for tensor in body["tensors"]}
    assert 3 == names["catdog.c1"]["weights"][1]
    traced = api.get("/trace", params={"image": "cat-chelsea", "stack": body["stack"]}).json()
    assert (len(body["stack"].split("|")) + 1, body["stack"]) == (len(traced["stages"]), traced["stack"])


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"json": {"image": "nobody"}}, 404, "image_unknown"),
        ({"json": {"image": "cat-chelsea", "network": "nobody"}}, 404, "network_unknown"),
        ({"json": {}}, 422, "request_missing"),
        ({"files": {"file": ("x.jpg", jpeg_bytes()[:300])}}, 422, "damaged_picture"),
        ({"files": {"file": ("x.txt", b"text")}}, 415, "not_a_picture"),
        ({"files": {"other": ("x.jpg", jpeg_bytes())}}, 422, "request_missing"),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "content_type_unread"),
        (
            {"content": io.BytesIO(bytes(400_000)).read(), "headers": {"content-type": "image/png"}},
            415,
            "content_type_unread",
        ),
    ],
)
def test_what_cannot_be_labelled_says_why(api, request_, status, code):
    answer = api.post("/classify", **request_)

    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_a_network_that_is_none_is_not_found(api):
    assert 404 == api.get("/networks/nobody").status_code


def test_without_networks_a_label_is_not_available(tmp_path):
    from dataclasses import replace

    from fastapi.testclient import TestClient

    from app.engine.network import Shelf
    from app.main import create_app
    from app.settings import Settings

    program = create_app(Settings(data_folder=tmp_path))
    services, empty = program.state.services, Shelf(tmp_path)
    program.state.services = replace(
        services, shelf=empty, explorer=replace(services.explorer, networks=empty)
    )
    answer = TestClient(program).post("/api/v1/classify", json={"image": "cat-chelsea"})

    assert (503, "no_network") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"]
