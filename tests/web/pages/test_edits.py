"""Edits over HTTP: the pinned cell goes with its layer, one wrong field blocks no other, a refusal keeps the address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

SCENE = {"image": "cat-chelsea", "size": "16", "fit": "crop", "lang": "en"}


def edit(client: TestClient, **query: str) -> Response:
    return client.get("/edit", params={**SCENE, **query}, headers={"HX-Request": "true"})


def told(answer: Response, header: str = "HX-Push-Url") -> dict[str, str]:
    query = parse_qs(urlsplit(answer.headers[header]).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"action": "insert", "layer": "0", "text": "gray"}, "3.0.4.5"),
        ({"action": "insert", "layer": "2", "text": "abs"}, "2.0.4.5"),
        ({"action": "insert", "layer": "1", "text": "abs|square"}, "4.0.4.5"),
        ({"action": "duplicate", "layer": "1"}, "3.0.4.5"),
        ({"action": "duplicate", "layer": "2"}, "2.0.4.5"),
        ({"action": "move", "layer": "2", "to": "3"}, "3.0.4.5"),
        ({"action": "move", "layer": "1", "to": "3"}, "1.0.4.5"),
        ({"action": "remove", "layer": "1"}, "1.0.4.5"),
        ({"action": "toggle", "layer": "2"}, "2.0.4.5"),
        ({"action": "set_kernel", "layer": "2", "index": "0", "text": "sobel_x"}, "2.0.4.5"),
    ],
)
def test_the_pinned_cell_stays_in_its_layer(
    client: TestClient, change: dict[str, str], expected: str
) -> None:
    answer = edit(client, stack="relu|conv(box)|abs", at="2.0.4.5", **change)
    assert expected == told(answer)["at"]
    assert f'data-pin="{expected}"' in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"action": "remove", "layer": "2"},
        {"layer": "2", "set.stride": "9"},
    ],
)
def test_a_pinned_cell_that_is_gone_is_said_to_be_gone(client: TestClient, change: dict[str, str]) -> None:
    answer = edit(client, stack="relu|conv(box)|abs", at="2.0.4.5", **change)
    assert "at" not in told(answer)
    assert "not there any more" in answer.text


def test_one_wrong_field_does_not_keep_the_others_from_acting(client: TestClient) -> None:
    answer = edit(
        client, stack="conv(box)", layer="1", **{"set.stride": "999", "set.size": "5", "set.padding": "same"}
    )
    assert 200 == answer.status_code
    assert "conv(box,size=5,padding=same)" == told(answer)["stack"]
    assert 'id="s1stridefault" class="warnl field-fault" role="alert">stride of conv is 999' in answer.text


def test_a_fault_names_a_parameter_as_the_page_does_too(client: TestClient) -> None:
    answer = edit(client, stack="conv(box)", lang="es", layer="1", **{"set.stride": "999"})
    assert "stride (paso) de conv vale 999" in answer.text


@pytest.mark.parametrize("word", ["reflect", "(1,2,3)"])
def test_a_refused_padding_names_what_is_allowed_and_keeps_the_address(client: TestClient, word: str) -> None:
    answer = edit(client, stack="conv(box)", layer="1", at="1.0.2.2", **{"set.padding": word})
    assert 422 == answer.status_code
    assert "HX-Push-Url" not in answer.headers
    assert "conv(box)" == told(answer, "HX-Replace-Url")["stack"]
    assert "1.0.2.2" == told(answer, "HX-Replace-Url")["at"]
    for allowed in ("whole number", "(rows,cols)", "(top,bottom,left,right)", "valid, same, full"):
        assert allowed in answer.text
    assert "Reads well" in answer.text  # the line is not to blame


def test_a_pool_allows_fewer_words(client: TestClient) -> None:
    answer = edit(client, stack="maxpool(2)", layer="1", **{"set.padding": "same"})
    assert "or the word valid" in answer.text


def test_a_refusal_without_a_layer_stands_at_the_line(client: TestClient) -> None:
    answer = edit(client, stack="relu", layer="7", action="remove")
    assert 422 == answer.status_code
    assert "There is no layer 7" in answer.text.split('id="stackstate"')[1].split("</p>")[0]


def test_a_refused_edit_of_a_layer_is_told_at_the_layer(client: TestClient) -> None:
    answer = edit(client, stack="gray|relu|abs", layer="2", action="set_kernels", text="nothing")
    column = answer.text.split('id="col2"')[1].split('id="col3"')[0]
    assert "edit-fault" in column


def test_the_labs_other_name_leads_to_it(client: TestClient) -> None:
    answer = client.get("/lab?lang=es", follow_redirects=False)
    assert 308 == answer.status_code
    assert "/?lang=es" == answer.headers["location"]


@pytest.mark.parametrize(
    ("image", "fit"),
    [
        ("grid([0,0,128,255;0,0,128,255;0,0,128,255])", "keep"),
        ("pattern(edge)", "keep"),
        ("pattern(edge,size=128)", "crop"),
        ("cat-chelsea", "crop"),
    ],
)
def test_a_small_picture_made_cell_by_cell_is_read_whole(client: TestClient, image: str, fit: str) -> None:
    answer = client.get("/", params={"image": image, "stack": "relu"})
    assert f'value="{fit}" selected' in answer.text


def test_a_form_does_not_leave_its_own_fields_in_the_address(client: TestClient) -> None:
    query = {**SCENE, "stack": "relu", "colors": "auto", "scope": "map", "history": "push"}
    answer = client.get("/", params=query, headers={"HX-Request": "true"})
    assert {**SCENE, "stack": "relu"} == told(answer)


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("relu|abs", "Reads well (layers: 2). Enter shows it."),
        ("conv(gausian)|relu", "Use gaussian"),
        ("relu|blurr", "There is no layer “blurr”"),
        ("blu|relu", "There is no layer “blu”"),
        ("relu|conv(box,stride=x)", "stride of conv takes"),
    ],
)
def test_a_line_is_looked_at_while_it_is_typed(client: TestClient, stack: str, words: str) -> None:
    answer = client.get("/reads", params={**SCENE, "stack": stack})
    assert words in answer.text


@pytest.mark.parametrize("stack", ["rel", "relu|", "relu|conv(", "conv(gaus", "conv(box,str", "relu|sob"])
def test_an_unfinished_line_is_left_alone(client: TestClient, stack: str) -> None:
    answer = client.get("/reads", params={**SCENE, "stack": stack})
    assert (204, "") == (answer.status_code, answer.text)


def test_a_line_that_reads_well_says_which_layer_does_not_fit(client: TestClient) -> None:
    stack = "gray|maxpool(16)|maxpool(16)"
    assert "Reads well, but layer 3 does not fit." in client.get("/", params={**SCENE, "stack": stack}).text


def test_nothing_far_off_is_offered_for_a_wrong_word(client: TestClient) -> None:
    assert "btn" not in client.get("/reads", params={**SCENE, "stack": "blurr|relu"}).text


def test_every_map_of_a_bank_has_its_bias_on_the_page(client: TestClient) -> None:
    text = client.get("/", params={**SCENE, "stack": "conv(box,sobel_x)"}).text
    assert 'name="set.bias" value="(0,0)"' in text
    answer = edit(client, stack="conv(box,sobel_x)", layer="1", **{"set.bias": "(0,0.5)"})
    assert "conv(box,sobel_x,bias=(0,0.5))" == told(answer)["stack"]


def test_a_download_is_named_by_picture_stage_and_map(client: TestClient) -> None:
    text = client.get("/", params={**SCENE, "stack": "gray|conv(box,sobel_x)|relu"}).text
    assert 'download="cat-chelsea-2-conv-box.csv"' in text
    assert 'download="cat-chelsea-3-relu-box.npy"' in text
