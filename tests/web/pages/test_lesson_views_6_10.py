"""The extra views of lessons 6 to 10 from their addresses alone, and their numbers."""

from __future__ import annotations

import re

import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from app.web.pages.lesson_views.counts import Sizes, counts, places


def text_of(client: TestClient, slug: str, **query: object) -> str:
    page = client.get(f"/course/{slug}", params={"lang": "en", **query})
    assert 200 == page.status_code
    assert "style=" not in page.text
    ungrouped = re.sub(r"(?<=\d)[\u202f\u2009\u00a0](?=\d)", "", page.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ungrouped))


def numel(layer: nn.Module) -> int:
    return sum(one.numel() for one in layer.parameters())


sizes = st.builds(
    Sizes,
    channels=st.integers(1, 4),
    rows=st.integers(5, 9),
    cols=st.integers(5, 9),
    maps=st.integers(1, 5),
    krows=st.integers(1, 4),
    kcols=st.integers(1, 4),
    tile=st.integers(1, 3),
    bias=st.booleans(),
)


@settings(max_examples=30)
@given(size=sizes)
def test_weights_are_counted_as_torchs_layers_hold_them(size: Sizes) -> None:
    dense, unshared, tiled, shared = counts(size)
    outputs = size.maps * size.places
    with torch.device("meta"):
        full = nn.Linear(size.channels * size.rows * size.cols, outputs, bias=size.bias)
        kernels = nn.Conv2d(size.channels, size.maps, (size.krows, size.kcols), bias=size.bias)
        after = kernels(torch.empty(1, size.channels, size.rows, size.cols))
        own = nn.Linear(size.channels * size.krows * size.kcols, size.maps, bias=size.bias)  # of one place
    assert (size.maps, *size.after) == after.shape[1:]
    assert (numel(full), numel(kernels), numel(own) * size.places) == (
        dense.weights,
        shared.weights,
        unshared.weights,
    )
    turns = {
        (row % size.tile, col % size.tile) for row in range(size.after[0]) for col in range(size.after[1])
    }
    assert numel(own) * len(turns) == tiled.weights
    alike = [
        (r, c)
        for r in range(size.after[0])
        for c in range(size.after[1])
        if r % size.tile == c % size.tile == 0
    ]
    assert alike == places("tiled", size, size.after)
    assert (1, 1, len(alike), size.places) == tuple(one.uses for one in (dense, unshared, tiled, shared))
    assert (
        outputs * numel(nn.Linear(size.channels * size.krows * size.kcols, 1, bias=False))
        == shared.multiply_adds
    )


def test_the_books_edges_are_counted(client: TestClient) -> None:
    page = text_of(client, "parameter-sharing", rows=280, cols=320, krows=1, kcols=2)
    assert "1 × 280 × 320 numbers go in, 1 × 280 × 319 = 89320 come out" in page
    for number in ("8003072000", "16006054680", "267960", "178640"):
        assert number in page
    assert "59733 times the operations" in page


def test_a_chosen_weight_is_drawn_where_it_is_used(client: TestClient) -> None:
    page = client.get(
        "/course/parameter-sharing", params={"rows": 4, "cols": 4, "weight": "2.0", "lang": "en"}
    ).text
    drawn = re.findall(r'<path class="on" d="([^"]+)"', page)
    assert ["M0 2h1v1h-1z", "M0 0h1v1h-1z"] == drawn[:2]
    assert "M0 2h1v1h-1zM1 2h1v1h-1zM0 3h1v1h-1zM1 3h1v1h-1z" == drawn[-2]
    assert 'aria-label="2,0: weight in row 2, column 0" aria-current="true"' in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"rows": "0"}, "“rows” has to be at least 1."),
        ({"rows": "many"}, "“rows” has to be a finite number."),
        ({"maps": "1.5"}, "“maps out” has to be a whole number."),
        ({"rows": "2"}, "“kernel rows” can be at most 2."),
        ({"bias": "perhaps"}, "“bias” has to be one of: no, yes."),
    ],
)
def test_a_setting_that_does_not_fit_is_told(client: TestClient, query: dict[str, str], says: str) -> None:
    page = client.get("/course/parameter-sharing", params={"lang": "en", **query})
    assert 422 == page.status_code
    assert says == page.json()["detail"]


def matrix_of(page: str) -> list[list[float]]:
    body = page.split('<table class="matrix">')[1].split("</table>")[0]
    rows = re.findall(r"<tr data-line.*?</tr>", body, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
    return [[0.0 if "span" in cell else float(cell.replace("−", "-")) for cell in row] for row in cells]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"pace": "2", "edge": "same"},
        {"edge": "full"},
        {"kernel": "[1,-2]", "picture": "[1,0,2;3,1,1]"},
        {"edge": "same", "mode": "circular"},
    ],
)
def test_the_matrix_on_the_page_is_the_convolution(client: TestClient, query: dict[str, str]) -> None:
    page = client.get("/course/sparse-matrix", params={"lang": "en", **query}).text
    assert "The product equals the convolution" in page
    matrix = torch.tensor(matrix_of(page))
    columns = matrix.shape[1]
    picture = query.get("picture", "[1,2,0,1;0,1,3,1;2,1,0,0;1,0,1,2]")
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", picture)]
    assert len(numbers) == columns
    made = re.findall(r'<td data-line="\d+"[^>]*><a[^>]*>([^<]+)</a>', page)
    assert [float(one.replace("−", "-")) for one in made] == (matrix @ torch.tensor(numbers)).tolist()


