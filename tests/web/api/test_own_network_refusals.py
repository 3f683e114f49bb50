"""What is refused of an uploaded network, with which sentence; and no fault of the program for any file."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from app.i18n import load_catalogue
from tests.bad_networks import BIG, FILES, REFUSING, STACKS, header
from tests.own_networks import MLP_STACK, SMALL, SMALL_STACK, send


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_says_why(api, case, language):
    data, code, _ = FILES[case]
    status = 415 if code in ("network_pickle", "network_not_safetensors") else 422
    answer = api.post(
        "/networks?lang=" + language, files={"file": ("net", data)}, data={"stack": SMALL_STACK}
    )
    body = answer.json()
    assert (status, code) == (answer.status_code, body["code"]), body
    assert "application/problem+json" == answer.headers["content-type"]
    assert "{" not in body["detail"]
    if code == "network_pickle":
        assert "safetensors.torch.save_file(model.state_dict()" in body["detail"]
    if case == "digits first":
        assert "layer0" == body["suggestion"]


def test_a_larger_file_than_allowed_is_refused(program, api):
    services = program.state.services
    program.state.services = replace(
        services, own=replace(services.own, limits=replace(services.own.limits, max_bytes=500))
    )
    try:
        assert (413, "network_too_many_bytes") == (
            (answer := send(api, save(SMALL))).status_code,
            answer.json()["code"],
        )
    finally:
        program.state.services = services


def test_a_body_beyond_a_network_is_not_read(api):
    answer = send(api, bytes(33_000_000))
    assert (413, "body_too_large") == (answer.status_code, answer.json()["code"])


ALL_STACKS = {
    **{stack: code for stack, (code, _) in STACKS.items()},
    **{stack: "network_layer_refuses" for stack, *_ in REFUSING},
    SMALL_STACK.replace("relu", "rellu"): "unknown_layer",
}


@pytest.mark.parametrize("stack", ALL_STACKS)
def test_a_stack_that_cannot_be_used_says_why(api, stack):
    body = (answer := send(api, save(BIG), stack)).json()
    assert (422, ALL_STACKS[stack]) == (answer.status_code, body["code"]), body
    assert "{" not in body["detail"]
    if "network_no_resize" == body["code"]:
        assert "resize(64,64)|weights(conv1" in body["detail"]
    if "unknown_tensor" == body["code"]:
        assert ("conv1", stack.index("conv7")) == (body["suggestion"], body["position"])


@pytest.mark.parametrize(("language", "words"), [("en", "Layer 6, dense(fc1)"), ("es", "Capa 6, dense(fc1)")])
def test_a_layer_refuses_with_its_stage_its_reason_and_its_mend(api, language, words):
    stack = SMALL_STACK.replace("maxpool(2)", "maxpool(4)")
    body = api.post(f"/networks?lang={language}", files={"file": save(SMALL)}, data={"stack": stack}).json()
    reason = load_catalogue().text("errors.dense_length", language, name="fc1", needed=64, found=16)
    assert (6, f"{words}: {reason}") == (body["stage"], body["detail"])
    narrow = api.post(
        "/networks", files={"file": save(SMALL)}, data={"stack": stack.replace("|flatten", "")}
    ).json()
    assert 5 == narrow["stage"]


@pytest.mark.parametrize(
    ("classes", "code"),
    [
        ("a", "network_classes_count"),
        ("a, b, c", "network_classes_count"),
        ("a, a", "network_class_twice"),
        ("a, " + "b" * 41, "network_class_too_long"),
        ("x" * 8001, "request_too_long"),
    ],
)
def test_names_of_classes_have_to_fit(api, classes, code):
    answer = send(api, save(SMALL), classes=classes)
    assert (422, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"json": {"stack": "relu"}}, 415, "content_type_unread"),
        ({"files": {"file": save(SMALL)}}, 422, "request_missing"),
        ({"files": {"other": save(SMALL)}, "data": {"stack": "relu"}}, 422, "request_missing"),
        (
            {"files": {"file": save(SMALL)}, "data": {"stack": SMALL_STACK, "more": "x"}},
            422,
            "request_unknown",
        ),
        (
            {"files": {"file": save(SMALL)}, "data": {"stack": SMALL_STACK, "name_shown": "x" * 61}},
            422,
            "request_too_long",
        ),
    ],
)
def test_a_request_that_cannot_be_used_says_why(api, request_, status, code):
    answer = api.post("/networks", **request_)
    assert (status, code) == (answer.status_code, answer.json()["code"])


@settings(max_examples=200)
@given(st.data())
def test_no_change_of_a_file_is_a_fault_of_the_program(api, data):
    good = bytearray(save(SMALL))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, 300) | st.integers(0, len(good) - 1))
        good[place] = data.draw(st.sampled_from(b'0123456789"{}[],:\x00\xff') | st.integers(0, 255))
    cut = data.draw(st.just(len(good)) | st.integers(0, len(good)))
    answer = send(api, bytes(good[:cut]), data.draw(st.sampled_from([SMALL_STACK, MLP_STACK])))
    assert answer.status_code in (201, 415, 422), answer.text
    if 201 == answer.status_code:
        asked = api.post(
            "/classify", json={"image": "pattern(edge,size=16)", "network": answer.json()["name"]}
        )
        assert asked.status_code in (200, 422), asked.text


SHAPES = st.sampled_from(
    [[2, 64], [4, 3, 3, 3], [], [0], [2, 2, 2], [1 << 40, 1 << 40], [-1], [1.5], "x", None]
)


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(
            ["conv1.weight", "conv1.bias", "fc1.weight", ".weight", "é.weight", "__metadata__", "weight"]
        ),
        st.fixed_dictionaries(
            {"dtype": st.sampled_from(["F32", "BF16", "I8", "F8_E4M3", "BOOL", "x", 3]), "shape": SHAPES},
            optional={"data_offsets": st.lists(st.integers(-5, 1200), min_size=0, max_size=3)},
        ),
    )
)
def test_no_header_is_a_fault_of_the_program(api, entries):
    answer = send(api, header(json.dumps(entries).encode(), bytes(1000)))
    assert answer.status_code in (201, 415, 422), answer.text
