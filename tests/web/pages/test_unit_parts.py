"""The parts that an opened map loads: its two fields with numbers, and what was drawn for it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from app.domain.fields import Box
from app.web.pages.unit_field import area_share

UNIT = "image=cat-chelsea&level=unit&at=6.3.7.7&lang=en"


def test_the_two_fields_stand_side_by_side_with_the_numbers_of_rest(client: TestClient) -> None:
    part = client.get(f"/network/field?{UNIT}").text
    query = {
        "image": "cat-chelsea",
        "method": "effective_field",
        "stage": 13,
        "channel": 3,
        "row": 7,
        "column": 7,
    }
    body = client.get("/api/v1/attribution", params=query).json()
    told = body["details"]
    side = told["box"]["bottom"] - told["box"]["top"] + 1
    (veil,) = re.findall(r'class="veil-map" href="([^"]*)"', part)

    assert f"{side} × {side}" in part
    assert f"within {told['radius']:.1f} pixels" in part
    assert "✓" in part
    assert 200 == client.get(unescape(veil)).status_code


@pytest.mark.parametrize(("radius", "share"), [(0, 0.785), (100, 1.0)])
def test_the_disc_is_a_share_of_the_frame(radius: float, share: float) -> None:
    assert share == pytest.approx(area_share(radius, Box.cell(4, 4)), abs=1e-3)


def test_a_block_that_is_none_is_refused(client: TestClient) -> None:
    assert 422 == client.get("/network/field?at=99.1").status_code


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_was_drawn_stands_beside_the_strongest_sample(client: TestClient, lang: str) -> None:
    part = client.get(f"/network/places?{UNIT}&lang={lang}").text
    sheets = client.get("/api/v1/networks/catdog/dreams").json()["sheets"]
    (value,) = [sheet["reached"][3] for sheet in sheets if sheet["stage"] == 13]
    (url,) = re.findall(r'src="(/api/v1/networks/[^"]*)"', part)

    assert f"{value:.2f}".replace(".", "," if lang == "es" else ".") in part
    assert 200 == client.get(unescape(url)).status_code


def test_every_class_has_its_picture_and_its_best_sample(client: TestClient) -> None:
    part = client.get("/network/dreams?lang=en").text

    assert 2 == part.count("/dreams/")
    assert 2 == part.count("best sample photo")
