"""The network page over HTTP: every level from its address alone, its data, its pictures, its refusals."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from PIL import Image
from torch.nn import functional as F

from app.explorer import Explorer
from app.web.pages.network_state import NetworkState, Spot, read_spot
from app.web.pages.network_view import network_data, network_view, plane_blocks
from app.web.pages.unit_view import products, unit_view
from app.web.templating import render

PART = {"HX-Request": "true"}


@pytest.fixture
def explorer(client: TestClient) -> Explorer:
    return client.app.state.services.explorer


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "level=layer&at=5",
        "level=unit&at=1.3",
        "level=unit&at=10.12.3.4",
        "show=strongest&order=number&values=before",
        "votes=other",
    ],
)
def test_every_level_stands_from_its_address_alone(client: TestClient, lang: str, query: str) -> None:
    page = client.get(f"/network?lang={lang}&{query}")
    part = client.get(f"/network?lang={lang}&{query}", headers=PART)
    assert 200 == page.status_code == part.status_code
    assert "<html" in page.text
    assert "<html" not in part.text
    assert part.text.strip() in page.text
    assert "style=" not in page.text


def test_a_part_is_never_kept_so_that_back_shows_the_page(client: TestClient) -> None:
    for address in ("/network", "/?stack=relu"):
        part = client.get(address, headers=PART)
        assert "no-store" == part.headers["Cache-Control"]
        for answer in (part, client.get(address)):
            assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("at=5.x", "no place of the network"),
        ("level=layer&at=99", "no block 99"),
        ("level=unit&at=5.999", "has no cell"),
        ("level=unit&at=5.3.99.0", "has no cell"),
        ("level=attic", "choose one of net, layer, unit"),
        ("order=colour", "choose one of strength, number"),
        ("image=nobody", "nobody"),
        ("network=nobody", "nobody"),
        ("row=x&level=unit&at=1.1", "whole number"),
    ],
)
def test_an_address_that_leads_nowhere_says_why(client: TestClient, query: str, says: str) -> None:
    answer = client.get(f"/network?lang=en&{query}", headers={"Accept": "text/html"})
    assert answer.status_code in (404, 422)
    assert says in answer.text


def test_the_state_writes_itself_as_it_was_read() -> None:
    state = NetworkState.read(
        {"image": "cat-tabby", "level": "unit", "at": "5.37.4.5", "order": "number", "lang": "es"}
    )
    assert Spot(5, 37, 4, 5) == state.at
    assert "/network?image=cat-tabby&level=unit&order=number&lang=es&at=5.37.4.5" == state.url()
    assert "net" == NetworkState.read({"level": "unit"}).level
    assert read_spot("") is None


def test_the_votes_written_out_add_up_to_the_margin(explorer: Explorer) -> None:
    network, trace = explorer.network_trace("dog-retriever")
    view = network_view(NetworkState(image="dog-retriever"), network, trace, "/")
    logits = trace.stages[-1].maps.reshape(-1)
    total = sum(vote.share for vote in view.top) + view.others + view.votes.bias
    assert total == pytest.approx(float(logits[view.votes.first] - logits[view.votes.second]), abs=1e-4)
    assert {"cat", "dog"} == {view.first, view.second}
    assert view.maps == sum(stage.count for stage in view.blocks) == 1408


def test_the_data_tell_each_maps_strongest_feeders(explorer: Explorer) -> None:
    network, trace = explorer.network_trace("cat-chelsea")
    data = network_data(NetworkState(), network, trace)
    block = plane_blocks(trace.stack)[0][4]
    layer, x = trace.layer(block.learned), torch.from_numpy(np.array(trace.stages[block.learned - 1].maps))
    unit = 37
    found = data["blocks"][4]
    added = [
        float(
            F.conv2d(x[None, [i]], torch.from_numpy(layer.tensor.weights[None, unit, [i]]), padding=1).mean()
        )
        for i in found["feeders"][unit]
    ]
    np.testing.assert_allclose(added, found["added"][unit], atol=2e-4)
    row, col = found["peaks"][unit]
    assert trace.stages[block.learned].maps[unit].max() == trace.stages[block.learned].maps[unit, row, col]
    assert len(data["windows"]) == plane_blocks(trace.stack)[0][-1].learned


@pytest.mark.parametrize("at", ["1.7", "5.37", "10.200.2.2"])
def test_a_maps_rows_add_up_to_its_cell(explorer: Explorer, at: str) -> None:
    network, trace = explorer.network_trace("cat-chelsea")
    state = NetworkState(level="unit", at=read_spot(at))
    from app.web.pages.network_view import addresses_of

    shown = network_view(state, network, trace, "/").block(state.at.block)
    unit = unit_view(state, network, trace, shown, None, addresses_of(state, network, trace), 0)
    cell = trace.stages[shown.block.learned].maps[unit.spot.unit, unit.spot.row, unit.spot.col]
    assert cell == pytest.approx(sum(row.value for row in unit.rows) + unit.others_sum + unit.bias, abs=1e-4)
    assert unit.value == pytest.approx(max(0.0, cell), abs=1e-5)
    maps = products(trace, shown.block, unit.spot.unit, [row.channel for row in unit.rows])
    whole = maps.sum(axis=0) + trace.layer(shown.block.learned).tensor.bias[unit.spot.unit]
    np.testing.assert_allclose(trace.stages[shown.block.learned].maps[unit.spot.unit], whole, atol=1e-4)
    for row, plane in zip(unit.rows, maps, strict=False):
        assert row.value == pytest.approx(float(plane[unit.spot.row, unit.spot.col]), abs=1e-4)


def test_the_sheet_of_products_has_a_place_for_each_row_and_the_rest(client: TestClient) -> None:
    answer = client.get("/network/products.png?image=cat-chelsea&at=5.37&maps=37.3.95")
    assert 200 == answer.status_code
    assert (14, 14 * 4) == Image.open(io.BytesIO(answer.content)).size
    assert 422 == client.get("/network/products.png?image=cat-chelsea&at=5.37&maps=999").status_code
    assert 422 == client.get("/network/products.png?image=cat-chelsea&at=77.37&maps=1").status_code


def test_the_places_are_the_strongest_on_the_samples(client: TestClient, explorer: Explorer) -> None:
    from app.web.pages.places import places

    network, trace = explorer.network_trace("cat-chelsea")
    found = places(explorer, network, Spot(8, 5))
    values = [place.value for place in found]
    assert values == sorted(values, reverse=True)
    block = plane_blocks(trace.stack)[0][7]
    _, best = explorer.network_trace(found[0].image)
    assert values[0] == pytest.approx(float(best.stages[block.learned].maps[5].max()))
    page = client.get("/network/places?lang=es&at=8.5&level=unit")
    assert 200 == page.status_code
    assert len(found) == page.text.count("<li>")


def test_every_level_overlay_and_colour_has_its_text() -> None:
    from app.i18n.catalogue import load_catalogue
    from app.web.pages.network_state import LEVELS, OVERLAYS
    from app.web.pages.unit_view import COLOURS

    wanted = {f"network.hint_{name}" for name in LEVELS} | {f"network.over_{name}" for name in OVERLAYS}
    wanted |= {f"network.colour_{name}" for name in COLOURS}
    prefixes = ("network.hint_", "network.over_", "network.colour_")
    keys = load_catalogue().keys()
    assert wanted == {key for key in keys if key.startswith(prefixes)}


def test_votes_for_one_class_add_up_to_its_logit_on_the_page_and_over_rest(
    client: TestClient, explorer: Explorer
) -> None:
    query = {"image": "dog-retriever"}
    told = client.get("/api/v1/networks/catdog/contributions", params=query).json()["outputs"]
    logits = client.post("/api/v1/classify", json=query).json()["scores"]
    for one in told:
        assert logits[one["output"]] == pytest.approx(sum(one["contributions"]) + one["bias"], abs=1e-4)
        state = NetworkState(image="dog-retriever", votes=one["output"], lang="en")
        view = network_view(state, *explorer.network_trace("dog-retriever"), "")
        assert logits[one["output"]] == pytest.approx(view.votes.margin, abs=1e-5)
        assert one["contributions"] == pytest.approx(
            network_data(state, *explorer.network_trace("dog-retriever"))["votes"], abs=1e-5
        )
        assert f"votes={one['output']}" in view.data_url
        assert ("dog", "cat") == (view.first, view.second)
    text = client.get("/network?image=dog-retriever&votes=other&lang=en").text
    assert "logit of neither" in text
    refused = client.get("/network?votes=horse", headers={"Accept": "application/json"})
    assert (422, True) == (refused.status_code, "horse" in refused.text)


@pytest.mark.parametrize(
    ("lang", "words", "passed"),
    [
        ("en", "Cat and dog always share 100 %", "{} of 270 pictures of other things"),
        (
            "es",
            "Gato y perro suman siempre 100 %",
            "El {} de 270 imágenes de otras cosas",
        ),
    ],
)
def test_the_answer_says_what_its_numbers_do_not(
    client: TestClient, explorer: Explorer, lang: str, words: str, passed: str
) -> None:
    unsure = explorer.networks().loaded["catdog"].card["figures"]["other"]["ood_dev"]["unsure"]
    for address in (f"/network?lang={lang}", f"/label?image=texture-brick&lang={lang}"):
        text = client.get(address, headers={"Accept-Language": lang}).text
        assert words in text
        assert passed.format(f"{100 * (1 - unsure):.0f}\u202f%") in text


def test_a_card_without_figures_says_less_and_breaks_nothing(explorer: Explorer) -> None:
    network = replace(explorer.networks().loaded["catdog"], card={})
    assert "always share 100" in render("components/caution.html", "en", {"network": network})
