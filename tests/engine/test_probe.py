"""What if: a cover, gains and replaced kernels change the logits as torch says they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.domain.errors import UserError
from app.engine.blocks import blocks_of
from app.engine.nearest import nearest_kernel
from app.engine.network import Network, Shelf
from app.engine.probe import Change, Cover, hand_made, picture_stage, probe
from app.engine.trace import Trace, run
from app.kernels.registry import make


@pytest.fixture(scope="module")
def network() -> Network:
    return Shelf(Path(__file__).parents[2] / "models")().loaded["catdog"]


@pytest.fixture
def trace(network, photo, cache) -> Trace:
    return run(photo, network.logits_stage()[0], 2048, "keep", cache)


def by_torch(network: Network, x: np.ndarray, mute: tuple[int, int] | None = None, c1=None) -> np.ndarray:
    """The logits of picture `x`; map `mute` = (block, channel) doubled, first weights `c1`."""
    layers = network.logits_stage()[0].layers
    x = torch.from_numpy(np.array(x))[None]
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in (layers[1].mean, layers[1].std))
    x = (x - mean) / std
    convolutions = [layer for layer in layers if layer.kind == "weights"]
    for number, layer in enumerate(convolutions, start=1):
        weights = layer.tensor.weights if c1 is None or number > 1 else c1
        x = F.relu(
            F.conv2d(x, torch.from_numpy(weights), torch.from_numpy(layer.tensor.bias), layer.stride, 1)
        )
        if mute and mute[0] == number:
            x[:, mute[1]] *= 2
    dense = layers[-1].tensor
    return (x.mean(dim=(2, 3)) @ torch.from_numpy(dense.weights).T + torch.from_numpy(dense.bias))[0].numpy()


def test_no_change_changes_nothing(network, trace):
    assert trace.stages[-1].maps.reshape(-1).tolist() == probe(network, trace, Change())


def test_a_cover_takes_the_colour_that_means_nothing(network, trace):
    x = np.array(trace.stages[picture_stage(trace.stack)].maps)
    x[:, 20:50, 100:] = np.array(trace.stack.layers[1].mean)[:, None, None]
    found = probe(network, trace, Change(cover=Cover(20, 100, 30, 40)))
    np.testing.assert_allclose(by_torch(network, x), found, atol=1e-4)


@pytest.mark.parametrize("block", [1, 4, 10])
def test_an_amplified_map_is_heard_behind_it(network, trace, block):
    x = trace.stages[1].maps
    stage = blocks_of(trace.stack)[block - 1].out
    found = probe(network, trace, Change(gains={(stage, 5): 2.0}))
    np.testing.assert_allclose(by_torch(network, x, mute=(block, 5)), found, atol=1e-4)


def test_a_sobel_in_the_place_of_a_learned_kernel(network, trace):
    layer = next(layer for layer in trace.stack.layers if layer.kind == "weights")
    c1 = np.array(layer.tensor.weights)
    c1[7] = hand_made(make("sobel_x"), c1[7])
    assert np.linalg.norm(layer.tensor.weights[7]) == pytest.approx(np.linalg.norm(c1[7]), rel=1e-5)
    found = probe(network, trace, Change(kernels={7: make("sobel_x")}))
    np.testing.assert_allclose(by_torch(network, trace.stages[1].maps, c1=c1), found, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change(gains={(4, 999): 0.0}), "no_such_cell"),
        (Change(gains={(4, 0): 11.0}), "gain_out_of_bounds"),
        (Change(gains={(99, 0): 1.0}), "no_such_stage"),
        (Change(kernels={99: make("sobel_x")}), "no_such_kernel"),
        (Change(kernels={0: make("gaussian", size=5)}), "kernel_too_large_for_layer"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(network, trace, change, code):
    with pytest.raises(UserError) as caught:
        probe(network, trace, change)
    assert code == caught.value.code


@pytest.mark.parametrize(
    ("name", "sign"), [("sobel_x", 1), ("sobel_y", -1), ("laplacian8", 1), ("emboss", -2)]
)
def test_a_hand_made_kernel_is_nearest_to_itself(name, sign):
    found = nearest_kernel(sign * np.repeat(make(name)[None], 3, axis=0))
    assert name == found.name
    assert found.cosine == pytest.approx(np.sign(sign))
    assert found.gray == pytest.approx(1.0)


def test_colour_alone_has_no_grey_share():
    kernel = make("sobel_x")
    found = nearest_kernel(np.stack([kernel, -kernel, 0.1 * kernel]))
    assert found.gray < 0.01
    assert nearest_kernel(np.zeros((3, 3, 3))) is None
