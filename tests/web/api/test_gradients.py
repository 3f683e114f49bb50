"""Gradients, comparisons and the matrix over REST: the contract's form with the course's printed numbers."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from app.i18n import load_catalogue

GRID = "grid([1,0,2,1,0;0,1,1,0,2;2,1,0,1,1;0,2,1,0,0;1,0,1,2,1])"
KERNEL = "[1,0,-1;2,0,0;0,1,1]"
DEMO = {"image": GRID, "stack": f"gray|conv({KERNEL},stride=2)", "loss": "sse", "target": "grid([4,1;3,2])"}


def ask(api, path: str, **query):
    answer = api.get(path, params=query)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def test_the_courses_first_example(api):
    body = ask(api, "/gradients", **DEMO)
    input_, _, output = body["stages"]

    assert (45, 2, "sse", [1, 2, 2]) == (body["loss"], body["stage"], body["kind"], output["shape"])
    assert [[[-8, 10], [0, 4]]] == output["gradient"]
    layer = body["layers"][0]
    assert [[[[12, 14, -12], [14, -8, 12], [-12, 10, 14]]]] == layer["kernels"]
    assert (2, 9, [6]) == (layer["stage"], layer["count"], layer["bias"])
    h = [[-8, 0, 18, 0, -10], [-16, 0, 20, 0, 0], [0, -8, -4, 10, 6], [0, 0, 8, 0, 0], [0, 0, 0, 4, 4]]
    for share, plane in zip((0.299, 0.587, 0.114), input_["gradient"], strict=True):
        np.testing.assert_allclose(share * np.array(h), plane, atol=1e-9)
    assert [h] == body["stages"][1]["gradient"]
    assert body["check"]["digits"] >= 6
    assert "45" in body["says"][0]


def test_post_asks_the_same(api):
    loss = {"kind": "sse", "target": DEMO["target"]}
    answer = api.post("/gradients", json={"image": GRID, "stack": DEMO["stack"], "loss": loss})
    assert ask(api, "/gradients", **DEMO) == answer.json()


def test_the_loss_may_read_an_earlier_stage_or_one_cell(api):
    stack = f"gray|conv({KERNEL},stride=2)|relu"
    early = ask(api, "/gradients", **{**DEMO, "stack": stack}, stage=2)
    assert ask(api, "/gradients", **DEMO) == early
    cell = ask(api, "/gradients", image=GRID, stack=stack, loss="cell", row=1, column=1)
    assert (4, [[[0, 0], [0, 1]]]) == (cell["loss"], cell["stages"][3]["gradient"])


def test_entries_are_taken_apart_in_both_languages(api):
    g = ask(api, "/gradients/step", **DEMO, stage=2, of="kernel", index="0,0,0,0")
    assert (12, 12, 4, 0) == (g["value"], g["sum"], g["count"], g["left_out"])
    assert [-8, 20, 0, 0] == [product["product"] for product in g["products"]]
    h = ask(api, "/gradients/step", **DEMO, stage=2, of="input", index="0,2,2", limit=3, lang="es")
    assert (-4, 4, 1, "kernel") == (h["value"], h["count"], h["left_out"], h["products"][0]["name"])
    assert h["says"][0].startswith("−4 es la suma de 4 productos")
    unread = ask(
        api,
        "/gradients/step",
        image=GRID,
        stack="gray|conv([1],stride=3)",
        stage=2,
        of="input",
        index="0,1,1",
    )
    assert (0, [], load_catalogue().text("gradients.says_unread", "en")) == (
        unread["value"], unread["products"], unread["says"][0],
    )  # fmt: skip


def test_large_gradients_are_files_and_equal_autograd(api, numbers):
    scene = {"image": "cat-chelsea", "size": 96, "fit": "crop"}
    stack = "conv(sobel_x,box,padding=1)|relu|maxpool(2)"
    body = ask(api, "/gradients", **scene, stack=stack, loss="sum")
    assert "gradient" not in body["stages"][0]
    x = torch.from_numpy(numbers("/tensors/0.npy", **scene))[:, None].double().requires_grad_()
    bank = (
        torch.tensor([[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[1 / 9] * 3] * 3])
        .double()[:, None]
        .requires_grad_()
    )
    out = torch.nn.functional.max_pool2d(torch.nn.functional.conv2d(x, bank, padding=1).relu(), 2)
    out.sum().backward()
    found = numbers(body["stages"][0]["npy_url"])
    # where two cells of a window are equal in one precision and not in the other, another one wins
    assert (np.abs(found - x.grad[:, 0].numpy()) > 1e-4).mean() < 1e-3
    kernels = numbers(body["layers"][0]["npy_url"])
    np.testing.assert_allclose(bank.grad.numpy(), kernels, rtol=1e-3)
    assert (2, 1, 3, 3) == kernels.shape


def test_a_gradient_as_picture_is_white_at_zero_and_coloured_by_sign(api) -> None:
    scene = {"image": "cat-chelsea", "stack": "gray|conv(sobel_x,stride=2)", "size": 32, "fit": "crop"}
    answer = api.get("/gradients/1/0.png", params=scene)
    grad = np.array(ask(api, "/gradients", **scene, check="false")["stages"][1]["gradient"])[0]
    pixels = np.array(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)
    assert grad.shape == pixels.shape[:2]
    red = pixels[..., 0] - pixels[..., 2]
    assert abs(red[grad == 0]).max() < 12
    assert red[grad > 0].min() > 12 > -12 > red[grad < 0].max()
    for path in ("/gradients/9/0.png", "/gradients/1/7.png"):
        assert 422 == api.get(path, params=scene).status_code


def test_a_target_may_be_a_stack(api):
    scene = {"image": "cat-chelsea", "size": 64, "fit": "crop"}
    same = ask(
        api, "/gradients", **scene, stack="gray|conv(sobel_x)", loss="sse", target="gray|conv(sobel_x)"
    )
    assert (0, 0, 0) == (same["loss"], same["stages"][0]["min"], same["stages"][0]["max"])
    noise = ask(
        api, "/gradients", image="pattern(noise,size=64)", stack="gray|conv([0,0,0;0,0,0;0,0,0])", loss="sse",
        target="gray|conv(sobel_x)", check="false",
    )  # fmt: skip
    assert 1.01 == pytest.approx(noise["loss"] / 62**2, abs=0.005)


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/gradients", {"stack": "gray|rotate(5)"}, "gradients_layer"),
        ("/gradients", {"loss": "sse"}, "gradients_target_missing"),
        ("/gradients", {"loss": "sse", "target": "grid([1])"}, "gradients_target_shape"),
        ("/gradients", {"loss": "sse", "target": "grid([1],[1,2])"}, "gradients_target_ragged"),
        ("/gradients", {"loss": "sse", "target": "grid(1)"}, "grid_form"),
        ("/gradients", {"loss": "sse", "target": "gray|nothing"}, "unknown_layer"),
        ("/gradients", {"stage": 7}, "no_such_stage"),
        ("/gradients", {"loss": "cell", "row": 77}, "no_such_cell"),
        ("/gradients/step", {"stage": 1, "of": "kernel", "index": "0,0,0,0"}, "gradients_no_kernels"),
        ("/gradients/step", {"stage": 0, "of": "input", "index": "0,0,0"}, "gradients_stage"),
        ("/gradients/step", {"stage": 2, "of": "kernel", "index": "0,0,9,0"}, "gradients_index"),
        ("/gradients/step", {"stage": 2, "of": "kernel", "index": "a"}, "gradients_index_text"),
        ("/gradients/9.npy", {}, "no_such_stage"),
        ("/gradients/1.npy", {"of": "kernels"}, "gradients_no_kernels"),
        ("/compare", {"other_stack": "gray"}, "compare_shapes"),
        ("/compare", {"other_stack": "gray|conv(box,size=31)"}, "kernel_too_large"),
        ("/toeplitz", {"height": 4, "width": 4}, "toeplitz_layer"),
        ("/toeplitz", {"height": 16, "width": 16, "stack": "conv(box,sobel_x,padding=1)"}, "toeplitz_too_large"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "es"])
def test_faults_have_their_sentence(api, path, query, code, language):
    scene = {"image": GRID, "stack": f"gray|conv({KERNEL})", "lang": language}
    answer = api.get(path, params={**scene, **query})
    assert (422, code) == (answer.status_code, answer.json()["code"])


def test_a_photo_too_large_for_gradients_is_refused(api):
    stack = "conv(" + ",".join(["box(size=9)"] * 8) + ")"
    answer = api.get("/gradients", params={"image": "cat-chelsea", "stack": stack, "size": 512})
    assert (422, "gradients_too_large") == (answer.status_code, answer.json()["code"])


CAT = {"image": "cat-chelsea", "size": 64, "fit": "crop"}


def test_shift_and_convolution_change_places_but_for_the_border(api):
    body = ask(
        api, "/compare", **CAT, stack="gray|shift(0,5)|conv(sobel_x,padding=same)",
        other_stack="gray|conv(sobel_x,padding=same)|shift(0,5)",
    )  # fmt: skip
    assert (128, 4096, 3) == (body["differing"], body["cells"], body["stage"])
    assert 2.73 == pytest.approx(body["max"], abs=0.05)
    assert 0 == body["inside"]["differing"]
    assert 2 == len(body["says"])
    picture = api.get(f"http://testserver{body['map_url']}")
    assert "immutable" in picture.headers["cache-control"]
    assert (64, 64) == Image.open(io.BytesIO(picture.content)).size


@pytest.mark.parametrize(
    ("first", "second", "mean", "size"),
    [
        ("gray|rotate(90)|conv(sobel_x)", "gray|conv(sobel_x)|rotate(90)", 0.360, 0.257),
        ("gray|rotate(-90)|conv(sobel_x)", "gray|conv(sobel_x)|rotate(-90)", 0.343, 0.257),
        ("gray|rotate(90)|conv(laplacian4)", "gray|conv(laplacian4)|rotate(90)", 0.0, None),
        ("gray|resize(32,32)|conv(sobel_x,padding=same,mode=reflect)",
         "gray|conv(sobel_x,padding=same,mode=reflect)|resize(32,32)", 0.145, 0.211),
    ],
)  # fmt: skip
def test_turning_and_shrinking_do_not(api, first, second, mean, size):
    body = ask(api, "/compare", **CAT, stack=first, other_stack=second)
    assert mean == pytest.approx(body["mean"], abs=0.005)
    assert size is None or size == pytest.approx(body["other_size"], abs=0.005)


def test_at_stride_two_only_a_shift_by_two_is_a_shift(api):
    conv = "conv(sobel_x,stride=2)"
    by_two = ask(
        api, "/compare", **CAT, stack=f"gray|shift(0,2)|{conv}", other_stack=f"gray|{conv}|shift(0,1)"
    )
    assert (0, True) == (by_two["inside"]["differing"], by_two["inside"]["cells"] > 800)
    by_one = ask(
        api, "/compare", **CAT, stack=f"gray|shift(0,1)|{conv}", other_stack=f"gray|{conv}|shift(0,1)"
    )
    assert by_one["inside"]["mean"] > 0.2


def test_equal_stacks_do_not_differ_and_one_map_can_be_chosen(api):
    body = ask(api, "/compare", **CAT, stack="conv(box,sobel_x)", channel=3)
    assert (0, [1, 62, 62], 1) == (body["differing"], body["shape"], len(body["says"]))


def test_the_matrix_of_the_course(api):
    body = ask(api, "/toeplitz", stack="conv([1,2,0;0,1,0;3,0,-1])", height=4, width=4)
    assert [1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0, 0, 0, 0, 0] == body["matrix"][0]
    assert (4, 16, 36, 9) == (body["rows"], body["columns"], body["places"], body["most"])
    assert "36" in body["says"][0]


def test_an_entry_behind_a_maximum_or_a_curve_is_told_as_that(api):
    scene = {
        "image": "grid([1,3;2,0])",
        "size": 8,
        "fit": "keep",
        "stage": 2,
        "of": "input",
        "index": "0,0,1",
    }
    won = ask(api, "/gradients/step", **scene, stack="gray|maxpool(2)")
    assert (1, 1, "winner") == (won["value"], won["count"], won["products"][0]["name"])
    assert load_catalogue().text("gradients.says_winner_step", "en", value=1.0, count=1) == won["says"][0]
    bent = ask(api, "/gradients/step", **scene, stack="gray|square", lang="es")
    assert ("slope", pytest.approx(6)) == (bent["products"][0]["name"], bent["value"])
    words = load_catalogue().text("gradients.says_slope_step", "es", value=bent["value"], slope=bent["value"])
    assert words == bent["says"][0]


def test_a_layer_without_biases_gives_none_and_a_large_one_a_file(api, numbers):
    scene = {"image": "cat-chelsea", "size": 24, "fit": "crop", "loss": "sum"}
    small = ask(api, "/gradients", **scene, stack="gray|resize(6,6)|local")["layers"][0]
    assert (9 * 16, None) == (small["count"], small.get("bias"))
    assert np.shape(small["kernels"]) == (1, 4, 4, 1, 3, 3)
    large = ask(api, "/gradients", **scene, stack="gray|local")["layers"][0]
    assert (9 * 22 * 22, None) == (large["count"], large.get("kernels"))
    assert (1, 22, 22, 1, 3, 3) == numbers(large["npy_url"]).shape
    none = api.get("/gradients/2.npy", params={**scene, "stack": "gray|local", "of": "bias"})
    assert (422, "gradients_no_kernels") == (none.status_code, none.json()["code"])
    biases = numbers("/gradients/3.npy", **scene, stack="gray|resize(6,6)|conv(box)", of="bias")
    assert [4.0 * 4.0] == biases.tolist()


def test_a_comparison_without_an_inside_says_so(api):
    scene = {"image": "cat-chelsea", "size": 8, "fit": "crop", "stack": "gray|conv(box,size=9,padding=4)"}
    body = ask(api, "/compare", **scene, other_stack="gray|conv(gaussian,size=9,padding=4)")
    assert (0, True) == (body["inside"]["cells"], body["differing"] > 0)
    assert load_catalogue().text("comparison.says_no_inside", "en") == body["says"][-1]
