"""The card of a cell over HTTP: for every recipe, at corners too, with numbers that add up to the cell."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.layers.explanation import Explanation, Term, Winner
from app.rendering.scale import Scale
from app.web.pages.cell_grids import MOST_CELLS, OPENED, arithmetic

SCENE = {"image": "cat-chelsea", "size": "16", "fit": "crop", "lang": "en"}
PART = {"HX-Request": "true"}
UNIT = Scale(0.0, 1.0, "gray")


def card(client: TestClient, **query: str) -> str:
    answer = client.get("/cell", params={**SCENE, **query}, headers=PART)
    assert 200 == answer.status_code
    return answer.text


def written(text: str) -> list[float]:
    """The numbers in the cells of the card's grids, to three decimals."""
    cells = re.findall(r"<td[^>]*>(?:<span class=\"n3\">)?([^<]+)", text)
    return [float(cell.replace("−", "-").replace("∞", "inf")) for cell in cells]


def term(channel: int, patch: np.ndarray, weights: np.ndarray | None = None) -> Term:
    rows, cols = tuple(range(patch.shape[0])), tuple(range(patch.shape[1]))
    products = None if weights is None else patch * weights
    total = float(patch.sum() if products is None else products.sum())
    return Term(channel, rows, cols, patch, weights, products, np.zeros(patch.shape, bool), total)


@pytest.mark.parametrize("at", ["0.0.0", "0.7.5", "0.15.15"])
@pytest.mark.parametrize(
    "stack",
    [
        "conv(sobel_x,padding=same,mode=reflect,bias=0.5)",
        "conv(sobel_x,sobel_y,channels=sum,padding=1)",
        "deconv(box)",
        "relu",
        "gelu",
        "normalize((0.4,0.4,0.4),(0.2,0.2,0.2))",
        "standardize",
        "noise(0.1)",
        "rotate(30)",
        "rotate(90)",
        "shift(2,1)",
        "upsample",
        "~conv(box)",
        "maxpool(3,stride=1,padding=1)",
        "minpool(3,stride=1,padding=1)",
        "avgpool(3,stride=1,padding=1)",
        "l2pool(3,stride=1,padding=1)",
        "softmax",
        "resize(16,16)",
    ],
)
def test_every_recipe_is_told_in_both_languages(client: TestClient, stack: str, at: str) -> None:
    for lang in ("en", "es"):
        text = card(client, stack=stack, at=f"1.{at}", lang=lang)
        assert f'data-at="1.{at}"' in text
        assert 'class="sumup"' in text


@pytest.mark.parametrize(
    ("layer", "factors"),
    [("conv(box)", "Kernel box"), ("l2pool(3)", "The same cells"), ("resize(7,7)", "Shares of the mean")],
)
def test_what_a_patch_is_multiplied_by_has_its_name(client: TestClient, layer: str, factors: str) -> None:
    text = card(client, stack=f"gray|{layer}", at="2.0.2.2", lang="en")
    names = {name for _, name in re.findall(r'<figure class="part ([^"]*)"><figcaption>([^<]+)', text)}
    assert names & {"Kernel box", "The same cells", "Shares of the mean"} == {factors}


@pytest.mark.parametrize("stack", ["globalavg", "globalmax", "adaptivemax(2,2)", "gray|maxpool(2)|flatten"])
def test_layers_that_change_the_shape_are_told_too(client: TestClient, stack: str) -> None:
    last = stack.count("|") + 1
    assert f'data-at="{last}.0.0.0"' in card(client, stack=stack, at=f"{last}.0.0.0")


def test_the_products_written_add_up_to_the_value(client: TestClient) -> None:
    text = card(client, stack="gray|conv(sobel_x)", at="2.0.5.5")
    numbers = written(text)
    assert 27 == len(numbers)
    patch, weights, products = np.reshape(numbers, (3, 9))
    value = float(re.findall(r'<div class="fin"><dt>=</dt><dd>([^<]+)', text)[0].replace("−", "-"))
    assert np.allclose(products, patch * weights, atol=2e-3)
    assert value == pytest.approx(products.sum(), abs=5e-3)


def test_a_step_explains_an_earlier_stage_and_keeps_the_pin(client: TestClient) -> None:
    text = card(client, stack="gray|conv(sobel_x)|relu", at="3.0.4.4", step="2")
    assert 'data-at="3.0.4.4"' in text
    assert 'data-step="2"' in text
    assert 27 == len(written(text))


def test_without_script_the_lab_opens_with_the_cell_and_the_step(client: TestClient) -> None:
    query = {**SCENE, "stack": "relu", "at": "1.0.2.3", "step": "0"}
    answer = client.get("/cell", params=query, follow_redirects=False)
    assert 303 == answer.status_code
    assert re.search(r"^/\?.*at=1\.0\.2\.3.*&step=0$", answer.headers["location"])


def test_no_cell_leaves_the_card_that_follows_the_pointer(client: TestClient) -> None:
    text = card(client, stack="relu")
    assert 'data-at=""' in text
    assert "data-hover-card" in text
    assert '<template data-curve="1">' in text


def test_a_place_that_is_no_place_is_refused(client: TestClient) -> None:
    answer = client.get("/cell", params={**SCENE, "stack": "relu", "at": "1.x.2.3"}, headers=PART)
    assert 422 == answer.status_code


def test_of_many_channels_the_strongest_are_opened_and_the_rest_add_up() -> None:
    terms = tuple(term(c, np.full((2, 2), float(c)), np.ones((2, 2))) for c in range(9))
    total = sum(one.sum for one in terms)
    told = arithmetic(Explanation("dot", total, terms, total), UNIT, [str(c) for c in range(9)])
    assert [6, 7, 8] == [block.channel for block in told.blocks]
    assert OPENED == len(told.blocks)
    assert total == pytest.approx(sum(block.sum for block in told.blocks) + told.rest_sum)
    assert 6 == len(told.shares)


def test_single_numbers_of_many_channels_are_listed_with_their_weights() -> None:
    terms = tuple(term(c, np.full((1, 1), float(c)), np.full((1, 1), -0.5)) for c in range(6))
    told = arithmetic(Explanation("dot", -7.5, terms, -7.5), UNIT, [str(c) for c in range(6)])
    assert () == told.blocks
    assert [5, 4, 3, 2, 1, 0] == [share.channel for share in told.shares]
    assert (5.0, -0.5, -2.5) == (told.shares[0].value, told.shares[0].weight, told.shares[0].sum)


def test_the_race_starts_with_the_winner_and_leaves_padding_out() -> None:
    patch = np.array([[-np.inf, -np.inf], [0.25, 0.75]])
    won = Winner(0, 1, 1, 0.75)
    told = arithmetic(Explanation("max", 0.75, (term(0, patch),), 0.75, winner=won), UNIT, ["0"])
    assert [(1, 1, 0.75, True), (1, 0, 0.25, False)] == [(r.row, r.col, r.value, r.wins) for r in told.race]
    assert "win" in told.blocks[0].patch.rows[1][1].style


def test_too_large_a_patch_is_not_written_out() -> None:
    side = int(MOST_CELLS**0.5) + 1
    patch = np.zeros((side, side))
    told = arithmetic(Explanation("mean", 0.0, (term(0, patch, patch + 1),), 0.0), UNIT, ["0"])
    assert () == told.blocks
    assert side * side == told.cells
