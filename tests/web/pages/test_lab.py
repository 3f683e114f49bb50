"""The lab's page and its edits over HTTP: what stands in the address comes back, and faults keep the rest."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.layers.edit import join_kernel, move, set_parameters
from app.layers.registry import parse_stack
from app.web.pages.choices import layer_choices
from app.web.pages.presets import PRESETS, Preset

SCENE = {"image": "cat-chelsea", "size": "16", "fit": "crop", "lang": "en"}
PART = {"HX-Request": "true"}


def get(
    client: TestClient, path: str = "/", /, headers: dict[str, str] | None = None, **query: str
) -> Response:
    return client.get(path, params={**SCENE, **query}, headers=headers or {}, follow_redirects=False)


def pushed_stack(answer: Response) -> str:
    return parse_qs(urlsplit(answer.headers["HX-Push-Url"]).query, keep_blank_values=True)["stack"][0]


def test_the_page_and_its_part_show_the_same_lab(client: TestClient) -> None:
    page = get(client, stack="gray|conv(box)")
    part = get(client, stack="gray|conv(box)", headers=PART)
    assert 200 == page.status_code == part.status_code
    assert "<html" in page.text
    assert "<html" not in part.text
    assert part.text.strip() in page.text


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"layer": "1", "action": "duplicate"}, "conv(box)|conv(box)|relu"),
        ({"layer": "1", "action": "move", "to": "2"}, "relu|conv(box)"),
        ({"layer": "2", "action": "toggle"}, "conv(box)|~relu"),
        ({"layer": "2", "action": "remove"}, "conv(box)"),
        ({"layer": "0", "action": "insert", "text": "gray"}, "gray|conv(box)|relu"),
        ({"layer": "1", "set.stride": "(2,1)", "set.size": "3"}, "conv(box,stride=(2,1))|relu"),
        ({"layer": "1", "action": "set_kernels", "text": "sobel_x"}, "conv(sobel_x)|relu"),
        ({"layer": "1", "action": "set_kernels", "text": "[1,0;0,-1]"}, "conv([1,0;0,-1])|relu"),
        ({"layer": "1", "action": "join_kernel", "text": "sobel_x"}, "conv(box,sobel_x)|relu"),
    ],
)
def test_an_edit_gives_the_new_stack_an_address(
    client: TestClient, edit: dict[str, str], expected: str
) -> None:
    answer = get(client, "/edit", headers=PART, stack="conv(box)|relu", **edit)
    assert 200 == answer.status_code
    assert expected == pushed_stack(answer)


def test_an_edit_without_script_leads_to_the_new_page(client: TestClient) -> None:
    answer = get(client, "/edit", stack="relu", layer="1", action="duplicate")
    assert 303 == answer.status_code
    assert "relu|relu" == parse_qs(urlsplit(answer.headers["location"]).query)["stack"][0]


def test_a_refused_edit_says_why_and_changes_nothing(client: TestClient) -> None:
    answer = get(client, "/edit", headers=PART, stack="conv(box)", layer="1", **{"set.stride": "0"})
    assert 422 == answer.status_code
    assert "HX-Push-Url" not in answer.headers
    assert 'role="alert"' in answer.text
    assert 'value="conv(box)"' in answer.text


def test_a_fault_keeps_the_layers_before_it(client: TestClient) -> None:
    answer = get(client, stack="relu|conv(sobl_x)")
    assert 422 == answer.status_code
    assert 'id="col1"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "relu|conv(sobl_x)" in answer.text
    assert "Use sobel_x" in answer.text


def test_a_refused_layer_offers_what_fits_and_the_rest_waits(client: TestClient) -> None:
    answer = get(client, stack="relu|conv(box,size=31)|abs")
    assert 200 == answer.status_code
    assert "Waits for layer 2" in answer.text
    assert "padding=8" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        {"size": "0"},
        {"size": "x"},
        {"fit": "no"},
        {"at": "1.2"},
        {"colors": "red"},
        {"scope": "all"},
        {"image": "nobody"},
    ],
)
def test_a_wrong_address_is_a_sentence_and_never_a_500(client: TestClient, query: dict[str, str]) -> None:
    answer = get(client, headers={"Accept": "text/html"}, **query)
    assert 400 <= answer.status_code < 500


def test_every_column_says_shape_scale_and_field(client: TestClient) -> None:
    text = get(client, stack="gray|conv(sobel_x,stride=2)").text
    assert "7 × 7" in text
    assert "sees 3 × 3 of the photo, moves 2" in text
    assert "bar-diverging" in text


def test_the_label_stands_on_the_page(client: TestClient) -> None:
    answer = client.get("/label", params={"image": "cat-chelsea", "lang": "es"})
    assert 200 == answer.status_code
    assert "gato" in answer.text


def test_a_kernels_own_parameter_is_set_beside_the_layers() -> None:
    assert (
        "conv(gaussian,sigma=2,padding=same)"
        == set_parameters("conv(gaussian(sigma=1),padding=same)", 1, {"sigma": "2"}).text
    )


def test_an_empty_value_gives_the_default_back() -> None:
    assert "conv(box)" == set_parameters("conv(box,stride=2)", 1, {"stride": ""}).text


def test_a_bank_grows_and_moves_with_its_kernels() -> None:
    bank = join_kernel("conv(gaussian,sigma=3)|relu", 1, "sobel_x").text
    assert "conv(gaussian(sigma=3),sobel_x)|relu" == bank
    assert "relu|conv(gaussian(sigma=3),sobel_x)" == move(bank, 1, 2).text


def test_cells_that_are_never_read_are_hatched_and_counted(client: TestClient) -> None:
    text = get(client, stack="gray|conv(sobel_x,stride=2)").text
    assert "last rows 1, columns 1" in text
    assert '<svg class="unread" viewBox="0 0 16 16"' in text
    assert 'class="unread"' not in get(client, stack="gray|conv(sobel_x,padding=same)").text


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_example_runs_and_is_offered(client: TestClient, preset: Preset) -> None:
    answer = get(client, stack=preset.stack, size="64")
    assert 200 == answer.status_code
    assert 'class="reason"' not in answer.text
    assert 'id="examples"' in answer.text


def test_everything_that_can_be_added_reads_well() -> None:
    for choice in layer_choices(lambda key, **params: key):
        assert choice.text in (parse_stack(choice.text).text, f"conv({choice.name})")


@pytest.mark.parametrize(
    "edit",
    [
        {"layer": "x"},
        {"layer": "²"},
        {"layer": "1", "action": "move", "to": "²"},
        {"layer": "1", "action": "set_kernel", "index": "x", "text": "box"},
    ],
)
def test_an_edit_that_counts_wrongly_is_answered_with_a_sentence(
    client: TestClient, edit: dict[str, str]
) -> None:
    answer = get(client, "/edit", PART, stack="conv(box,sobel_x)|relu", **edit)
    assert 422 == answer.status_code
    assert "whole number" in answer.text


def test_a_bank_beside_a_learned_layer_can_be_changed(client: TestClient) -> None:
    learned = (
        "resize(112,112)|normalize((0.48,0.45,0.41),0.26)|weights(catdog.c1,stride=2,padding=1)|conv(box)"
    )
    answer = get(client, "/edit", PART, stack=learned, layer="4", action="join_kernel", text="sobel_x")
    assert 200 == answer.status_code
    assert pushed_stack(answer).endswith("conv(box,sobel_x)")
