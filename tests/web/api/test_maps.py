"""Maps as pictures, numbers and tables; overlays."""

import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

SCENE = {"image": "cat-chelsea", "stack": "gray|conv(sobel_x)", "size": 64}
SVG = "{http://www.w3.org/2000/svg}"


def picture(answer) -> np.ndarray:
    assert (200, "image/png") == (answer.status_code, answer.headers["content-type"]), answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def test_one_map_is_the_tensors_and_the_tables(api, numbers):
    tensor = numbers("/tensors/2.npy", **SCENE)
    table = api.get("/maps/2/0.csv", params=SCENE)

    np.testing.assert_array_equal(tensor[0], numbers("/maps/2/0.npy", **SCENE))
    np.testing.assert_array_equal(
        tensor[0], np.loadtxt(io.StringIO(table.text), delimiter=",", dtype=np.float32)
    )
    assert table.headers["content-type"].startswith("text/csv")
    spanish = api.get("/maps/2/0.csv", params=SCENE | {"decimal": ","}).text
    assert table.text == spanish.replace(",", ".").replace(";", ",")


def test_a_map_has_one_pixel_a_cell_and_grows_with_its_values(api, numbers):
    pixels = picture(api.get("/maps/2/0.png", params=SCENE | {"colors": "gray"}))[..., 0].astype(int)
    plane = numbers("/maps/2/0.npy", **SCENE)

    assert plane.shape == pixels.shape
    order = np.argsort(plane, axis=None)
    assert (np.diff(pixels.ravel()[order]) >= 0).all()


def test_auto_is_gray_for_photos_and_goes_by_sign_behind(api):
    def is_gray(stack: str, stage: int) -> bool:
        pixels = picture(api.get(f"/maps/{stage}/0.png", params=SCENE | {"stack": stack}))
        return bool((pixels[..., 0] == pixels[..., 1]).all())

    assert is_gray("gray|conv(gaussian)", 2)
    assert not is_gray("gray|conv(sobel_x)", 2)
    assert not is_gray("gray|conv(sobel_x)|relu", 3)


def test_scopes_span_map_layer_or_stack(api):
    params = {"image": "cat-chelsea", "stack": "conv([1],[4])|conv([0.5])", "size": 16, "colors": "gray"}
    brightest = {
        scope: picture(api.get("/maps/1/0.png", params=params | {"scope": scope})).max()
        for scope in ("map", "layer", "stack")
    }
    given = picture(api.get("/maps/1/0.png", params=params | {"scope": "stack", "low": 0, "high": 100})).max()

    assert 255 == brightest["map"]
    assert brightest["map"] > brightest["layer"] == brightest["stack"] > given


def test_an_atlas_holds_every_map(api):
    params = SCENE | {"stack": "conv(sobel_x,sobel_y)"}
    sheet = picture(api.get("/maps/1.png", params=params))
    first = picture(api.get("/maps/1/0.png", params=params))

    rows, cols = first.shape[:2]
    assert sheet.shape[0] * sheet.shape[1] >= 6 * rows * cols
    np.testing.assert_array_equal(first, sheet[:rows, :cols])


