"""Kernels on the page: every swatch of a bank, slices for the editor, learned ones and the copy that can be edited."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.layers.registry import parse_stack
from app.web.pages.swatches import swatch

NETWORK = "resize(24,24)|weights(catdog.c1,stride=2,padding=1)|relu|weights(catdog.c2,padding=1)|relu"
SCENE = {"image": "cat-chelsea", "size": "64", "fit": "crop", "lang": "en"}


def lab(client: TestClient, **query: str) -> str:
    return client.get("/", params={**SCENE, **query}).text


def copied(client: TestClient, layer: str, channel: str, stack: str = NETWORK) -> str:
    edit = {"stack": stack, "layer": layer, "action": "copy_kernel", "channel": channel}
    answer = client.get("/edit", params={**SCENE, **edit}, follow_redirects=False)
    assert 303 == answer.status_code
    return parse_qs(urlsplit(answer.headers["location"]).query)["stack"][0]


def maps(client: TestClient, stack: str, stage: int) -> np.ndarray:
    answer = client.get(f"/api/v1/tensors/{stage}.npy", params={**SCENE, "stack": stack})
    return np.asarray(np.load(BytesIO(answer.content)))


def test_a_bank_shows_every_kernel(client: TestClient) -> None:
    bank = ",".join(f"random(seed={seed})" for seed in range(9))
    html = lab(client, stack=f"gray|conv({bank})")
    assert [str(n) for n in range(9)] == re.findall(r'data-kernel-index="(\d)"', html)


def test_a_single_kernel_shows_its_numbers(client: TestClient) -> None:
    html = lab(client, stack="gray|conv([1,-2;0.5,0])").split('id="col2"')[1].split("</table>")[0]
    assert ["1", "−2", ".5", "0"] == re.findall(r"<td[^>]*>(.*?)</td>", html)


def test_every_slice_goes_to_the_editor(client: TestClient) -> None:
    html = lab(client, stack="conv(slices([1,2],[3,4],[5,6]))")
    assert 'data-kernel-values="1.0,2.0|3.0,4.0|5.0,6.0"' in html
    assert ["0", "1", "2"] == re.findall(r'data-kernel-slice="(\d)"', html)
    assert 3 == html.count('<table class="kernel"')


def test_a_swatchs_picture_has_a_pixel_a_cell_and_zero_in_the_middle() -> None:
    layer = parse_stack("conv([-2,0,2;1,0,0])").layers[0]
    picture = swatch(layer.kernels[0]).slices[0].picture
    pixels = np.asarray(Image.open(BytesIO(base64.b64decode(picture.partition(",")[2]))))
    assert (2, 3, 3) == pixels.shape
    assert 240 < pixels[0, 1].min()
    assert pixels[0, 0].tolist() != pixels[0, 2].tolist()


def test_a_learned_kernel_shows_its_strongest_slices(client: TestClient) -> None:
    html = lab(client, stack=NETWORK, at="4.5.0.0").split('id="col4"')[1].split('class="shape"')[0]
    assert "Learned kernel of map 5: channels 32" in html
    assert 6 == html.count('<table class="kernel"')
    assert "The strongest 6 of 32 channels" in html
    assert "action=copy_kernel&amp;channel=5" in html


@pytest.mark.parametrize(("layer", "channel"), [("2", "3"), ("4", "5")])
def test_a_copy_of_a_learned_kernel_makes_the_same_map(client: TestClient, layer: str, channel: str) -> None:
    stack = copied(client, layer, channel)
    copy, learned = maps(client, stack, int(layer)), maps(client, NETWORK, int(layer))[[int(channel)]]
    assert copy.shape == learned.shape
    np.testing.assert_allclose(learned, copy, atol=2e-4 * float(np.abs(learned).max()))


def test_layers_behind_a_copy_stay_as_far_as_they_fit(client: TestClient) -> None:
    kinds = [layer.kind for layer in parse_stack(copied(client, "2", "0")).layers]
    assert ["resize", "conv", "relu"] == kinds


@pytest.mark.parametrize(("layer", "channel"), [("1", "0"), ("2", "32"), ("9", "0"), ("2", "x")])
def test_a_copy_of_what_is_not_there_is_refused(client: TestClient, layer: str, channel: str) -> None:
    edit = {"stack": NETWORK, "layer": layer, "action": "copy_kernel", "channel": channel}
    answer = client.get("/edit", params={**SCENE, **edit}, follow_redirects=False)
    assert 422 == answer.status_code
    assert 'role="alert"' in answer.text


def test_the_widest_learned_kernel_still_fits_the_line(client: TestClient) -> None:
    widen = f"conv({','.join(['[1]'] * 64)})"  # 3 maps, 192, then 256 by the network's own layer
    stack = f"resize(8,8)|{widen}|weights(catdog.c9,padding=1)|weights(catdog.c10,padding=1)"
    assert 16_000 >= len(copied(client, "4", "0", stack))


@pytest.mark.parametrize("stage", [0, 1])
def test_the_photo_and_its_colour_layers_can_be_enlarged(client: TestClient, stage: int) -> None:
    html = lab(client, stack="gray|relu")
    assert re.search(rf'data-enlarge="{stage}" data-picture="/api/v1/(cells.png|maps/1/0.png)', html)
