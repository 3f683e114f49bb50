"""What a stack can be made of, over REST."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from app.kernels.registry import KERNELS
from app.layers.registry import kinds


def test_every_layer_states_its_parameters_with_bounds(api):
    layers = {layer["kind"]: layer for layer in api.get("/layers").json()["layers"]}

    assert set(kinds()) == set(layers)
    stride = next(p for p in layers["conv"]["parameters"] if p["name"] == "stride")
    assert ([1, 1], 1) == (stride["default"], stride["low"])


def test_every_kernel_is_listed_and_shown(api):
    names = [kernel["name"] for kernel in api.get("/kernels").json()["kernels"]]

    assert list(KERNELS) == names
    for name in names:
        body = api.get(f"/kernels/{name}").json()
        assert {"name", "weights", "sum", "separable"} <= set(body)
        assert np.sum(body["weights"]) == pytest.approx(body["sum"], abs=1e-9)


def test_a_gaussian_is_scipys(api):
    body = api.get("/kernels/gaussian", params={"size": 5, "sigma": 1}).json()
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    expected = gaussian_filter(impulse, 1, radius=2, mode="constant")

    np.testing.assert_allclose(expected / expected.sum(), body["weights"], atol=1e-12)
    assert body["separable"]
    np.testing.assert_allclose(np.outer(body["column"], body["row"]), body["weights"], atol=1e-9)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/kernels/sobel", 404, "unknown_kernel"),
        ("/kernels/gaussian?size=99", 422, "out_of_bounds"),
        ("/kernels/gaussian?size=2.5", 422, "wrong_value"),
        ("/kernels/gaussian?size=big", 422, "wrong_value"),
        ("/kernels/gaussian?sigma=nan", 422, "wrong_value"),
        ("/kernels/gaussian?seed=1", 422, "unknown_parameter"),
    ],
)
def test_what_is_no_kernel_says_so(api, path, status, code):
    answer = api.get(path)

    assert (status, code) == (answer.status_code, answer.json()["code"])
