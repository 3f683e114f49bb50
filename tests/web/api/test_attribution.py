"""Attribution over REST: the contract's form, addresses that answer, and faults with their sentences."""

import io

import numpy as np
import pytest
from PIL import Image

from app.i18n import load_catalogue
from app.rendering.colormaps import COLOR_MAPS
from app.rendering.scale import choose_scale, to_indices
from tests.own_networks import file_of, mlp

FIELDS = {
    "method", "network", "target", "logit", "probability", "picture", "shape", "map", "min", "max", "scale", "map_url",
    "positive_url", "veil_url", "shuffled_url", "steps_url", "details", "checks", "milliseconds",
}  # fmt: skip
SETTINGS = {
    "occlusion": {"size": 40, "step": 40},
    "smoothgrad": {"samples": 3, "noise": 0.1, "seed": 5},
    "effective_field": {"stage": 4, "channel": 2, "row": 9, "column": 5},
}
NAMES = [
    "effective_field", "grad_cam", "guided_backprop", "input_x_gradient", "integrated_gradients", "occlusion",
    "saliency", "smoothgrad",
]  # fmt: skip


def ask(api, method: str, **more):
    question = {
        "image": "cat-chelsea",
        "method": method,
        "target": "cat",
        "checks": False,
        **SETTINGS.get(method, {}),
    }
    answer = api.post("/attribution", json={**question, **more})
    assert 200 == answer.status_code, answer.text
    return answer.json()


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_has_the_contracts_form_and_a_picture(api, name):
    body = ask(api, name)
    cells = np.array(body["map"])

    assert (FIELDS, name, "cat") == (set(body), body["method"], body["target"])
    assert tuple(body["shape"]) == cells.shape
    assert cells.min() == pytest.approx(body["min"], rel=1e-6, abs=1e-6 * abs(cells).max())
    assert cells.max() == pytest.approx(body["max"], rel=1e-6, abs=1e-6 * abs(cells).max())
    assert ("sequential" if name == "effective_field" else "diverging") == body["scale"]["colors"]
    for address in (body["map_url"], body["positive_url"], body["veil_url"], body["shuffled_url"]):
        picture = api.get(f"http://testserver{address}")
        assert ("image/png", 200) == (picture.headers["content-type"], picture.status_code)
        assert "immutable" in picture.headers["cache-control"]
        assert body["shape"][::-1] == list(Image.open(io.BytesIO(picture.content)).size)


def test_get_and_post_agree_and_the_logit_is_that_of_classify(api):
    posted = ask(api, "saliency")
    got = api.get(
        "/attribution",
        params={"image": "cat-chelsea", "method": "saliency", "target": "cat", "checks": "false"},
    ).json()
    scores = api.post("/classify", json={"image": "cat-chelsea"}).json()["scores"]

    assert {**posted, "milliseconds": 0} == {**got, "milliseconds": 0}
    assert scores["cat"] == pytest.approx(posted["logit"], abs=1e-4)


def test_without_a_target_the_likeliest_output_is_asked_about(api):
    scores = api.post("/classify", json={"image": "dog-retriever"}).json()["scores"]
    body = api.get(
        "/attribution", params={"image": "dog-retriever", "method": "grad_cam", "checks": "false"}
    ).json()

    assert max(("cat", "dog", "other"), key=lambda name: scores[name]) == body["target"]


def test_checks_come_with_their_numbers(api):
    body = ask(api, "grad_cam", checks=True)
    deletion, randomised = body["checks"]["deletion"], body["checks"]["randomised"]

    assert {"deletion", "insertion", "randomised", "cascade"} == set(body["checks"])
    assert len(deletion["shares"]) == len(deletion["curve"]) == len(deletion["random_curve"])
    assert body["probability"] == pytest.approx(deletion["curve"][0], abs=1e-5)
    assert -1 <= randomised["correlation"] <= 1
    assert {True, False} >= {deletion["passed"], randomised["passed"]}
    assert len(body["details"]["weights"]) == body["details"]["maps"][0]


def test_the_effective_field_tells_its_box_and_passes(api):
    body = ask(api, "effective_field", checks=True)
    place = {"stage": 4, "row": 9, "column": 5, "height": 112, "width": 112}
    side = body["picture"][0]
    stack = api.get("/networks/catdog").json()["stack"]
    boxes = api.get(
        "/receptive-field", params={**place, "stack": stack, "height": side, "width": side}
    ).json()["boxes"]

    assert {name: boxes[1][name] for name in ("top", "left", "bottom", "right")} == body["details"]["box"]
    assert body["checks"]["inside"]["passed"]


def test_the_positive_picture_is_another_one(api):
    body = ask(api, "grad_cam")
    signed, positive = (
        api.get(f"http://testserver{body[name]}").content for name in ("map_url", "positive_url")
    )

    assert body["min"] < 0 < body["max"]
    assert signed != positive


