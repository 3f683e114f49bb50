"""A batch answers for each picture what the picture gets alone; changes are what NumPy, torch and cv2 make of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from app.domain.errors import UserError
from app.engine import batch as batches
from app.engine.attribution.chain import chain_of
from app.engine.batch import run_batch
from app.engine.changes import CHANGES
from app.engine.network import Network, Shelf

FOLDER = Path(__file__).parents[2] / "models"


@pytest.fixture(scope="module")
def network() -> Network:
    """The shipped network."""
    return Shelf(FOLDER)().loaded["catdog"]


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(0).random((5, 3, 112, 112), dtype=np.float32)


def by_torch(network: Network, pictures: np.ndarray) -> np.ndarray:
    """The logits by torch alone, picture by picture, straight from the tensors."""
    x = (torch.from_numpy(pictures) - torch.tensor([0.48, 0.45, 0.41])[:, None, None]) / 0.26
    found = []
    for one in x:
        maps = one[None]
        for layer in network.stack().layers:
            if layer.kind == "weights":
                weights, bias = (
                    torch.from_numpy(np.array(part)) for part in (layer.tensor.weights, layer.tensor.bias)
                )
                maps = torch.nn.functional.conv2d(maps, weights, bias, stride=layer.stride, padding=1).relu()
        fc = network.tensors["catdog.fc"]
        found.append(fc.weights @ maps.mean(dim=(2, 3))[0].numpy() + fc.bias)
    return np.stack(found)


def test_every_picture_gets_the_logits_that_torch_gives_it_alone(
    network: Network, pictures: np.ndarray
) -> None:
    found = run_batch(chain_of(network, (3, 112, 112)), pictures)
    np.testing.assert_allclose(by_torch(network, pictures), found.logits, rtol=0, atol=1e-4)


def test_no_picture_sees_another(network: Network, pictures: np.ndarray) -> None:
    chain = chain_of(network, (3, 112, 112))
    found = run_batch(chain, pictures).logits
    np.testing.assert_allclose(found[::-1], run_batch(chain, pictures[::-1]).logits, rtol=0, atol=1e-4)
    np.testing.assert_allclose(found[2:3], run_batch(chain, pictures[2:3]).logits, rtol=0, atol=1e-4)


def test_the_first_axis_stays_while_the_others_are_the_layers_shapes(
    network: Network, pictures: np.ndarray
) -> None:
    chain = chain_of(network, (3, 112, 112))
    found = run_batch(chain, pictures)
    assert [(5, *shape) for shape in chain.shapes] == [stage.shape for stage in found.stages]
    assert [layer.text for layer in chain.layers] == [stage.layer for stage in found.stages[1:]]


def test_a_batch_that_would_hold_too_many_numbers_is_refused(
    network: Network, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_CELLS", 5 * (3 + 32 // 4) * 112 * 112 - 1)
    with pytest.raises(UserError) as refused:
        run_batch(chain_of(network, (3, 112, 112)), pictures)
    assert ("batch_too_large", 5) == (refused.value.code, refused.value.params["count"])


@pytest.mark.parametrize("shape", [(3, 12, 12), (3, 9, 14), (3, 1, 1)])
def test_changes_are_the_ones_of_other_libraries(shape: tuple[int, int, int]) -> None:
    x = np.random.default_rng(1).random(shape, dtype=np.float32)
    rows, cols = shape[1:]
    made = {name: np.asarray(change(x)) for name, change in CHANGES.items()}
    assert {shape} == {picture.shape for picture in made.values()}
    pixels = x.transpose(1, 2, 0)
    np.testing.assert_array_equal(
        cv2.flip(pixels, 1).reshape(rows, cols, 3).transpose(2, 0, 1), made["mirrored"]
    )
    np.testing.assert_array_equal(torch.from_numpy(x).flip(1, 2).numpy(), made["upside_down"])
    np.testing.assert_array_equal(x, made["none"])
    np.testing.assert_allclose(
        torch.from_numpy(x).clamp(max=2 / 3).mul(1.5).numpy(), made["brighter"], atol=1e-6
    )
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).reshape(rows, cols)
    np.testing.assert_allclose(np.stack([gray] * 3), made["gray"], atol=1e-6)
    if rows == cols == 12:
        turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE).transpose(2, 0, 1)
        np.testing.assert_allclose(turned, made["turned_90"], atol=1e-6)
        wide = cv2.copyMakeBorder(pixels, 6, 6, 6, 6, cv2.BORDER_REFLECT_101)
        small = cv2.resize(wide, (12, 12), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
        np.testing.assert_allclose(small, made["small"], atol=1e-5)
        means = torch.nn.functional.avg_pool2d(torch.from_numpy(x), 4)
        np.testing.assert_allclose(
            means.mean(dim=(1, 2)).numpy(), made["coarse"].mean(axis=(1, 2)), atol=2e-2
        )
