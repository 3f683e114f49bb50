"""The page of a stack as code: three scripts whose lines know their layers, faults, the measured comparison."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.web.pages import code
from app.web.pages.which_sources import SOURCES

STACK = "gray|conv(sobel_x,padding=same,mode=reflect)|maxpool(2)"
SIDE: dict[str, Any] = {
    "version": "torch 2", "lines": {"network": 29, "training": 51}, "peak_mb": 411,
    "epochs": [{"seconds": 3.4, "cpu_seconds": 1.5, "loss": 1.7976, "val": 0.5, "held out": 0.5046}],
}  # fmt: skip
FIGURES: dict[str, Any] = {
    "date": "2026-11-25", "processor": "Any", "threads": 1, "batch": 64, "pictures_seen": 384,
    "frameworks": {"torch": SIDE, "keras": {**SIDE, "version": "keras 3"}},
}  # fmt: skip


def read(client: TestClient, status: int = 200, **query: str) -> str:
    scene = {"image": "cat-chelsea", "stack": STACK, "size": "64", "fit": "crop"}
    answer = client.get("/code", params={**scene, **query}, headers={"Accept": "text/html"})
    assert status == answer.status_code, answer.text
    return answer.text


def scripts(text: str) -> list[str]:
    """The three programs as they stand on the page."""
    return [unescape(re.sub(r"<[^>]+>", "", pre)) for pre in re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.S)]


def test_the_page_holds_the_scripts_that_the_api_gives(client: TestClient) -> None:
    text = read(client, lang="en")
    for framework, script in zip(("torch", "keras", "numpy"), scripts(text), strict=True):
        query = {"stack": STACK, "framework": framework, "height": "64", "width": "64"}
        assert client.get("/api/v1/code", params=query).text == script
        for layer in (1, 2, 3):
            assert f'id="{framework}-{layer}"' in text


def test_the_download_is_the_script(client: TestClient) -> None:
    links = [unescape(link) for link in re.findall(r'href="(/api/v1/code\?[^"]+)" download', read(client))]
    assert 3 == len(links)
    assert [200] * 3 == [client.get(link).status_code for link in links]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_differences_of_the_stack_stand_below(client: TestClient, lang: str) -> None:
    text = unescape(read(client, lang=lang))
    told = client.get("/api/v1/code/differences", params={"stack": STACK, "lang": lang}).json()["differences"]
    assert len(told) > 3
    assert all(one["text"] in text for one in told)


def test_a_leading_resize_is_written_for_the_stored_photo(client: TestClient) -> None:
    assert "resize_matrix(341, 128)" in scripts(read(client, stack="resize(128,128)|relu"))[2]


def test_what_cannot_be_written_is_said_on_the_page(client: TestClient) -> None:
    text = read(client, 422, stack="conv(box,size=9)", size="8", lang="en")
    assert 'role="alert"' in text
    assert [] == scripts(text)
    assert 'href="/?' in text


def test_the_lab_links_to_its_stack_as_code(client: TestClient) -> None:
    text = client.get("/", params={"image": "cat-chelsea", "stack": STACK}).text
    link = re.search(r'href="(/code\?[^"]+)"', text)
    assert link
    assert 200 == client.get(unescape(link[1])).status_code


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_dated_fact_names_its_source_and_leads_nowhere_outside(client: TestClient, lang: str) -> None:
    text = unescape(read(client, lang=lang))
    for source in SOURCES:
        assert source.title in text
        assert f"{source.address}</span>, {source.dated}" in text
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", source.dated)
    assert not re.search(r"""(?:href|src)=["']https?:""", text)


def test_the_measured_comparison_is_shown_where_there_is_one(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code, "MEASURED", tmp_path / "frameworks.json")
    assert "measured-title" not in read(client)
    code.MEASURED.write_text(json.dumps(FIGURES), encoding="utf-8")
    text = read(client, lang="es")
    assert "keras 3" in text
    assert "1,798" in text
    assert "2026-11-25" in text
    code.MEASURED.write_text('{"frameworks": {}}', encoding="utf-8")
    assert "measured-title" not in read(client)
