"""Edits of a stack's line: the line after each, where a stage's layer went, and what cannot be edited."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NotationError, UserError
from app.layers import edit
from tests.layers.drawn import SHELF

THREE = "relu|conv(box)|abs"


@pytest.mark.parametrize(
    ("text", "given_", "line"),
    [
        ("conv(box)", {"stride": "2"}, "conv(box,stride=2)"),
        ("conv(box,stride=2)", {"stride": ""}, "conv(box)"),
        ("conv(box,stride=2)", {"stride": " "}, "conv(box)"),
        ("conv(gaussian(sigma=2))", {"sigma": "3", "padding": "same"}, "conv(gaussian,sigma=3,padding=same)"),
        ("conv(gaussian(7))", {"padding": "1"}, "conv(gaussian,size=7,padding=1)"),
        ("conv(gaussian(7,2),stride=2)", {"size": ""}, "conv(gaussian,sigma=2,stride=2)"),
        ("conv(gaussian(sigma=2),box)", {"flip": "true"}, "conv(gaussian(sigma=2),box,flip=true)"),
        ("conv(slices([1],[2],[3]))", {"bias": "1"}, "conv(slices([1],[2],[3]),bias=1)"),
        ("conv([1,2;3,4])", {"bias": "0.5"}, "conv([1,2;3,4],bias=0.5)"),
        ("maxpool(3,2)", {"size": "2"}, "maxpool(2)"),
        ("maxpool(3,2)", {"stride": "(1,3)"}, "maxpool(3,stride=(1,3))"),
        ("maxpool(3,stride=2)", {"ceil": "true"}, "maxpool(3,stride=2,ceil=true)"),
        ("weights(net.c1,2)", {"stride": "1"}, "weights(net.c1)"),
        ("weights(net.c1)", {"padding": "1"}, "weights(net.c1,padding=1)"),
        ("~resize(8,9)", {"cols": "7"}, "~resize(8,7)"),
        ("relu|maxpool(2)", {}, "relu|maxpool(2)"),
    ],
)
def test_parameters_are_set_by_name_and_emptied_to_their_default(text, given_, line):
    last = len(text.split("|"))
    assert line == edit.set_parameters(text, last, given_, SHELF).text


@pytest.mark.parametrize(
    ("text", "kernels", "line"),
    [
        ("conv(gaussian,sigma=2,stride=2)", "box", "conv(box,stride=2)"),
        ("conv(box,sobel_x,bias=(1,2),padding=same)", "sobel_y", "conv(sobel_y,padding=same)"),
        ("conv(box,bias=2)", "sobel_x,sobel_y", "conv(sobel_x,sobel_y,bias=2)"),
        ("conv(box)", "gaussian(sigma=3),[1,2,3;4,5,6;7,8,9]", "conv(gaussian(sigma=3),[1,2,3;4,5,6;7,8,9])"),
        ("~deconv(box,stride=2)", "[1]", "~deconv([1],stride=2)"),
    ],
)
def test_new_kernels_keep_what_is_the_layers_own(text, kernels, line):
    assert f"abs|{line}|relu" == edit.set_kernels(f"abs|{text}|relu", 2, kernels, SHELF).text


def test_one_kernel_of_a_bank_changes_and_another_joins():
    bank = "weights(net.c1)|conv(gaussian(sigma=2),box,[1])"
    assert "weights(net.c1)|conv(sobel_x,box,[1])" == edit.set_kernel(bank, 2, 0, "sobel_x", SHELF).text
    assert (
        "weights(net.c1)|conv(gaussian(sigma=2),sobel_x,[1])"
        == edit.set_kernel(bank, 2, 1, "sobel_x", SHELF).text
    )
    assert (
        "weights(net.c1)|conv(gaussian(sigma=2),box,sobel_x)"
        == edit.set_kernel(bank, 2, 2, "sobel_x", SHELF).text
    )
    assert (
        "weights(net.c1)|conv(gaussian(sigma=2),box,[1],sobel_x)"
        == edit.join_kernel(bank, 2, "sobel_x", SHELF).text
    )
    assert (
        "~conv(gaussian(sigma=3),box,stride=2)"
        == edit.join_kernel("~conv(gaussian,sigma=3,stride=2)", 1, "box").text
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda: edit.insert(THREE, 0, "gray"), "gray|relu|conv(box)|abs"),
        (lambda: edit.insert(THREE, 1, "gray|~square"), "relu|gray|~square|conv(box)|abs"),
        (lambda: edit.insert(THREE, 3, "weights(net.c1)", SHELF), "relu|conv(box)|abs|weights(net.c1)"),
        (lambda: edit.insert("", 0, "gray"), "gray"),
        (lambda: edit.move(THREE, 1, 2), "conv(box)|relu|abs"),
        (lambda: edit.move(THREE, 1, 3), "conv(box)|abs|relu"),
        (lambda: edit.move(THREE, 1, 9), "conv(box)|abs|relu"),
        (lambda: edit.move(THREE, 3, 1), "abs|relu|conv(box)"),
        (lambda: edit.move(THREE, 3, -5), "abs|relu|conv(box)"),
        (lambda: edit.move(THREE, 2, 2), THREE),
        (lambda: edit.move("weights(net.c1)|relu", 1, 2, SHELF), "relu|weights(net.c1)"),
        (lambda: edit.duplicate(THREE, 2), "relu|conv(box)|conv(box)|abs"),
        (lambda: edit.duplicate("weights(net.dw)", 1, SHELF), "weights(net.dw)|weights(net.dw)"),
        (lambda: edit.remove(THREE, 1), "conv(box)|abs"),
        (lambda: edit.remove(THREE, 3), "relu|conv(box)"),
        (lambda: edit.remove("relu|weights(net.dw)", 1, SHELF), "weights(net.dw)"),
        (lambda: edit.remove("relu", 1), ""),
        (lambda: edit.toggle(THREE, 2), "relu|~conv(box)|abs"),
        (lambda: edit.toggle("relu|~weights(net.c1)", 2, SHELF), "relu|weights(net.c1)"),
    ],
)
def test_layers_come_go_and_change_places(change, line):
    assert line == change().text


@pytest.mark.parametrize(
    ("change", "code", "params"),
    [
        (lambda: edit.insert(THREE, 4, "gray"), "no_such_layer", {"layer": 4, "last": 3}),
        (lambda: edit.insert(THREE, -1, "gray"), "no_such_layer", {"layer": -1, "last": 3}),
        (lambda: edit.move(THREE, 0, 1), "no_such_layer", {"layer": 0, "last": 3}),
        (lambda: edit.duplicate(THREE, 4), "no_such_layer", {"layer": 4, "last": 3}),
        (lambda: edit.remove("", 1), "no_such_layer", {"layer": 1, "last": 0}),
        (lambda: edit.toggle(THREE, 5), "no_such_layer", {"layer": 5, "last": 3}),
        (lambda: edit.set_parameters(THREE, 4, {"stride": "2"}), "no_such_layer", {"layer": 4, "last": 3}),
        (lambda: edit.set_kernels(THREE, 4, "box"), "no_such_layer", {"layer": 4, "last": 3}),
        (lambda: edit.set_kernel(THREE, 2, 1, "box"), "no_such_kernel", {"index": 1, "last": 0}),
        (lambda: edit.set_kernel("conv(box,box)", 1, -1, "box"), "no_such_kernel", {"index": -1, "last": 1}),
        (lambda: edit.set_kernel(THREE, 1, 0, "box"), "not_a_convolution", {"layer": 1}),
        (lambda: edit.join_kernel(THREE, 3, "box"), "not_a_convolution", {"layer": 3}),
        (lambda: edit.set_parameters("conv(box)", 1, {"stride": "0"}), "out_of_bounds", {"owner": "conv", "name": "stride", "value": 0, "low": 1, "high": 64}),
        (lambda: edit.set_parameters("rellu", 1, {}), "unknown_layer", None),
        (lambda: edit.set_parameters("relu(1)", 1, {"x": "2"}), "too_many_arguments", {"owner": "relu", "limit": 0}),
    ],
)  # fmt: skip
def test_what_cannot_be_edited_is_refused_with_its_values(change, code, params):
    with pytest.raises(UserError) as caught:
        change()
    assert code == caught.value.code
    assert params is None or params == caught.value.params


def test_an_edit_that_reads_badly_is_refused_as_the_line_would_be():
    with pytest.raises(NotationError) as caught:
        edit.set_kernels("relu|conv(box)", 2, "gausian")
    assert ("unknown_kernel", len("relu|conv("), "gaussian") == (
        caught.value.code,
        caught.value.position,
        caught.value.params["nearest"],
    )


@given(last=st.integers(1, 8), data=st.data())
def test_a_stages_new_place_is_that_of_its_layer(last: int, data: st.DataObject) -> None:
    layer, to = data.draw(st.integers(1, last)), data.draw(st.integers(0, last + 2))
    names = list(range(1, last + 1))
    moved = np.delete(names, layer - 1).tolist()
    moved.insert(min(max(to, 1), last) - 1, layer)
    for stage in names:
        assert moved.index(stage) + 1 == edit.stage_after(stage, "move", layer, last, to=to)
        assert stage + (stage > layer) == edit.stage_after(stage, "duplicate", layer, last)
        assert stage + 2 * (stage > layer) == edit.stage_after(stage, "insert", layer, last, added=2)
        gone = edit.stage_after(stage, "remove", layer, last)
        assert (None if stage == layer else stage - (stage > layer)) == gone
        assert stage == edit.stage_after(stage, "toggle", layer, last)
    assert 0 == edit.stage_after(0, "remove", layer, last)
