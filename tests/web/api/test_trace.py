"""Traces over REST: the contract's fields, numbers against NumPy and torch, addresses that stay."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.web.api.pictures import jpeg_bytes

SERVER = "http://testserver"
STACK = "gray|conv(sobel_x,padding=1)|relu|maxpool(2)"
STAGE = {
    "stage", "layer", "kind", "off", "input_shape", "shape", "min", "max", "mean", "std", "zeros", "ranges",
    "parameters", "multiply_adds", "receptive_field", "formula", "map_url", "atlas_url", "tensor_url",
}  # fmt: skip


def trace(api, **params):
    answer = api.get("/trace", params={"image": "cat-chelsea", "stack": STACK, "size": 64} | params)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def test_a_trace_has_the_contracts_fields(api):
    body = trace(api)

    assert {"stack", "image", "stages"} == set(body)
    assert (STACK, "cat-chelsea", 5) == (body["stack"], body["image"], len(body["stages"]))
    for number, stage in enumerate(body["stages"]):
        assert STAGE == set(stage)
        assert number == stage["stage"]
        assert {"size", "jump", "start"} == set(stage["receptive_field"])
    assert [[3, 43, 64], [1, 43, 64], [1, 43, 64], [1, 43, 64], [1, 21, 32]] == [
        s["shape"] for s in body["stages"]
    ]
    assert ["input", "gray", "conv", "relu", "maxpool"] == [s["kind"] for s in body["stages"]]
    assert [0, 0, 9, 0, 0] == [s["parameters"] for s in body["stages"]]
    assert 9 * 43 * 64 == body["stages"][2]["multiply_adds"]


def test_every_stages_numbers_are_those_of_its_tensor_and_of_torch(api, numbers):
    body = trace(api)
    tensors = [numbers(stage["tensor_url"]) for stage in body["stages"]]

    gray = np.tensordot([0.299, 0.587, 0.114], tensors[0].astype(np.float64), 1)[None, None]
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=torch.float64)[None, None]
    edges = F.conv2d(torch.from_numpy(gray), kernel, padding=1)
    pooled = F.max_pool2d(F.relu(edges), 2)
    for expected, found in (
        (gray, tensors[1]),
        (edges, tensors[2]),
        (F.relu(edges), tensors[3]),
        (pooled, tensors[4]),
    ):
        np.testing.assert_allclose(np.asarray(expected)[0], found, atol=2e-6)
    for stage, tensor in zip(body["stages"], tensors, strict=True):
        wide = tensor.astype(np.float64)
        assert (np.float32, tuple(stage["shape"])) == (tensor.dtype, tensor.shape)
        assert wide.min() == stage["min"]
        assert wide.max() == stage["max"]
        assert wide.mean() == pytest.approx(stage["mean"], rel=1e-9, abs=1e-12)
        assert wide.std() == pytest.approx(stage["std"], rel=1e-9)
        assert (wide == 0).mean() == pytest.approx(stage["zeros"])
        assert [[plane.min(), plane.max()] for plane in wide] == stage["ranges"]


def test_the_formula_and_the_field_hold_the_numbers(api):
    pool = trace(api)["stages"][4]

    assert "rows floor((43 + 0 + 0 - 1*(2 - 1) - 1) / 2) + 1 = 21" in pool["formula"]
    assert {"size": [4, 4], "jump": [2, 2], "start": [-1, -1]} == pool["receptive_field"]


def test_json_form_and_query_answer_alike(api):
    scene = {"image": "cat-chelsea", "stack": STACK, "size": 64}

    assert trace(api) == api.post("/trace", json=scene).json()


def test_a_file_is_traced_and_kept(api):
    form = {"stack": "conv(box)|relu", "size": "16"}
    body = api.post("/trace", data=form, files={"file": ("cat.jpg", jpeg_bytes(), "image/jpeg")}).json()

    assert ("conv(box)|relu", [3, 10, 14]) == (body["stack"], body["stages"][2]["shape"])
    assert body["image"] == body["upload"]["image"]
    assert 200 == api.get(SERVER + body["stages"][1]["tensor_url"]).status_code
    token = {"x-delete-token": body["upload"]["delete_token"]}
    assert 204 == api.delete(f"/images/{body['image']}", headers=token).status_code


def test_a_fault_in_the_text_keeps_no_photo(program, api):
    folder = program.state.services.settings.data_folder
    before = len(list(folder.glob("*.photo")))
    answer = api.post("/trace", data={"stack": "relu|nope"}, files={"file": ("cat.jpg", jpeg_bytes())})

    assert (422, 5) == (answer.status_code, answer.json()["position"])
    assert before == len(list(folder.glob("*.photo")))


def test_rest_reads_512_cells_and_keeps_the_aspect(api):
    body = api.get("/trace", params={"image": "cat-chelsea"}).json()

    assert ("", [3, 341, 512]) == (body["stack"], body["stages"][0]["shape"])


def test_two_spellings_share_text_and_addresses(api):
    assert trace(api) == trace(
        api, stack=" gray | conv( sobel_x , padding = 1,stride=1 )|relu| maxpool(size=2) "
    )
    pattern = api.get("/trace", params={"image": " pattern( edge , size=64 )"}).json()
    assert "pattern(edge)" == pattern["image"]


def test_addresses_carry_the_release_and_no_layer_behind_their_stage(api):
    for stage in trace(api)["stages"]:
        for name in ("map_url", "atlas_url", "tensor_url"):
            query = parse_qs(urlsplit(stage[name]).query)
            prefix = "|".join(STACK.split("|")[: stage["stage"]])
            assert [prefix] == query.get("stack", [""])
            assert (["cat-chelsea"], ["64"], ["keep"], ["0.1.0"]) == tuple(
                query[k] for k in ("image", "size", "fit", "v")
            )
            assert 200 == api.get(SERVER + stage[name].replace("{channel}", "0")).status_code


def test_an_edit_leaves_the_addresses_before_it_untouched(api):
    before, after = trace(api), trace(api, stack="gray|conv(sobel_x,padding=1)|abs|maxpool(2)")
    same = [
        one["tensor_url"] == other["tensor_url"]
        for one, other in zip(before["stages"], after["stages"], strict=True)
    ]

    assert [True, True, True, False, False] == same


def test_a_leading_resize_stands_in_the_inputs_address_too(api, numbers):
    stage = trace(api, stack="resize(50,60)|relu", size=16)["stages"][0]

    assert [3, 341, 512] == stage["shape"]
    assert (3, 341, 512) == numbers(stage["tensor_url"]).shape


def test_a_switched_off_layer_keeps_its_number(api):
    stages = trace(api, stack="~conv(box)|relu")["stages"]

    assert [(1, "conv", True, "~conv(box)"), (2, "relu", False, "relu")] == [
        (s["stage"], s["kind"], s["off"], s["layer"]) for s in stages[1:]
    ]
    assert stages[0]["shape"] == stages[1]["shape"]


def test_a_refused_layer_says_why_and_what_fits(api):
    for language, word in (("en", "kernel"), ("es", "kernel")):
        answer = api.get(
            "/trace",
            params={"image": "pattern(edge,size=16)", "stack": "relu|conv(box,size=31)|abs"},
            headers={"accept-language": language},
        ).json()
        refused = answer["refused"]
        assert (2, 2, "kernel_too_large") == (refused["stage"], len(answer["stages"]), refused["code"])
        assert word in refused["reason"].lower()
        assert "31" in refused["formula"]
        mended = trace(api, image="pattern(edge,size=16)", stack=f"relu|{refused['suggestion']}|abs")
        assert "refused" not in mended


@pytest.mark.parametrize(
    ("stack", "position"),
    [
        ("conv(sobel_q)", 5),
        ("relu|nope(3)", 5),
        ("conv(box,size=99)", 9),
        ("relu|", 5),
        ("maxpool(2,9,9,9,9,9,9)", None),
    ],
)
def test_a_fault_in_the_text_names_its_position(api, stack, position):
    answer = api.get("/trace", params={"image": "cat-chelsea", "stack": stack})
    body = answer.json()

    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert {"type", "title", "status", "detail", "code", "position"} <= set(body)
    assert position is None or position == body["position"]
    assert answer.json()["status"] == answer.status_code


def test_the_nearest_word_is_suggested(api):
    assert "relu" == api.get("/trace", params={"image": "cat-chelsea", "stack": "rellu"}).json()["suggestion"]


def test_repeated_requests_are_answered_not_modified(api):
    first = api.get("/trace", params={"image": "cat-chelsea", "size": 16})
    again = api.get(
        "/trace",
        params={"image": "cat-chelsea", "size": 16},
        headers={"if-none-match": first.headers["etag"]},
    )

    assert (304, b"") == (again.status_code, again.content)
    assert "Accept-Language" in first.headers["vary"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "request_json"),
        (b"\xff", "request_json"),
        (b"[" * 100_000, "request_json"),
        (b"[]", "request_object"),
        (b"{}", "request_missing"),
        (b'{"image": 3}', "request_wrong"),
        (b'{"image": ""}', "request_missing"),
        (b'{"image": "cat-chelsea", "sise": 3}', "request_unknown"),
        (b'{"image": "cat-chelsea", "size": "wide"}', "request_whole_number"),
        (b'{"image": "cat-chelsea", "size": 2.5}', "request_whole_number"),
        (b'{"image": "cat-chelsea", "size": 4}', "request_too_small"),
        (b'{"image": "cat-chelsea", "size": 4096}', "request_too_large"),
        (b'{"image": "cat-chelsea", "fit": "wide"}', "request_choice"),
        (b'{"image": "cat-chelsea", "stack": "\\ud800"}', None),
    ],
)
def test_a_body_that_is_none_is_refused_with_a_sentence(api, body, code):
    for language in ("en", "es"):
        headers = {"content-type": "application/json", "accept-language": language}
        answer = api.post("/trace", content=body, headers=headers)
        assert 422 == answer.status_code
        assert code is None or code == answer.json()["code"]
        assert re.search(r"\w+ .\w+", answer.json()["detail"])


def test_another_body_or_method_is_refused(api):
    assert 415 == api.post("/trace", content=b"x", headers={"content-type": "text/plain"}).status_code
    assert 405 == api.put("/trace").status_code
    assert 404 == api.get("/nothing").status_code
    assert 404 == api.get("/trace", params={"image": "nobody"}).status_code
    assert (
        413
        == api.post(
            "/trace", content=bytes(300_001), headers={"content-type": "application/json"}
        ).status_code
    )
