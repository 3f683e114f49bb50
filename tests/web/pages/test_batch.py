"""The page of several photos: the batch axis, what is wrong with its question, own photos, changes of one photo."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from app.engine.changes import CHANGES
from app.engine.network import Answer
from app.store.samples import SAMPLES
from app.web.pages.batch import SHIPPED, judged
from tests.own_networks import CLASSES, VGG_STACK, file_of, vgg
from tests.web.api.pictures import picture_bytes


def read(client: TestClient, address: str = "/batch?lang=en", status: int = 200) -> str:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert status == answer.status_code, answer.text
    return unescape(answer.text)


def cards(text: str) -> dict[int, str]:
    """The cards by their place in the batch, with their classes."""
    return {int(n): card for n, card in re.findall(r'<li id="n(\d+)"(.*?)</li>', text, re.S)}


def test_the_shipped_pictures_are_one_batch_whose_shapes_are_written_out(client: TestClient) -> None:
    text = read(client)
    assert "(16, 3, 112, 112)" in text
    assert {sample.name for sample in SAMPLES} < set(SHIPPED)
    assert list(range(16)) == sorted(cards(text))
    axis = re.search(r'<ol class="batch-axis".*?</ol>', text, re.S)
    assert axis
    assert [f"n = {n}" for n in range(16)] == re.findall(r"n = \d+", axis[0])


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_is_wrong_or_unsure_has_its_reason_and_a_question_of_its_own(
    client: TestClient, lang: str
) -> None:
    text = read(client, f"/batch?lang={lang}")
    samples = client.get(f"/api/v1/samples?lang={lang}").json()["samples"]
    answers = client.post("/api/v1/classify/batch", json={"images": list(SHIPPED)}).json()["answers"]
    asked = 0
    for n, card in cards(text).items():
        kind = samples[n]["kind"] if n < len(samples) else "neither"
        wrong = answers[n]["label"] not in (kind, "unsure") and kind != "both"
        unsure = "reason" in answers[n]
        assert (wrong, wrong or unsure) == ("is-wrong" in card, 'class="why"' in card)
        if (wrong or unsure) and n < len(samples):
            assert samples[n]["question"] in card
            asked += 1
        elif not wrong and not unsure:
            assert 'class="ask"' not in card
    assert asked >= 3


def test_a_photo_is_wrong_where_its_label_is_not_what_it_shows() -> None:
    sure, silent = (
        Answer(label, {}, 0.9, 0.1, reason, {})
        for label, reason in (("dog", None), ("unsure", "low_confidence"))
    )
    assert ["wrong", "right", "wrong", "right", "unknown"] == [
        judged(kind, sure) for kind in ("cat", "dog", "neither", "both", "")
    ]
    assert ["unsure", "unsure", "rightly_unsure", "rightly_unsure"] == [
        judged(kind, silent) for kind in ("cat", "dog", "neither", "both")
    ]


def test_one_photo_under_every_change(client: TestClient) -> None:
    text = read(client, "/batch?of=cat-chelsea&lang=en")
    assert f"({len(CHANGES)}, 3, 112, 112)" in text
    for change in CHANGES:
        assert f"change={change}" in text
        assert (
            200
            == client.get("/batch/read.png", params={"image": "cat-chelsea", "change": change}).status_code
        )
    assert "upside down" in text


def test_chosen_pictures_stay_in_the_order_of_the_address(client: TestClient) -> None:
    text = read(client, "/batch?image=dog-retriever&image=cat-tabby&lang=en")
    first, second = cards(text)[0], cards(text)[1]
    assert "image=dog-retriever" in first
    assert "image=cat-tabby" in second
    assert 2 == len(cards(text))


def test_own_photos_go_together_and_are_judged_by_nobody(client: TestClient) -> None:
    files = [("file", (f"{n}.png", picture_bytes("PNG", seed=n), "image/png")) for n in range(2)]
    answer = client.post("/batch?lang=es", files=files, follow_redirects=False)
    assert 303 == answer.status_code
    text = read(client, answer.headers["location"])
    assert '<html lang="es"' in text
    assert ["is-unknown", "is-unknown"] == re.findall(r"batch-card (is-\w+)", text)
    broken = [*files, ("file", ("c.png", b"nothing", "image/png"))]
    assert 415 == client.post("/batch", files=broken, headers={"Accept": "text/html"}).status_code


def test_too_many_pictures_are_refused_with_a_sentence(client: TestClient) -> None:
    text = read(client, "/batch?lang=en&" + "&".join(["image=cat-chelsea"] * 30), 422)
    assert "1 to 16 pictures" in text


def test_an_uploaded_network_runs_a_batch_without_a_verdict(client: TestClient) -> None:
    body = {"stack": VGG_STACK, "classes": CLASSES}
    name = client.post(
        "/api/v1/networks", files={"file": ("a.safetensors", file_of(vgg()))}, data=body
    ).json()["name"]
    text = read(client, f"/batch?lang=en&network={name}")
    assert "(16, 3, 32, 32)" in text
    assert {"is-unknown"} == set(re.findall(r"batch-card (is-\w+)", text))


def test_the_network_page_leads_to_the_batch(client: TestClient) -> None:
    assert 'href="/batch?lang=es"' in client.get("/network?lang=es").text
