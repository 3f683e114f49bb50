"""What lessons 6 and 7 claim holds: sharing, and the sparse matrix."""

from __future__ import annotations

from itertools import product

import numpy as np
import torch
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from app.compute.unshared import unshared
from app.engine.toeplitz import toeplitz
from app.explorer import Scene
from app.layers.local import Local
from app.layers.registry import parse_stack
from tests.lessons.stacks import Last, numel, run, written


def counts(stack: str, shape: tuple[int, int, int]) -> tuple[int, int]:
    [layer] = parse_stack(stack).layers
    return layer.parameter_count(shape), layer.multiply_adds(shape)


def test_parameter_sharing(app: FastAPI) -> None:
    assert (9, 34_596) == counts("conv(random,seed=0)", (1, 64, 64))
    assert (34_596, 34_596) == counts("local(seed=0)", (1, 64, 64))
    assert (1_660_608, 1_660_608) == counts("local(maps=16)", (3, 64, 64))
    rng = np.random.default_rng(0)  # a table for each of three channels in each of sixteen kernels
    tables = [",".join(written(rng.standard_normal((3, 3))) for _ in range(3)) for _ in range(16)]
    sixteen = ",".join(f"slices({three})" for three in tables)
    for side in (64, 512):
        weights, _ = counts(f"conv({sixteen},bias=0.5)", (3, side, side))
        assert numel(nn.Conv2d(3, 16, 3)) == 448 == weights
    with torch.device("meta"):
        assert numel(nn.Linear(64 * 64, 62 * 62, bias=False)) == 15_745_024
        assert numel(nn.Linear(3 * 64 * 64, 16 * 62 * 62, bias=False)) == 755_761_152

    found = app.state.services.explorer.trace(
        Scene("street-rowhouses", "gray|resize(280,320)|conv([-1,1])", 512, "keep")
    )
    before, after = found.stages[2].maps[0], found.stages[3].maps[0]
    assert (280, 319) == after.shape
    assert np.allclose(np.diff(before, axis=1), after, atol=1e-6)
    assert (2, 178_640) == counts("conv([-1,1])", (1, 280, 320))
    whole = 280 * 320 * 280 * 319
    assert 8_003_072_000 == whole
    assert 267_960 == 280 * 319 * 3
    assert 16_006_054_680 == 280 * 319 * (2 * 280 * 320 - 1)
    assert 59_733 == 16_006_054_680 // 267_960


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), maps=st.integers(1, 3), channels=st.integers(1, 2))
def test_unshared_is_a_loop_over_six_indices(seed: int, maps: int, channels: int) -> None:
    layer = Local(maps=maps, seed=seed, size=(2, 3))
    x = np.random.default_rng(seed).random((channels, 5, 6)).astype(np.float32)
    weights = layer.weights((channels, 5, 6))
    expected = np.zeros((maps, 4, 4))
    for i, j, k, channel, m, n in product(*map(range, weights.shape)):
        expected[i, j, k] += float(x[channel, j + m, k + n]) * float(weights[i, j, k, channel, m, n])
    assert np.allclose(expected, layer.forward(x), atol=1e-5)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16))
def test_unshared_with_one_kernel_everywhere_is_convolution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, kernel = rng.random((1, 6, 7)).astype(np.float32), rng.standard_normal((3, 3))
    weights = np.broadcast_to(kernel.astype(np.float32), (1, 4, 5, 1, 3, 3))
    assert np.allclose(run(f"conv({written(kernel)})", x), unshared(x, weights), atol=1e-5)


def test_sparse_matrix(lab: Last) -> None:
    kernel = np.array([[1, 2, 0], [0, 1, 0], [3, 0, -1]], float)
    line, picture = f"conv({written(kernel)})", "grid([1,2,0,1;0,1,3,1;2,1,0,0;1,0,1,2])"
    found = toeplitz(parse_stack(line), 4, 4)
    assert [
        [1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0, 0, 0, 0, 0],
        [0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0],
        [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1],
    ] == found.matrix.tolist()
    assert (36, 9) == (found.places, found.most)
    columns = [run(line, unit.reshape(1, 4, 4)).ravel() for unit in np.eye(16)]
    assert np.array(columns).T.tolist() == found.matrix.tolist()
    assert [[12, 8], [5, 5]] == lab(f"gray|{line}", picture)[0].tolist()
    back = [[1, 2, 0, 0], [0, 3, 4, 0], [3, 0, 1, 0], [0, 6, 0, -2]]
    assert back == lab(f"gray|deconv({written(kernel)})", "grid([1,0;0,2])")[0].tolist()
    assert back == (found.matrix.T @ [1, 0, 0, 2]).reshape(4, 4).tolist()
    circular = toeplitz(parse_stack(f"conv({written(kernel)},padding=1,mode=circular)"), 4, 4)
    assert (144, (16, 16)) == (circular.places, circular.matrix.shape)
    strided = toeplitz(parse_stack("conv(sobel_x,stride=2)"), 6, 6).matrix
    full = toeplitz(parse_stack("conv(sobel_x)"), 6, 6).matrix.reshape(4, 4, 36)
    assert full[::2, ::2].reshape(4, 36).tolist() == strided.tolist()


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), stride=st.integers(1, 2), padding=st.integers(0, 1))
def test_the_matrix_is_the_convolution_and_its_transpose_the_way_back(
    seed: int, stride: int, padding: int
) -> None:
    rng = np.random.default_rng(seed)
    kernel, picture = rng.standard_normal((3, 3)), rng.random((5, 6))
    line = f"conv({written(kernel)},stride={stride},padding={padding})"
    matrix = toeplitz(parse_stack(line), 5, 6).matrix
    weights = torch.tensor(kernel)[None, None]
    expected = F.conv2d(torch.tensor(picture)[None, None], weights, stride=stride, padding=padding)
    assert np.allclose(expected.numpy().ravel(), matrix @ picture.ravel(), atol=1e-6)
    gradient = torch.tensor(rng.random(expected.shape))
    sizes = [(side + 2 * padding - 3) % stride for side in (5, 6)]
    back = F.conv_transpose2d(
        gradient, weights, stride=stride, padding=padding, output_padding=(sizes[0], sizes[1])
    )
    assert np.allclose(back.numpy().ravel(), matrix.T @ gradient.numpy().ravel(), atol=1e-6)
