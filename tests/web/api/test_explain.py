"""Cells over REST: terms that add up, for every recipe, by query and by JSON."""

import numpy as np
import pytest

SCENE = {"image": "cat-chelsea", "size": 32}


def explain(api, **params):
    answer = api.get("/explain", params=SCENE | {"channel": 0} | params)
    assert 200 == answer.status_code, answer.text
    return answer.json()


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize(("row", "column"), [(0, 0), (20, 31), (9, 0), (7, 12)])
def test_the_terms_of_a_convolution_add_up_to_the_cell(api, numbers, mode, row, column):
    stack = f"conv(gaussian,sobel_x,channels=sum,bias=(0.5,-0.25),padding=2,mode={mode})"
    body = explain(api, stack=stack, stage=1, channel=1, row=row, column=column)
    tensor = numbers("/tensors/1.npy", **SCENE, stack=stack)

    magnitude = sum(np.abs(term["products"]).sum() for term in body["inputs"]) + 0.25
    products = sum(np.multiply(term["patch"], term["weights"]).sum() for term in body["inputs"])
    assert [0, 1, 2] == [term["channel"] for term in body["inputs"]]
    assert tensor[1, row, column] == body["value"]
    assert abs(products + body["bias"] - body["value"]) <= 1e-5 * magnitude
    assert body["sum"] == pytest.approx(products + body["bias"])
    assert ("conv", "dot", -0.25) == (body["kind"], body["recipe"], body["bias"])


def test_a_maximum_names_its_winner(api, numbers):
    body = explain(api, stack="conv(sobel_x)|maxpool(2)", stage=2, row=3, column=4)
    before = numbers("/tensors/1.npy", **SCENE, stack="conv(sobel_x)")[0]

    window = before[6:8, 8:10]
    winner = body["winner"]
    assert window.max() == body["value"] == winner["value"]
    assert before[winner["row"], winner["column"]] == window.max()
    np.testing.assert_array_equal(window, body["inputs"][0]["patch"])


def test_padding_that_never_wins_is_null(api):
    body = explain(api, stack="maxpool(3,padding=1)", stage=1, row=0, column=0)

    assert [None, None, None] == body["inputs"][0]["patch"][0]
    assert [-1, 0, 1] == body["inputs"][0]["rows"]


def test_an_activation_shows_its_input_and_output(api):
    body = explain(api, stack="conv(sobel_x)|sigmoid", stage=2, row=3, column=4)

    curve = body["activation"]
    assert 1 / (1 + np.exp(-curve["input"])) == pytest.approx(body["value"], abs=1e-6)
    assert {"name": "sigmoid", "input": curve["input"], "output": body["value"], "quantities": {}} == curve


def test_what_a_softmax_needs_besides_its_score_stands_apart_from_the_curve(api):
    curve = explain(api, stack="softmax", stage=1, channel=1, row=3, column=4)["activation"]
    needed = curve.pop("quantities")

    assert {"largest", "exp", "total"} == needed.keys()
    assert np.exp(curve["input"] - needed["largest"]) == pytest.approx(needed["exp"])
    assert needed["exp"] / needed["total"] == pytest.approx(curve["output"])
    assert {"name", "input", "output"} == curve.keys()


def test_a_mean_of_a_whole_map_leaves_the_patch_out_when_it_is_large(api, numbers):
    params = {"image": "pattern(noise,size=300)", "stack": "globalavg", "stage": 1, "row": 0, "column": 0}
    body = api.get("/explain", params=params).json()

    assert body["inputs"][0].get("patch") is None
    expected = numbers("/tensors/0.npy", image="pattern(noise,size=300)").astype(np.float64)[0].mean()
    assert expected == pytest.approx(body["value"], abs=1e-6)


def test_the_photos_own_cell_has_a_value_and_its_box(api, numbers):
    body = explain(api, stage=0, channel=2, row=5, column=6)

    assert numbers("/tensors/0.npy", **SCENE)[2, 5, 6] == body["value"]
    assert ("input", [], [[0, 5, 6, 5, 6, False]]) == (
        body["kind"],
        body["inputs"],
        [[b[k] for k in ("stage", "top", "left", "bottom", "right", "clipped")] for b in body["boxes"]],
    )


def test_boxes_lead_back_to_the_photo(api):
    body = explain(api, stack="conv(box,padding=1)|maxpool(2)", stage=2, row=0, column=3)

    boxes = [[b[k] for k in ("stage", "top", "left", "bottom", "right", "clipped")] for b in body["boxes"]]
    assert [[0, -1, 5, 2, 8, True], [1, 0, 6, 1, 7, False], [2, 0, 3, 0, 3, False]] == boxes


def test_query_and_json_answer_alike(api):
    asked = SCENE | {"stack": "conv(box)", "stage": 1, "channel": 0, "row": 3, "column": 4}

    assert api.get("/explain", params=asked).json() == api.post("/explain", json=asked).json()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"row": 500}, 422, "no_such_cell"),
        ({"channel": 3}, 422, "no_such_cell"),
        ({"stage": 2}, 422, "no_such_stage"),
        (
            {"stage": 5, "stack": "conv(box,size=31)|relu|relu|relu|relu", "image": "pattern(edge,size=8)"},
            422,
            "kernel_too_large",
        ),
        ({"row": None}, 422, "request_missing"),
        ({"image": "nobody"}, 404, "image_unknown"),
        ({"image": "0" * 32}, 404, "photo_unknown"),
    ],
)
def test_what_is_not_there_says_so(api, changes, status, code):
    asked = SCENE | {"stack": "conv(box)", "stage": 1, "channel": 0, "row": 3, "column": 4} | changes
    asked = {name: value for name, value in asked.items() if value is not None}

    for answer in (api.get("/explain", params=asked), api.post("/explain", json=asked)):
        assert (status, code) == (answer.status_code, answer.json()["code"])


def test_only_json_is_read(api):
    assert 415 == api.post("/explain", content=b"{}", headers={"content-type": "text/plain"}).status_code
