"""Whatever is sent, the answer is one of the contract's and never a fault of the program."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernels.registry import KERNELS
from app.layers.registry import kinds
from tests.web.api.pictures import picture_bytes

KNOWN = {200, 201, 204, 304, 400, 403, 404, 405, 410, 413, 415, 422, 503}
PATHS = [
    "/trace", "/explain", "/receptive-field", "/cells.png", "/maps/0.png", "/maps/1.png", "/maps/1/0.png", "/maps/0/2.csv",
    "/tensors/1.npy", "/overlays/1/0/2/3.svg", "/overlays/0/0/0/0.png", "/kernels/gabor", "/kernels/x", "/images/cat-chelsea",
]  # fmt: skip
NAMES = [
    "image",
    "stack",
    "size",
    "fit",
    "colors",
    "scope",
    "low",
    "high",
    "stage",
    "channel",
    "row",
    "column",
    "height",
    "width",
]
WORDS = [
    *kinds(),
    *KERNELS,
    "same",
    "full",
    "reflect",
    "circular",
    "slices",
    "catdog.c1",
    "~relu",
    "pattern(edge,size=9)",
    "each",
]
GRAMMAR = st.lists(
    st.sampled_from(
        [
            *WORDS,
            *"|(),=;[]~:-.",
            "3",
            "0",
            "-1",
            "2.5",
            "1e9",
            "padding=",
            "size=",
            "stride=",
            "kernels",
            " ",
        ]
    ),
    max_size=14,
).map("".join)
PLAUSIBLE = st.lists(
    st.builds(
        "{}({})".format,
        st.sampled_from([*kinds(), "~conv"]),
        st.sampled_from(["", "3", "box", "2,2", "sobel_x,padding=same"]),
    ),
    max_size=4,
).map("|".join)
TEXT = st.text(max_size=30)
IMAGE = (
    st.sampled_from(
        ["cat-chelsea", "pattern(noise,size=12)", "grid([1,2;3,4])", "grid([1e38,-1e38])", "f" * 32]
    )
    | GRAMMAR
    | TEXT
)
STACK = GRAMMAR | PLAUSIBLE | TEXT
NUMBER = st.integers(-3, 70).map(str) | st.sampled_from(
    ["", "nan", "inf", "1e400", "9" * 30, "0x1", "٣", "1_0", "-0"]
)
VALUES = {"image": IMAGE, "stack": STACK, "fit": st.sampled_from(["keep", "crop", "squeeze", "x"])}
QUERY = st.fixed_dictionaries(
    {"image": IMAGE, "size": st.sampled_from(["16", "9"])},
    optional={name: VALUES.get(name, NUMBER | TEXT) for name in NAMES if name not in ("image", "size")},
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(answer) -> None:
    assert answer.status_code in KNOWN, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert "application/problem+json" == answer.headers["content-type"]
        assert answer.status_code == body["status"]
        assert body["detail"]


@FIXED
@given(st.sampled_from(PATHS), QUERY)
def test_queries(api, path, query):
    check(
        api.get(
            path, params={name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        )
    )


@FIXED
@given(st.sampled_from(["/trace", "/explain", "/classify"]), JSON | QUERY)
def test_json(api, path, body):
    check(api.post(path, content=json.dumps(body).encode(), headers={"content-type": "application/json"}))


@FIXED
@given(
    st.sampled_from(["/trace", "/explain", "/classify", "/images"]),
    st.binary(max_size=200),
    st.sampled_from(
        [
            "",
            "application/json",
            "multipart/form-data; boundary=x",
            "image/png",
            "text/plain",
            "a/b;c",
            "multipart/form-data",
        ]
    ),
)
def test_bodies(api, path, body, content_type):
    check(api.post(path, content=body, headers={"content-type": content_type}))


@FIXED
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"]), st.data())
def test_files_with_some_bytes_changed(api, kind, data):
    good = bytearray(picture_bytes(kind, 6, 7))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(good[: data.draw(st.integers(0, len(good)))]) if data.draw(st.booleans()) else bytes(good)
    check(api.post("/classify", files={"file": ("x", cut)}))


@pytest.mark.parametrize(
    "path",
    [
        "/trace",
        "/images/{}",
        "/kernels/{}",
        "/networks/{}",
        "/maps/{}/0.png",
        "/overlays/{0}/{0}/{0}/{0}.svg",
    ],
)
@pytest.mark.parametrize(
    "text", ["%ff", "%00", "..%2f..%2fetc%2fpasswd", "%ed%a0%80", "a" * 5000, "(" * 5000, "%0d%0aX: y"]
)
def test_paths(api, path, text):
    check(api.get(path.format(text), params={"image": "cat-chelsea", "size": 16}))
    check(api.delete(f"/images/{text}", headers={"x-delete-token": "x"}))


@pytest.mark.parametrize(
    "text", ["conv(" * 3000, "[" * 9000, "relu|" * 64, "x" * 20_000, "conv([" + "1," * 5000 + "1])"]
)
def test_long_and_deep_texts(api, text):
    check(api.get("/trace", params={"image": "cat-chelsea", "size": 16, "stack": text}))
    check(api.post("/trace", json={"image": text, "size": 16}))
    check(api.get("/receptive-field", params={"height": 9, "width": 9, "stack": text}))
