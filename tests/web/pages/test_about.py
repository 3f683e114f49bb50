"""The network's card as a page: the card's figures and no others, both languages, older cards, no network."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.engine.network import Networks, Shelf
from app.store.samples import SAMPLES
from app.web.pages.about import vendored
from app.web.pages.about_card import accuracies, confusions, failures, found, robustness
from app.web.pages.about_plots import bar, coverage_chart, reliability_chart, roc_chart

ROOT = Path(__file__).parents[3]
CARD: dict[str, Any] = json.loads((ROOT / "models" / "catdog.json").read_text(encoding="utf-8"))


def read(client: TestClient, **query: str) -> str:
    answer = client.get("/about", params=query)
    assert 200 == answer.status_code
    return unescape(answer.text).replace("\u202f", " ")


def with_card(app: FastAPI, card: dict[str, Any]) -> None:
    """Let the program's network have another card."""
    shelf: Shelf = app.state.services.shelf
    loaded = {name: replace(network, card=card) for name, network in shelf().loaded.items()}
    shelf._networks = Networks(loaded)


def cut(value: Any, without: str) -> Any:
    """A card without the entries of one name, wherever they stand."""
    if isinstance(value, dict):
        return {key: cut(part, without) for key, part in value.items() if key != without}
    return value


def test_the_page_states_the_card_s_accuracies_with_their_intervals(client: TestClient) -> None:
    text = read(client, lang="en")
    for name in ("val", "test_web", "held_out_sources"):
        figures = CARD["figures"][name]
        low, high = figures["interval_95"]
        assert f"{100 * figures['accuracy']:.1f} %" in text
        assert f"{100 * low:.1f} % to {100 * high:.1f} %" in text
    for source in CARD["figures"]["test_web"]["by_source"]:
        assert source in text


def test_every_plot_has_a_name_and_its_numbers_stand_in_a_table(client: TestClient) -> None:
    text = read(client, lang="en")
    drawings = re.findall(r"<svg[^>]*>", text)
    assert all("aria-label" in drawing or "aria-hidden" in drawing for drawing in drawings)
    assert 4 == text.count("<desc ")
    for part in CARD["figures"]["val"]["reliability"]:
        assert f">{part['pictures']}<" in text.replace(" ", "")
    for false, true in CARD["figures"]["other"]["roc_ood_dev_against_val"]["points"]:
        assert f'{100 * false:.1f} %</td><td class="n">{100 * true:.1f} %' in text


def test_nothing_in_the_page_needs_more_than_the_strict_policy(client: TestClient) -> None:
    text = read(client, lang="en")
    assert not re.search(r"<[^>]*\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", text)


def test_terms_rule_and_checksum_are_said(client: TestClient) -> None:
    text = read(client, lang="en")
    assert "non-commercial research and education" in text
    assert CARD["weights_sha256"] in text
    assert f"above {100 * CARD['unsure']['max_other']:.0f} %" in text
    assert f"below {100 * CARD['unsure']['min_confidence']:.0f} %" in text
    assert "not dropped" in text


def test_spanish_has_decimal_commas_and_no_english_heading(client: TestClient) -> None:
    text = read(client, lang="es")
    assert '<html lang="es"' in text
    assert f"{100 * CARD['figures']['val']['accuracy']:.1f} %".replace(".", ",") in text
    assert "¿Cuántas veces acierta?" in text
    assert "How often" not in text


def test_uploads_and_licences_are_told(client: TestClient) -> None:
    text = read(client, lang="en")
    assert "kept for 24 h at most" in text
    assert all(sample.author in text and sample.licence in text for sample in SAMPLES)
    assert {"htmx.min.js"} <= {file.file for file in vendored()}
    assert all(file.licence in text for file in vendored())


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "network that you upload is kept for 24 h"), ("es", "red que subas se guarda 24 h")],
)
def test_the_fate_of_uploaded_networks_is_told(client: TestClient, lang: str, words: str) -> None:
    assert words in read(client, lang=lang)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "For non-commercial research"), ("es", "investigación y enseñanza no comerciales")],
)
def test_the_pictures_terms_are_plainly_non_commercial(client: TestClient, lang: str, words: str) -> None:
    assert "non-commercial" in CARD["terms"]
    assert words in read(client, lang=lang)


def test_calibration_is_told_with_its_bins_and_what_chance_shows(client: TestClient) -> None:
    text, told = read(client, lang="en"), CARD["figures"]["calibration"]
    assert told["equal_width"] == CARD["figures"]["val"]["calibration_error"]
    assert f"into {told['bins']} bins" in text
    for value in (told["equal_width"], told["equal_mass"], told["cross_fitted"], told["narrow_bins"]):
        assert f"{100 * value:.1f} %" in text
    assert f"by chance about {100 * CARD['figures']['val']['calibration_error_by_chance']:.1f} %" in text