def test_the_transpose_takes_a_gradient_back_and_is_no_inverse(client: TestClient) -> None:
    kernel = torch.tensor([[1.0, 2, 0], [0, 1, 0], [3, 0, -1]])[None, None]
    h = nn.functional.conv_transpose2d(torch.tensor([[1.0, 0], [0, 2]])[None, None], kernel)[0, 0]
    page = client.get("/course/sparse-matrix", params={"lang": "en", "way": "back"}).text
    made = re.findall(r'<td data-line="\d+"[^>]*><a[^>]*>([^<]+)</a>', page)
    assert h.ravel().tolist() == [float(one.replace("−", "-")) for one in made]
    result = text_of(client, "sparse-matrix", way="result")
    assert "12 32 16 0" in result
    assert "The size returns, the values do not" in result


@pytest.mark.parametrize(
    "query",
    [
        {"picture": "[1,2;3]"},
        {"picture": "hello"},
        {"kernel": "[1,2"},
        {"picture": "[" + ";".join(["1,2,3,4,5,6,7,8"] * 8) + "]"},
        {"way": "back", "pace": "2"},
        {"kernel": "[1,1,1,1,1,1,1]"},
    ],
)
def test_numbers_that_make_no_matrix_are_refused_with_a_sentence(
    client: TestClient, query: dict[str, str]
) -> None:
    page = client.get("/course/sparse-matrix", params={"lang": "es", **query})
    assert 400 <= page.status_code < 500
    assert page.json()["detail"]


def test_two_orders_differ_at_the_border_alone(client: TestClient) -> None:
    page = text_of(client, "equivariance")
    assert "Away from the border all 3534 cells are equal." in page
    assert "In all, 128 of 4096 cells differ, by up to 2.73." in page
    around = text_of(client, "equivariance", enters="circular", border="circular", down="-3")
    assert "In all, 0 of 4096 cells differ" in around


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"move": "rotate", "border": "none"}, "on average; the map’s own mean size is 0.26."),
        ({"move": "rotate", "kernel": "gaussian", "border": "none"}, "cells are equal."),
        ({"move": "rotate", "kernel": "laplacian4", "degrees": "-90"}, "cells are equal."),
        ({"move": "resize", "border": "reflect"}, "the map’s own mean size is 0.21."),
        ({"pace": "2", "right": "2", "border": "none"}, "all 930 cells are equal."),
        (
            {"pace": "2", "right": "1", "border": "none"},
            "no whole shift of the map fits: the best still leaves 0.24 on average",
        ),
    ],
)
def test_what_changes_places_with_a_kernel_and_what_does_not(
    client: TestClient, query: dict[str, str], says: str
) -> None:
    assert says in text_of(client, "equivariance", **query)


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ({"width": "3"}, "7 of 14 values change (50"),
        ({"width": "5", "pad": "2"}, "6 of 14 values change"),
        ({"width": "2", "pace": "2", "pad": "0"}, "5 of 7 values change (71"),
        ({"width": "3", "pace": "2"}, "3 of 7 values change"),
        ({"pool": "globalmax"}, "0 of 1 values change"),
    ],
)
def test_the_rows_changed_values_are_counted(client: TestClient, query: dict[str, str], changed: str) -> None:
    page = text_of(client, "pooling-invariance", picture="row", **query)
    assert "9 of 14 values change (64" in page
    assert changed in page


@pytest.mark.parametrize(
    ("query", "share"),
    [
        ({}, "43"),
        ({"width": "5", "pad": "2"}, "32"),
        ({"width": "2", "pace": "2", "pad": "0"}, "47"),
        ({"width": "8", "pace": "8", "pad": "0"}, "33"),
        ({"pool": "globalmax", "enters": "circular"}, "0"),
    ],
)
def test_the_shares_in_the_text_are_those_of_the_page(
    client: TestClient, query: dict[str, str], share: str
) -> None:
    page = text_of(client, "pooling-invariance", **query)
    assert ["47", share] == re.findall(r"change by more than 0\.05 \((\d+) ?%\)", page)


def test_blurring_before_skipping_leaves_less_to_change(client: TestClient) -> None:
    sharp, soft = (
        [
            float(one)
            for one in re.findall(r"by up to ([\d.]+)\.", text_of(client, "pooling-invariance", **query))
        ][-1]
        for query in (
            {"picture": "stripes", "pool": "skip"},
            {"picture": "stripes", "pool": "skip", "blur": "yes"},
        )
    )
    assert (1.0, 0.0) == (sharp, soft)


def test_what_pooling_saves_is_counted_as_torch_would(client: TestClient) -> None:
    for query, side in (({}, 64), ({"width": "2", "pace": "2", "pad": "0"}, 32), ({"pool": "adaptive"}, 4)):
        page = text_of(client, "pooling-invariance", **query)
        assert f" {numel(nn.Linear(16 * side * side, 10))} " in page
    assert "give a vector of the same length" in page