def test_a_small_atlas_draws_every_nth_cell(api):
    params = SCENE | {"stack": "conv(sobel_x,sobel_y)"}
    whole, small = (picture(api.get("/maps/1.png", params=params | side)) for side in ({}, {"side": 8}))
    one = picture(api.get("/maps/1/0.png", params=params))

    step = -(-max(one.shape[:2]) // 8)
    rows, cols = (-(-length // step) for length in one.shape[:2])
    assert max(rows, cols) <= 8
    np.testing.assert_array_equal(one[::step, ::step], small[:rows, :cols])
    assert whole.shape[0] * cols // one.shape[1] >= rows

    assert 422 == api.get("/maps/1.png", params=params | {"side": 7}).status_code


def test_the_cells_are_the_input_in_colour(api, numbers):
    pixels = picture(api.get("/cells.png", params={"image": "cat-chelsea", "size": 32, "fit": "crop"}))

    tensor = numbers("/tensors/0.npy", image="cat-chelsea", size=32, fit="crop")
    np.testing.assert_array_equal(np.floor(tensor.transpose(1, 2, 0) * 255 + 0.5), pixels)


@pytest.mark.parametrize(
    "path", ["/maps/2/0.png", "/maps/2.png", "/tensors/2.npy", "/maps/2/0.csv", "/overlays/2/0/3/4.svg"]
)
def test_bytes_of_a_sample_are_kept_for_ever_and_of_an_upload_privately(api, upload, path):
    sample = api.get(path, params=SCENE)
    own = api.get(path, params=SCENE | {"image": upload["image"]})

    assert "public, max-age=31536000, immutable" == sample.headers["cache-control"]
    assert own.headers["cache-control"].startswith("private, max-age=")
    again = api.get(path, params=SCENE, headers={"if-none-match": sample.headers["etag"]})
    assert (304, sample.headers["cache-control"]) == (again.status_code, again.headers["cache-control"])


@pytest.mark.parametrize(
    ("path", "changes", "status", "code"),
    [
        ("/maps/3/0.png", {}, 422, "no_such_stage"),
        ("/maps/2/1.png", {}, 422, "no_such_cell"),
        ("/maps/2/9999999999.png", {}, 422, "request_too_large"),
        ("/maps/x/0.png", {}, 422, "request_whole_number"),
        ("/maps/-1/0.png", {}, 422, "request_too_small"),
        ("/maps/2/0.png", {"colors": "pink"}, 422, "request_choice"),
        ("/maps/2/0.png", {"scope": "world"}, 422, "request_choice"),
        ("/maps/2/0.png", {"low": "nan", "scope": "stack"}, 422, "request_number"),
        (
            "/maps/2/0.png",
            {"stack": "relu|conv(box,size=31)", "image": "pattern(edge,size=8)"},
            422,
            "kernel_too_large",
        ),
        ("/maps/2/0.png", {"image": "nobody"}, 404, "image_unknown"),
        ("/maps/2/0.jpg", {}, 404, "not_found"),
        ("/tensors/9.npy", {}, 422, "no_such_stage"),
        ("/overlays/2/0/999/0.png", {}, 422, "no_such_cell"),
    ],
)
def test_what_is_not_there_says_so(api, path, changes, status, code):
    answer = api.get(path, params=SCENE | changes)

    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_a_refused_stage_asked_for_holds_formula_and_suggestion(api):
    params = {"image": "pattern(edge,size=8)", "stack": "conv(box,size=31)"}
    body = api.get("/tensors/1.npy", params=params).json()

    assert {"formula", "suggestion"} <= set(body)


def test_the_overlay_carries_every_stages_box(api):
    params = {"image": "cat-chelsea", "stack": "conv(box,size=5)|maxpool(2)", "size": 64}
    drawing = ET.fromstring(api.get("/overlays/2/0/3/4.svg", params=params).text)
    found = {
        group.get("data-stage"): tuple(
            int(group.get(f"data-{side}")) for side in ("top", "left", "bottom", "right")
        )
        for group in drawing.iter(f"{SVG}g")
        if group.get("data-stage")
    }

    assert {"0": (6, 8, 11, 13), "1": (6, 8, 7, 9), "2": (3, 4, 3, 4)} == found
    assert picture(api.get("/overlays/2/0/3/4.png", params=params)).size


def test_the_overlay_is_told_in_the_readers_language(api):
    for language, word in (("en", "Receptive field"), ("es", "Campo receptivo")):
        answer = api.get("/overlays/1/0/3/4.svg", params=SCENE, headers={"accept-language": language})
        assert word in answer.text
        assert "Accept-Language" in answer.headers["vary"]