def test_the_frameworks_are_compared_by_the_card(app: FastAPI, client: TestClient) -> None:
    measured = json.loads((ROOT / "models" / "frameworks.json").read_text(encoding="utf-8"))
    assert measured == CARD["frameworks"]
    card = json.loads(json.dumps(CARD))
    for side in card["frameworks"]["frameworks"].values():
        side["peak_mb"] = 7531
    with_card(app, card)
    text = read(client, lang="es")
    assert "La misma red en PyTorch y en Keras" in text
    assert 2 <= text.count("7531")
    for side in measured["frameworks"].values():
        seconds = sum(epoch["cpu_seconds"] for epoch in side["epochs"]) / len(side["epochs"])
        assert f"{round(seconds)} s" in text
        assert f"{100 * side['epochs'][-1]['val']:.1f} %".replace(".", ",") in text
        assert side["version"] in text


def test_every_page_leads_to_the_card(client: TestClient) -> None:
    assert 'href="/about?lang=en"' in client.get("/docs?lang=en").text
    assert re.search(r'href="/about\?lang=en" aria-current="page"', read(client, lang="en"))


@pytest.mark.parametrize(
    "missing",
    [
        "roc",
        "reliability",
        "risk_coverage",
        "robustness",
        "label_suspects",
        "confusion_with_unsure",
        "said",
        "roc_ood_dev_against_val",
        "by_source",
        "recall",
        "interval_95",
        "unsure",
        "accuracy_when_sure",
        "calibration_error",
        "calibration_error_by_chance",
        "calibration",
        "frameworks",
        "training",
        "figures",
        "known_failures",
        "terms",
        "data_sha256",
        "never_trained_on",
        "temperature",
        "input",
    ],
)
def test_an_older_card_is_shown_without_what_it_lacks(app: FastAPI, client: TestClient, missing: str) -> None:
    with_card(app, cut(CARD, missing))
    assert "The network's card" in read(client, lang="en")


def test_a_card_without_any_figure_still_makes_a_page(app: FastAPI, client: TestClient) -> None:
    with_card(app, {"weights_sha256": "0" * 64})
    assert "What happens to your photo or your network?" in read(client, lang="en")


def test_without_a_network_the_page_says_so(app: FastAPI, client: TestClient) -> None:
    app.state.services.shelf()  # or the warm-up would fill it again
    app.state.services.shelf._networks = Networks({})
    text = read(client, lang="en")
    assert "No trained network is loaded" in text
    assert "What happens to your photo or your network?" in text


def test_failures_and_changes_that_have_no_text_keep_the_card_s_words(
    app: FastAPI, client: TestClient
) -> None:
    card = json.loads(json.dumps(CARD))
    card["known_failures"] = ["It cannot see in the dark."]
    card["figures"]["robustness"]["upside_down_and_wet"] = {"accuracy": 0.4, "interval_95": [0.3, 0.5]}
    with_card(app, card)
    text = read(client, lang="es")
    assert '<li lang="en">It cannot see in the dark.</li>' in text
    assert "upside_down_and_wet" in text


def test_rows_are_read_off_the_card() -> None:
    rows = accuracies(CARD)
    assert CARD["figures"]["val"]["accuracy"] == rows[0].accuracy
    assert 3 == sum(not row.is_source for row in rows)
    assert len(CARD["figures"]["robustness"]) + 1 == len(robustness(CARD))
    assert all(table.pictures == sum(sum(row.counts) for row in table.rows) for table in confusions(CARD))
    assert all(key for key, _ in failures(CARD))
    assert found(CARD, "figures", "nothing", "here") is None


def test_charts_place_the_corners_of_the_axes() -> None:
    roc = roc_chart({"a": {"points": [[0.0, 0.0], [0.25, 1.0], [1.0, 1.0]]}})
    assert "46,262 121,22 346,22" == roc.curves[0].points
    assert (46.0, 262.0, 346.0, 22.0) == roc.diagonal
    bins = [
        {"confidence": 0.75, "accuracy": 1.0, "pictures": 4},
        {"confidence": 1.0, "accuracy": 0.5, "pictures": 1},
    ]
    chart = reliability_chart({"a": bins})
    assert [(196.0, 22.0), (346.0, 262.0)] == [(dot.x, dot.y) for dot in chart.curves[0].dots]
    assert chart.curves[0].dots[0].r > chart.curves[0].dots[1].r
    coverage = coverage_chart({"a": [{"answered": 1.0, "accuracy": 0.9}]}, {"a": (0.5, 1.0)})
    assert (46.0, 22.0) == (coverage.marks[0].dots[0].x, coverage.marks[0].dots[0].y)
    assert [0.0, 0.0, 100.0] == [
        bar(0.4, 0.3, 0.75).length,
        bar(0.4, 0.3, 0.75).low,
        bar(0.4, 0.3, 0.75).high,
    ]


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "free software (Apache 2.0)"), ("es", "software libre (Apache 2.0)")]
)
def test_it_begins_with_what_the_program_is_and_leads_to_its_parts(
    client: TestClient, lang: str, words: str
) -> None:
    text = client.get("/about", params={"lang": lang}).text
    assert text.index("Convisor</h1>") < text.index(words) < text.index('id="about-card"')
    for part in ("about-card", "about-uploads", "about-licences"):
        assert (1, 1) == (text.count(f'href="#{part}"'), text.count(f'id="{part}"'))
