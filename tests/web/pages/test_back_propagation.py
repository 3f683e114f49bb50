"""The sheet of back-propagation: every number equals torch's, every sum gives its number, its parts are the right ones."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.web.pages.back_propagation import NUDGE, TARGETS, V, paper, stages_by_gradient
from app.web.pages.back_sheet import sum_of

DEMOS = ("hand", "stack")


def by_torch(demo: str) -> dict[str, np.ndarray]:
    sheet = paper(demo)
    v = torch.tensor(V)[None, None].requires_grad_()
    k = torch.tensor(sheet.tables["K"])[None, None].requires_grad_()
    z = F.conv2d(v, k, stride=sheet.stride)
    named = {"Z": z}
    if demo == "stack":
        named["A"] = z.relu()
        named["P"] = F.max_pool2d(named["A"], 3)
    for one in named.values():
        one.retain_grad()
    loss = (list(named.values())[-1] - torch.tensor(TARGETS[demo])).square().sum()
    loss.backward()
    found = {name: one[0, 0] for name, one in named.items()}
    found |= {"J": loss.reshape(1, 1), "g": k.grad[0, 0], "h": v.grad[0, 0], "G": z.grad[0, 0]}
    found |= {f"d{name}": one.grad[0, 0] for name, one in named.items() if name != "Z"}
    return {name: one.detach().numpy() for name, one in found.items()}


@pytest.mark.parametrize("demo", DEMOS)
def test_every_table_is_torchs(demo: str) -> None:
    sheet = paper(demo)
    expected = by_torch(demo)
    assert set(expected) == set(sheet.tables) - {"V", "K", "T"}
    for name, table in expected.items():
        np.testing.assert_allclose(table, sheet.tables[name], atol=1e-12)


@pytest.mark.parametrize("demo", DEMOS)
def test_every_sum_gives_its_number_from_the_cells_it_names(demo: str) -> None:
    sheet = paper(demo)
    for (name, row, col), entry in sheet.entries.items():
        assert entry.value == sheet.tables[name][row, col]
        sum_, _, value = sum_of(entry, "en").rpartition(" = ")
        text = sum_.replace("−", "-").replace(" · ", "*").replace("²", "**2").replace(";", ",")
        assert re.fullmatch(r"[-+*/()\d, maxS]*", text)
        assert float(value.replace("−", "-")) == eval(text) == entry.value  # our own arithmetic, as printed
        for (table, r, c), _ in entry.parts:
            assert 0 <= r < sheet.tables[table].shape[0]
            assert 0 <= c < sheet.tables[table].shape[1]
        if name in ("g", "h"):
            factors = [
                tuple(sheet.tables[t][r, c] for (t, r, c), _ in entry.parts[at : at + 2])
                for at in range(0, len(entry.parts), 2)
            ]
            assert [one.factors for one in entry.terms] == factors
        if name == "h":
            for l_, m, n, p in entry.met:
                assert (row, col) == (l_ * sheet.stride + m, n * sheet.stride + p)


@pytest.mark.parametrize("demo", DEMOS)
def test_the_stamps_add_up_to_h_as_a_transposed_convolution(demo: str) -> None:
    sheet = paper(demo)
    grad, kernel = (torch.tensor(sheet.tables[name])[None, None] for name in ("G", "K"))
    spread = F.conv_transpose2d(grad, kernel, stride=sheet.stride)[0, 0].numpy()
    np.testing.assert_allclose(spread, sheet.tables["h"])
    np.testing.assert_allclose(spread, sum(laid for _, laid in sheet.stamps))


@pytest.mark.parametrize("demo", DEMOS)
def test_moving_a_number_moves_the_loss_as_its_gradient_says(demo: str) -> None:
    sheet = paper(demo)
    for place, entry in sheet.entries.items():
        # the cell 0 of Z stands on ReLU's corner, where there are two slopes
        corner = demo == "stack" and place == ("G", 0, 0)
        if (place[0] == "g" or place[0] in stages_by_gradient(demo)) and not corner:
            up, down = sheet.difference(place)
            assert pytest.approx(entry.value, abs=1e-6) == (up - down) / (2 * NUDGE)


def test_the_lab_gives_h_from_g(client) -> None:
    page = client.get("/course/learning", params={"demo": "hand", "lang": "en"}).text
    url = re.search(r'href="(/\?image=grid[^"]*deconv[^"]*)"', page)
    assert url
    query = url[1].replace("&amp;", "&").partition("?")[2]
    trace = client.get(f"/api/v1/trace?{query.partition('&lang')[0]}").json()
    numbers = client.get(trace["stages"][-1]["tensor_url"]).content
    found = np.frombuffer(numbers[-100:], "<f4").reshape(5, 5)
    np.testing.assert_allclose(paper("hand").tables["h"], found, atol=1e-6)
