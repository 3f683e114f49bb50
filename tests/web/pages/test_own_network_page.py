"""The network page with an uploaded network, over HTTP: every level, every address, the forms without scripts."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.web.pages.network_state import OVERLAYS, NetworkState, read_spot
from app.web.pages.network_view import addresses_of, network_view
from app.web.pages.unit_view import unit_view
from tests.own_networks import CLASSES, MLP_STACK, VGG_STACK, file_of, mlp, vgg

NETS = {"vgg": (vgg, VGG_STACK, 4), "mlp": (mlp, MLP_STACK, 2)}


def upload(client: TestClient, kind: str = "vgg", **fields: str) -> str:
    """Send the page's form as a browser does; gives the address that it leads to."""
    net, stack, _ = NETS[kind]
    answer = client.post(
        "/networks",
        files={"file": ("fruit.safetensors", file_of(net()))},
        data={"stack": stack, "classes": CLASSES, "image": "dog-retriever", "lang": "en", **fields},
        follow_redirects=False,
    )
    assert 303 == answer.status_code, answer.text
    return answer.headers["location"]


def name_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["network"][0]


def test_the_form_leads_to_the_networks_own_page(client: TestClient) -> None:
    address = upload(client)
    page = client.get(address)
    assert 200 == page.status_code
    assert "image=dog-retriever" in address
    assert "<h1>fruit</h1>" in page.text
    for part in ("Not calibrated", "UTC", "data-delete-network", "data-shipped", "apple", ">cat<", "dense 4"):
        assert part in page.text
    assert "fruit" not in client.get("/network?lang=en").text


def test_a_class_is_said_in_the_pages_language_where_it_is_known(client: TestClient) -> None:
    page = client.get(upload(client, lang="es")).text
    assert ">gato<" in page
    assert ">apple<" in page
    assert "Sin calibrar" in page


