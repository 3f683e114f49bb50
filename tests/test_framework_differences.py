"""Differences shown on a photo, against torch, NumPy and Keras's own rules."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from torch.nn import functional as F

from app.explorer import Explorer, Scene
from app.explorer.frameworks import Initial, shown

STACK = "gray|conv(gaussian,sigma=1.2,padding=same)|conv(sobel_x,stride=2,padding=same)|relu"


@pytest.fixture
def explorer(client: TestClient) -> Explorer:
    return client.app.state.services.explorer


def test_memory_orders_are_numpy_s_for_the_transposed_array(explorer: Explorer) -> None:
    scene = Scene(
        "cat-chelsea",
        "conv(slices([1,2;3,4],[5,6;7,8],[9,10;11,12]),slices([13,14;15,16],[17,18;19,20],[21,22;23,24]))",
        32,
        "crop",
    )
    found, photo = shown(explorer, scene), explorer.stage(scene, 0).maps
    np.testing.assert_array_equal(photo.reshape(-1)[:9], np.float32(found.picture.torch))
    np.testing.assert_array_equal(
        [photo[n % 3, 0, n // 3] for n in range(9)], np.float32(found.picture.keras)
    )
    assert found.kernel is not None
    assert ((2, 3, 2, 2), (2, 2, 3, 2)) == (found.kernel.torch_shape, found.kernel.keras_shape)
    assert (1, 2, 3, 4, 5, 6, 7, 8, 9) == found.kernel.torch
    assert (1, 13, 5, 17, 9, 21, 2, 14, 6) == found.kernel.keras


@pytest.mark.parametrize("size", [32, 33])
def test_same_at_stride_two_is_keras_s_rule_and_torch_s_half_kernel(explorer: Explorer, size: int) -> None:
    scene = Scene("cat-chelsea", STACK, size, "crop")
    (found,) = shown(explorer, scene).same
    x = torch.from_numpy(np.array(explorer.stage(scene, 2).maps))[None]
    sobel = torch.tensor([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
    total = max((-(-size // 2) - 1) * 2 + 3 - size, 0)
    before, after = total // 2, total - total // 2
    keras = F.conv2d(F.pad(x, (before, after, before, after)), sobel, stride=2)[0].numpy()
    plain = F.conv2d(x, sobel, stride=2, padding=1)[0].numpy()
    assert (keras.shape, plain.shape) == (found.keras_shape, found.torch_shape)
    assert (before, after, before, after) == found.keras_sides
    gaps = np.abs(keras - plain)
    assert found.largest == pytest.approx(gaps.max(), abs=1e-5)
    assert found.differing == (gaps > 1e-5 * max(1.0, np.abs(keras).max())).sum()
    assert (found.differing == 0) == (size % 2 == 1)


def test_a_stack_without_a_stride_is_tried_with_one(explorer: Explorer) -> None:
    (found,) = shown(explorer, Scene("cat-chelsea", "conv(box,padding=1)|relu", 16, "crop")).same
    assert (False, (3, 8, 8)) == (found.strided, found.keras_shape)
    nothing = shown(explorer, Scene("cat-chelsea", "relu", 16, "crop"))
    assert (None, (), None) == (nothing.kernel, nothing.same, nothing.initial)


def test_a_new_torch_layer_is_drawn_within_the_bound() -> None:
    torch.manual_seed(0)
    layer, bound = torch.nn.Conv2d(16, 64, 3), Initial(1, 16 * 9, 64 * 9).torch
    weights, bias = layer.weight.detach(), layer.bias.detach()
    assert max(float(weights.abs().max()), float(bias.abs().max())) <= bound
    assert float(weights.abs().max()) == pytest.approx(bound, rel=1e-3)
    assert float(weights.std()) == pytest.approx(bound / 3**0.5, rel=0.02)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_new_keras_layer_is_drawn_within_the_bound() -> None:
    keras = pytest.importorskip("keras")
    drawn = keras.ops.convert_to_numpy(keras.initializers.GlorotUniform(seed=1)((3, 3, 16, 64)))
    bound = Initial(1, 16 * 9, 64 * 9).keras
    assert np.abs(drawn).max() <= bound
    assert np.abs(drawn).max() == pytest.approx(bound, rel=1e-3)


def test_page_and_rest_show_the_same(client: TestClient) -> None:
    query = {"image": "cat-chelsea", "stack": STACK, "size": "64", "fit": "crop"}
    told = client.get("/api/v1/code/differences/shown", params=query).json()
    same = told["same"][0]
    text = client.get("/code", params={**query, "lang": "en"}, headers={"Accept": "text/html"}).text
    assert f"{same['differing']} of {same['cells']} numbers differ" in text
    assert "NHWC: 1 × 64 × 64 × 3" in text
    assert f"± {told['initial']['torch']:.3f}" in text
    assert f"± {told['initial']['keras']:.3f}" in text
    assert (
        "Las diferencias en tu foto"
        in client.get("/code", params={**query, "lang": "es"}, headers={"Accept": "text/html"}).text
    )
    network = client.get("/api/v1/networks/catdog").json()["stack"]
    found = client.get(
        "/api/v1/code/differences/shown", params={"image": "cat-chelsea", "stack": network}
    ).json()
    assert ([32, 3, 3, 3], [3, 3, 3, 32], 27) == (
        found["kernel"]["torch_shape"],
        found["kernel"]["keras_shape"],
        found["initial"]["fan_in"],
    )
