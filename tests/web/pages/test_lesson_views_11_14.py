"""The extra views of lessons 11, 12 and 14 from their addresses alone, and their numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fastapi.testclient import TestClient
from scipy.special import softmax

from app.engine.learning.training import ShapeTraining
from app.explorer.learnings import read_shape
from app.lessons.loader import LANGUAGES


def text_of(client: TestClient, slug: str, **query: object) -> str:
    page = client.get(f"/course/{slug}", params={"lang": "en", **query})
    assert 200 == page.status_code
    assert "style=" not in page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", ["many-channels", "learning", "whole-network", "pytorch-keras"])
def test_a_view_stands_in_both_languages(client: TestClient, slug: str, lang: str) -> None:
    page = client.get(f"/course/{slug}", params={"lang": lang})
    assert "data-lesson-view" in page.text


def test_the_tensor_adds_its_channels(client: TestClient) -> None:
    assert "0 + 4 + 2 + 0.5 = 6.5" in text_of(client, "many-channels")
    assert "2 + 2 + 1 + −1.0 = 4.0" in text_of(client, "many-channels", i=1)
    assert "32 output channels, 3 input channels" in text_of(
        client, "many-channels", bank="learned", i=31, j=2
    )


def test_the_learned_cell_is_the_engines(client: TestClient) -> None:
    explorer = client.app.state.services.explorer
    from app.explorer import Scene
    from app.web.pages.lesson_views.tensor import CELL, LEARNED, values

    maps = explorer.trace(Scene("dog-retriever", LEARNED, 64, "crop")).stages[-1].maps
    for i in (0, 7, 31):
        shown = values(explorer, {"bank": "learned", "i": str(i), "image": "dog-retriever"}, "en")
        assert pytest.approx(float(maps[i, CELL, CELL]), abs=1e-4) == shown["total"]


@pytest.mark.parametrize(
    ("entry", "sum_"),
    [
        ("g.0.0", "g[0, 0] = 1 · (−8) + 2 · 10 + 2 · 0 + 0 · 4 = 12"),
        ("h.2.2", "= −4"),
        ("h.1.1", "h[1, 1] = 0 · (−8) = 0"),
        ("Z.0.1", "Z[0, 1] = 2 · 1 + 1 · 0 + 0 · (−1) + 1 · 2 + 0 · 0 + 2 · 0 + 0 · 0 + 1 · 1 + 1 · 1 = 6"),
        ("J.0.0", "J = (0 − 4)² + (6 − 1)² + (3 − 3)² + (4 − 2)² = 45"),
        ("G.0.1", "G[0, 1] = 2 · (6 − 1) = 10"),
        ("x.9.9", "g[0, 0] ="),
    ],
)
def test_an_entry_is_taken_apart(client: TestClient, entry: str, sum_: str) -> None:
    assert sum_ in text_of(client, "learning", entry=entry)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("P.0.0", "P[0, 0] = max(0; 2; 6; 6; 4; 0; 3; 7; 4) = 7"),
        ("dP.0.0", "∂J/∂P[0, 0] = 2 · (7 − 2) = 10"),
        ("dA.2.1", "∂J/∂A[2, 1] = 10 · 1 = 10 This cell won its window"),
        ("dA.0.2", "∂J/∂A[0, 2] = 10 · 0 = 0 This cell did not win"),
        ("G.2.1", "G[2, 1] = 10 · 1 = 10 Z is above 0 here"),
        ("G.1.2", "G[1, 2] = 0 · 0 = 0 Z is not above 0 here"),
        ("A.1.2", "A[1, 2] = max(0, −1) = 0"),
    ],
)
def test_the_gradient_goes_back_through_relu_and_pooling(client: TestClient, entry: str, told: str) -> None:
    assert told in text_of(client, "learning", demo="stack", entry=entry)


def test_a_check_by_moving_agrees_and_covered_cells_are_hidden(client: TestClient) -> None:
    told = text_of(client, "learning", entry="g.0.0", check="true")
    assert re.search(r"/ 0\.002 = 12\.0000000\d\d g\[0, 0\] is 12: (9|1[0-2]) digits agree", told)
    assert "digits agree" not in text_of(client, "learning", entry="Z.0.0", check="true")
    covered = client.get("/course/learning", params={"cover": "true", "entry": "Z.1.1", "lang": "es"}).text
    assert 9 + 25 + 4 + 1 == covered.count("aún sin calcular")


@pytest.mark.parametrize("made", ["correlation", "convolution"])
@pytest.mark.parametrize("learned", ["correlation", "convolution"])
def test_a_kernel_is_learned_by_either_rule(client: TestClient, made: str, learned: str) -> None:
    told = text_of(client, "learning", made=made, learned=learned, kernel="emboss", steps=300)
    assert ("It is learned anyway" in told) == (made != learned)
    assert "the largest error of a weight is &lt; 0.001" in told


def test_the_maps_on_the_photo_show_the_gradients_that_rest_gives(client: TestClient) -> None:
    page = client.get("/course/learning", params={"lang": "en", "image": "dog-retriever"}).text
    urls = re.findall(r'src="(/api/v1/gradients/[^"]*)"', page)
    assert 4 == len(urls)
    query = urls[0].replace("&amp;", "&").partition("?")[2]
    told = client.get(f"/api/v1/gradients?{query}&check=false").json()
    kernel = [f"{round(one)}".replace("-", "−") for row in told["layers"][0]["kernels"][0][0] for one in row]
    section = page.partition('id="maps"')[2]
    cells = re.findall(r'<td class="d\d+">([^<]*)</td>', section)[:18]
    assert kernel == cells[9:]
    assert f"J = {told['loss']:.4g}" in section
    for url in urls:
        assert 200 == client.get(url.replace("&amp;", "&")).status_code


def test_single_steps_are_links_that_add_up(client: TestClient) -> None:
    page = client.get("/course/learning", params={"lang": "en"}).text
    for made in (1, 2, 3):
        href = re.search(r'href="([^"]*)" data-learn-step="1"', page)
        assert href
        page = client.get("/course/learning" + href[1].partition("#")[0].replace("&amp;", "&")).text
        assert f"Step {made}: loss" in page
    assert page.count(",") > 3 * 2


def test_a_network_is_trained_as_far_as_the_address_says(client: TestClient) -> None:
    training = ShapeTraining(2)
    while training.step < 21:
        training.advance()
    right = round(100 * training.confusion().trace() / 500)
    told = text_of(client, "whole-network", steps=21, seed=2)
    assert (
        f"Step 21: loss {np.mean(training.losses[-20:]):.2f}, {right}\u202f% of the fresh pictures right."
        in told.replace(" %", "\u202f%")
    )
    assert "1299" in told
    assert "Not trained yet" in text_of(client, "whole-network")
    assert 422 == client.get("/course/whole-network", params={"steps": 601}).status_code


def test_a_shape_of_ones_own_is_judged_and_seen_from_inside(client: TestClient) -> None:
    shape = "grid([" + ";".join([",".join(["0"] * 11 + ["1", "1"] + ["0"] * 11)] * 24) + "])"
    training = ShapeTraining(2)
    while training.step < 40:
        training.advance()
    shares = training.shares(read_shape(client.app.state.services.explorer, shape))[0]
    page = client.get("/course/whole-network", params={"lang": "en", "steps": 40, "seed": 2, "shape": shape})
    row = re.sub(r"<[^>]+>|\s+", " ", page.text.split("yours")[1].split("</tr>")[0])
    assert [round(100 * share) for share in shares] == [int(n) for n in re.findall(r"\d+", row)]
    assert 404 == client.get("/course/whole-network", params={"shape": "nobody"}).status_code

    for sent, title in ((shape, "Shapes, 40 steps"), ("", "Shapes, 40 steps")):
        form = {"steps": 40, "seed": 2, "rate": "0.01", "shape": sent}
        opened = client.post("/course/shapes/network?lang=en", data=form)
        assert (200, True) == (opened.status_code, title in opened.text)
        query = dict(opened.url.params)
        stages = client.get("/network/data.json", params=query)
        assert 200 == stages.status_code
        assert query["image"] == (sent or query["image"])
        _, trace = client.app.state.services.explorer.network_trace(query["image"], query["network"])
        expected = training.shares(read_shape(client.app.state.services.explorer, query["image"]))[0]
        np.testing.assert_allclose(expected, softmax(trace.stages[-1].maps.ravel()), atol=1e-5)
    refused = client.post("/course/shapes/network?lang=es", data={"steps": 40, "shape": "nobody"})
    assert 404 == refused.status_code


def test_a_run_converges_or_is_told_to_grow(client: TestClient) -> None:
    assert "the largest error of a weight is 0.002" in text_of(client, "learning", steps=100)
    assert "it grows on" in text_of(client, "learning", rate="0,45", steps=200)
    assert "Step 50:" in text_of(client, "learning", rate=0.4, steps=200, show=50)
    text_of(client, "learning", pair="photo", momentum=0.9, steps=500, made="convolution", kernel="emboss")
    text_of(client, "learning", rate=100, steps=500)


@pytest.mark.parametrize("query", [{"rate": "0"}, {"momentum": "1"}, {"steps": "2001"}, {"rate": "nan"}])
def test_a_run_out_of_bounds_is_refused(client: TestClient, query: dict[str, str]) -> None:
    assert 422 == client.get("/course/learning", params=query).status_code


def test_one_row_is_read_by_both_rules(client: TestClient) -> None:
    told = text_of(client, "pytorch-keras")
    assert re.search(r"Keras 3 ?0 ?1 ?2 4 6 8", told)
    assert re.search(r"PyTorch ?1 ?1 ?1 3 5 7", told)
    text_of(client, "pytorch-keras", length=99, width=6, pace=4)