def test_the_token_stays_in_a_cookie_that_no_script_and_no_other_site_sees(client: TestClient) -> None:
    net, stack, _ = NETS["mlp"]
    answer = client.post(
        "/networks", files={"file": file_of(net())}, data={"stack": stack}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/network", "Max-Age=86400"):
        assert part in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token not in client.get(answer.headers["location"]).text + answer.headers["location"]


def test_only_the_uploader_deletes_and_everything_is_gone_then(client: TestClient) -> None:
    address = upload(client)
    other = TestClient(client.app)
    assert "data-delete-network" not in other.get(address).text
    refused = other.post(
        "/network/delete", data={"network": name_in(address)}, headers={"Accept": "text/html"}
    )
    assert 403 == refused.status_code
    answer = client.post(
        "/network/delete", data={"network": name_in(address), "lang": "es"}, follow_redirects=False
    )
    assert (303, "/network?lang=es") == (answer.status_code, answer.headers["location"])
    assert '"cache"' == answer.headers["clear-site-data"]
    assert 404 == client.get(address).status_code
    assert 404 == client.post("/network/delete", data={"network": "catdog"}).status_code


@pytest.mark.parametrize("kind", NETS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_level_and_every_address_of_it_works(client: TestClient, kind: str, lang: str) -> None:
    base = f"{upload(client, kind)}&lang={lang}"
    name = name_in(base)
    data = client.get(f"/network/data.json?image=dog-retriever&network={name}")
    assert data.headers["cache-control"].startswith("private, max-age=")
    blocks = data.json()["blocks"]
    assert NETS[kind][2] == len(blocks)
    asked = {block[which] for block in blocks for which in ("sheet", "before")}
    for number in range(1, len(blocks) + 1):
        for level in ("net", "layer", "unit"):
            page = client.get(f"{base}&level={level}&at={number}.1&row=1")
            assert 200 == page.status_code, page.text
            asked |= {
                unescape(found)
                for found in re.findall(r'(?:href|src|hx-get)="(/(?:api|network)[^"]*)"', page.text)
            }
        assert 200 == client.get(f"{base}&level=unit&at={number}.1.0.0").status_code
        assert 422 == client.get(f"{base}&level=unit&at={number}.999").status_code
    for over in OVERLAYS[1:]:
        page = client.get(f"{base}&over={over}&target=pear").text
        asked |= {
            unescape(found) for found in re.findall(r'(?:href|src|hx-get)="(/(?:api|network)[^"]*)"', page)
        }
    asked = {address for address in asked if f"/network?lang={lang}" != address}
    kept = [address for address in asked if name in address]
    assert {"/network/places", "/network/mattered", "/api/v1/attribution.png", "/network"} <= {
        urlsplit(address).path for address in kept
    }
    assert ("vgg" == kind) == any("/network/products.png" in address for address in kept)
    some = [address for address in sorted(asked) if urlsplit(address).path != "/network"]
    assert {200} == {client.get(address).status_code for address in some}


def test_links_keep_the_network_and_one_leads_back(client: TestClient) -> None:
    address = upload(client)
    page = client.get(f"{address}&level=layer&at=2").text
    links = [unescape(link) for link in re.findall(r'href="(/network\?[^"]*)"', page)]
    without = [link for link in links if name_in(address) not in link]
    shipped = re.search(r'href="([^"]*)" data-shipped', page)
    assert shipped
    assert {"/network?lang=en", unescape(shipped[1])} == set(without)
    assert "cat or dog" in client.get(unescape(shipped[1])).text.lower()
    assert f'name="network" value="{name_in(address)}"' in page
    photo = client.post(
        "/photos",
        files={"file": ("x.png", client.get("/api/v1/images/cat-chelsea").content)},
        data={"then": "network", "network": name_in(address)},
        follow_redirects=False,
    )
    assert name_in(address) == name_in(photo.headers["location"])


@pytest.mark.parametrize(
    ("kind", "at"), [("vgg", "1.2"), ("vgg", "3.1"), ("vgg", "4.7"), ("mlp", "1.5"), ("mlp", "2.3")]
)
def test_a_units_rows_add_up_to_its_cell_in_dense_layers_too(client: TestClient, kind: str, at: str) -> None:
    explorer = client.app.state.services.explorer
    name = name_in(upload(client, kind))
    network, trace = explorer.network_trace("cat-chelsea", name)
    state = NetworkState(network=name, level="unit", at=read_spot(at))
    shown = network_view(state, network, trace, "/").block(state.at.block)
    unit = unit_view(state, network, trace, shown, None, addresses_of(state, network, trace), 0)
    place = (unit.spot.unit, unit.spot.row, unit.spot.col)
    total = sum(row.value for row in unit.rows) + unit.others_sum + unit.bias
    assert float(trace.stages[shown.block.learned].maps[place]) == pytest.approx(total, abs=1e-4)
    assert float(trace.stages[shown.block.learned + 1].maps[place]) == pytest.approx(unit.value)
    if kind == "vgg" and at == "4.7":
        for row in unit.rows:
            flat = float(trace.stages[shown.block.learned - 1].maps[row.channel, 0, 0])
            assert flat == float(trace.stages[shown.block.learned - 2].maps[row.origin])


@pytest.mark.parametrize(
    ("at", "code"), [("4.7", "no_products"), ("5.0", "no_such_block"), ("0.0", "no_such_block")]
)
def test_products_are_pictures_of_convolutions_alone(client: TestClient, at: str, code: str) -> None:
    query = {"image": "dog-retriever", "network": name_in(upload(client)), "at": at, "maps": "0"}
    for lang, words in (("en", "Choose a conv block."), ("es", "Elige un bloque conv.")):
        answer = client.get("/network/products.png", params=query, headers={"Accept-Language": lang})
        assert (422, code) == (answer.status_code, answer.json()["code"])
        assert (code == "no_products") == (words in answer.text)


def test_each_column_says_what_its_own_cells_see(client: TestClient) -> None:
    """By hand: 3, then 5, pooled 6; three cells two apart make 10, pooled 12."""
    address = upload(client)
    for values, sides in (("after", ["3", "6", "12"]), ("before", ["3", "5", "10"])):
        text = client.get(f"{address}&values={values}").text
        assert sides == re.findall(r'class="sees" title="[^"]+">sees (\d+) px<', text)[:3]
        assert "at the end of each block" in text
    assert "after ReLU</a>" in client.get("/network?lang=en").text


def test_the_votes_add_up_to_the_margin(client: TestClient) -> None:
    explorer = client.app.state.services.explorer
    for kind in NETS:
        network, trace = explorer.network_trace("cat-chelsea", name_in(upload(client, kind)))
        view = network_view(NetworkState(network=network.name), network, trace, "/")
        total = sum(vote.share for vote in view.top) + view.others + view.votes.bias
        logits = view.answer.logits
        assert logits[view.first] - logits[view.second] == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(("lang", "says"), [("en", "torch.save"), ("es", "torch.save")])
def test_a_form_that_cannot_be_used_says_why_on_a_page(client: TestClient, lang: str, says: str) -> None:
    answer = client.post(
        f"/networks?lang={lang}",
        files={"file": ("net.pt", b"PK\x03\x04rest")},
        data={"stack": VGG_STACK},
        headers={"Accept": "text/html"},
    )
    assert 415 == answer.status_code
    assert f'lang="{lang}"' in answer.text
    assert says in answer.text


def test_what_its_owner_wrote_is_text_and_never_markup(client: TestClient) -> None:
    address = upload(client, classes="<b>one</b>\n<i>two\n\"three'", name_shown="<u>net</u>")
    for query in ("", "&over=saliency", "&level=layer&at=1"):
        page = client.get(address + query).text
        assert not re.search(r"<[bui]>", page)
    assert "&lt;u&gt;net&lt;/u&gt;" in page


def test_the_lab_opens_its_stack(client: TestClient) -> None:
    page = client.get(upload(client)).text
    lab = re.search(r'href="(/\?[^"]*weights[^"]*)"', page)
    assert lab
    assert 200 == client.get(unescape(lab[1])).status_code
