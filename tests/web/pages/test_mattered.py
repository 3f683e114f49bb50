"""What mattered, as the parts that the network page loads: maps of all classes on one scale, steps, checks."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.i18n import load_catalogue
from app.web.pages.mattered import plots
from app.web.pages.network_state import OVERLAYS

PHOTO = "image=cat-and-dog"


def addresses(text: str, attribute: str = "src") -> list[str]:
    return [unescape(found) for found in re.findall(rf'{attribute}="([^"]*)"', text)]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("over", OVERLAYS[1:])
def test_every_method_has_its_two_sentences_and_its_pictures(
    client: TestClient, over: str, lang: str
) -> None:
    part = client.get(f"/network/mattered?{PHOTO}&over={over}&lang={lang}")
    text = unescape(part.text)

    assert 200 == part.status_code
    for sentence in ("says", "says_not"):
        assert load_catalogue().text(f"attribution.{over}.{sentence}", lang) in text
    pictures = [address for address in addresses(part.text) if "attribution.png" in address]
    asked = [parse_qs(urlsplit(address).query) for address in pictures]
    assert {"cat", "dog"} == {query["target"][0] for query in asked}
    assert {"classes"} == {query["scale"][0] for query in asked[:2]}
    assert 1 == sum("shuffled" in query for query in asked)
    if lang == "en":
        assert {200} == {client.get(address).status_code for address in pictures}


def test_the_class_asked_about_is_the_pages_likeliest_and_not_the_output_neither(client: TestClient) -> None:
    page = client.get(f"/network?{PHOTO}&over=grad_cam").text
    part = client.get(f"/network/mattered?{PHOTO}&over=grad_cam").text
    (overlay,) = [address for address in addresses(page) if "attribution.png" in address]

    assert ["cat"] == parse_qs(urlsplit(overlay).query)["target"]
    assert "Grad-CAM: cat" in part


def test_grad_cams_numbers_on_the_page_are_those_over_rest(client: TestClient) -> None:
    part = client.get(f"/network/mattered?{PHOTO}&over=grad_cam&target=dog&layer=8&lang=en").text
    query = {"image": "cat-and-dog", "method": "grad_cam", "target": "dog", "layer": 18, "checks": "false"}
    told = client.get("/api/v1/attribution", params=query).json()["details"]

    for unit in told["strongest"]:
        for value in (f"{told['means'][unit]:.3f}", f"{told['weights'][unit]:.5f}".replace("-", "−")):
            assert value in part
    (sheet,) = set(re.findall(r'href="(/api/v1/attribution/steps.png[^"]*)"', part))
    assert 200 == client.get(unescape(sheet)).status_code


@pytest.mark.parametrize(("over", "on_request"), [("grad_cam", False), ("occlusion", True)])
def test_checks_come_by_themselves_only_where_they_are_quick(
    client: TestClient, over: str, on_request: bool
) -> None:
    part = client.get(f"/network/mattered?{PHOTO}&over={over}").text
    (checks,) = addresses(part, "hx-get")

    assert on_request == ("<button" in part)
    assert ("checked", ["1"]) == next(iter(reversed(parse_qs(urlsplit(checks).query).items())))


@pytest.mark.parametrize(
    ("over", "checks", "figures"), [("guided_backprop", 4, 3), ("integrated_gradients", 4, 2)]
)
def test_the_checks_show_numbers_and_curves(client: TestClient, over: str, checks: int, figures: int) -> None:
    part = client.get(f"/network/mattered?{PHOTO}&over={over}&checked=1").text

    assert checks == part.count("✓") + part.count("✗")
    assert figures == part.count('class="axis"')


def test_curves_run_from_left_to_right_and_1_is_up() -> None:
    drawn = plots({"cascade": {"layers": 2, "shuffled": [0, 1, 2], "correlations": [1.0, None, -0.3]}})

    assert {"cascade": {"curve": "M0.0 0.0L50.0 60.0L100.0 60.0"}} == drawn


def test_grad_cam_of_a_layer_that_is_none_says_so(client: TestClient) -> None:
    answer = client.get(f"/network/mattered?{PHOTO}&over=grad_cam&layer=99&lang=en")
    assert 422 == answer.status_code
    assert "no block 99" in answer.text