def test_an_uploads_picture_is_kept_by_no_shared_cache(api, upload):
    body = ask(api, "grad_cam", image=upload["image"])

    assert "private" in api.get(f"http://testserver{body['map_url']}").headers["cache-control"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_methods_are_told_in_both_languages(api, language):
    answer = api.get("/attribution/methods", headers={"Accept-Language": language})
    told = {method["method"]: method for method in answer.json()["methods"]}

    assert NAMES == sorted(told)
    texts = load_catalogue()
    for name, method in told.items():
        for part in ("title", "says", "says_not"):
            assert texts.text(f"attribution.{name}.{part}", language) == method[part]
        assert method["checks"]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"image": "nobody"}, 404, "image_unknown"),
        ({"method": "smoothgrad", "samples": 1}, 422, "request_too_small"),
        ({"method": "smoothgrad", "noise": 2}, 422, "request_too_large"),
        ({"samples": 9}, 422, "attribution_setting"),
        ({"network": "nobody"}, 404, "network_unknown"),
        ({"method": "gradcam"}, 422, "attribution_method"),
        ({"target": "horse"}, 422, "attribution_target"),
        ({"layer": 3}, 422, "attribution_setting"),
        ({"method": "grad_cam", "size": 8}, 422, "attribution_setting"),
        ({"method": "grad_cam", "layer": 0}, 422, "attribution_grad_cam_layer"),
        ({"method": "grad_cam", "layer": 99}, 422, "attribution_grad_cam_layer"),
        ({"method": "grad_cam", "layer": -1}, 422, "request_too_small"),
        ({"method": "occlusion", "size": 8, "step": 2}, 422, "attribution_places"),
        ({"method": "occlusion", "size": 8, "step": 9}, 422, "attribution_step"),
        ({"method": "occlusion", "size": 8, "step": 1}, 422, "request_too_small"),
        ({"method": "occlusion", "size": 2000, "step": 9}, 422, "attribution_patch"),
        ({"method": "effective_field", "stage": 0}, 422, "attribution_stage"),
        ({"method": "effective_field", "stage": 99}, 422, "attribution_stage"),
        ({"method": "effective_field", "stage": 4, "row": 500}, 422, "no_such_cell"),
        ({"more": 1}, 422, "request_unknown"),
        ({"method": None}, 422, "request_wrong"),
    ],
)
def test_what_cannot_be_attributed_says_why(api, changes, status, code, language):
    question = {"image": "cat-chelsea", "method": "saliency", "checks": False, **changes}
    answer = api.post("/attribution", json=question, headers={"Accept-Language": language})
    body = answer.json()

    assert (status, code) == (answer.status_code, body["code"])
    assert "application/problem+json" == answer.headers["content-type"]
    assert "{" not in body["detail"]


def test_a_body_that_is_no_json_object_is_refused(api):
    assert 415 == api.post("/attribution", content=b"x", headers={"content-type": "text/plain"}).status_code
    assert (
        422
        == api.post("/attribution", content=b"[", headers={"content-type": "application/json"}).status_code
    )
    assert 422 == api.get("/attribution.png", params={"image": "cat-chelsea", "method": "x"}).status_code


def pixels(api, address: str, mode: str = "RGBA") -> np.ndarray:
    answer = api.get(f"http://testserver{address}")
    assert 200 == answer.status_code, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert(mode)).astype(int)


def test_the_maps_of_both_classes_share_one_scale(api):
    """A cell of value v has the colour of v on the larger of the two maps' scales."""
    bodies = {target: ask(api, "grad_cam", image="cat-and-dog", target=target) for target in ("cat", "dog")}
    end = max(np.percentile(np.abs(body["map"]), 99.5) for body in bodies.values())
    for body in bodies.values():
        shown = pixels(api, body["map_url"] + "&scale=classes", "RGB")
        expected = COLOR_MAPS["diverging"][to_indices(np.array(body["map"]), choose_scale(-end, end))]
        assert np.abs(expected.astype(int) - shown).max() <= 3


def test_a_veil_is_clear_where_the_map_is_0_and_lets_the_photo_through_elsewhere(api):
    body = ask(api, "grad_cam")
    alpha, plane = pixels(api, body["veil_url"])[..., 3], np.abs(body["map"])
    order = np.argsort(plane.reshape(-1))

    assert (np.diff(alpha.reshape(-1)[order]) >= 0).all()
    assert alpha.max() < 255
    assert alpha.reshape(-1)[order[0]] < 60


def test_the_steps_of_grad_cam_are_a_sheet_of_three_rows(api):
    body = ask(api, "grad_cam")
    _, rows, cols = body["details"]["maps"]
    sheet = pixels(api, body["steps_url"], "RGB")

    assert (3 * rows, 8 * cols, 3) == sheet.shape
    assert ask(api, "saliency")["steps_url"] is None
    first = body["details"]["strongest"][0]
    weight, end = body["details"]["weights"][first], body["details"]["row_ends"][1]
    # behind the last maps comes their mean alone, so that the gradient is the weight in every cell
    expected = COLOR_MAPS["diverging"][to_indices(np.full((rows, cols), weight), choose_scale(-end, end))]
    assert np.abs(expected.astype(int) - sheet[rows : 2 * rows, :cols]).max() <= 3


def test_a_network_without_relu_or_of_many_classes_says_what_it_cannot(api):
    stack = "resize(8,8)|gray|flatten|dense(fc1)|tanh|dense(fc2)"
    sent = {"stack": stack, "classes": "ant, bee, cat, dog, eel"}
    name = api.post("/networks", data=sent, files={"file": ("net.safetensors", file_of(mlp()))}).json()[
        "name"
    ]
    question = {"image": "cat-chelsea", "network": name}
    guided = api.get("/attribution.png", params={**question, "method": "guided_backprop"})
    shared = api.get("/attribution.png", params={**question, "method": "saliency", "scale": "classes"})
    page = api.get(f"http://testserver/network/mattered?image=cat-chelsea&network={name}&over=saliency")

    assert (422, "attribution_no_relu") == (guided.status_code, guided.json()["code"])
    assert (422, "attribution_compared") == (shared.status_code, shared.json()["code"])
    assert 200 == api.get("/attribution.png", params={**question, "method": "saliency"}).status_code
    assert (200, 0) == (page.status_code, page.text.count("scale=classes"))
    own, shipped = (
        api.get(f"http://testserver/network?image=cat-chelsea&lang=en&network={of}").text for of in (name, "")
    )
    assert (0, 1) == (own.count("over=guided_backprop"), shipped.count("over=guided_backprop"))
    assert ("this network has none" in own, "this network has none" in shipped) == (True, False)
