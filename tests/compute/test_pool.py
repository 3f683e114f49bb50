"""Pooling against torch on the tensor padded by hand, and against plain loops where torch has no form."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compute import pool


@st.composite
def cases(draw, dilated=True):
    window = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) if dilated else (1, 1)
    stride = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    sides, shape = [], []
    for axis in (0, 1):
        sides += [draw(st.integers(0, window[axis] // 2)), draw(st.integers(0, window[axis] // 2))]
        shape.append(draw(st.integers(dilation[axis] * (window[axis] - 1) + 1, 18)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    x = rng.standard_normal((2, *shape)).astype(np.float32)
    return x, window, stride, tuple(sides), dilation, draw(st.booleans())


def padded(x, sides, value):
    top, bottom, left, right = sides
    return F.pad(torch.from_numpy(x)[None].double(), (left, right, top, bottom), value=value)


def reference(x, window, stride, sides, dilation, ceil, reduce):
    """Every window by a loop: `reduce` gets (values, inside the input, inside the padded input)."""
    axes = []
    for a in (0, 1):
        n, before, after = x.shape[1 + a], sides[2 * a], sides[2 * a + 1]
        starts, start = [], -before
        reach = dilation[a] * (window[a] - 1) + 1
        while start + reach <= n + after or (
            ceil and starts and starts[-1] + reach < n + after and start < n
        ):
            starts.append(start)
            start += stride[a]
        axes.append(starts)
    out = np.zeros((len(x), len(axes[0]), len(axes[1])))
    for c, i, j in np.ndindex(out.shape):
        cells = [
            (axes[0][i] + dilation[0] * u, axes[1][j] + dilation[1] * v)
            for u in range(window[0]) for v in range(window[1])
        ]  # fmt: skip
        real = [float(x[c, r, k]) for r, k in cells if 0 <= r < x.shape[1] and 0 <= k < x.shape[2]]
        near = [1 for r, k in cells if r < x.shape[1] + sides[1] and k < x.shape[2] + sides[3]]
        out[c, i, j] = reduce(np.array(real), len(near))
    return out


@given(cases())
@settings(max_examples=80, deadline=None)
def test_pools_equal_a_plain_loop(case):
    reduces = {
        pool.max_pool: lambda real, near: real.max(initial=-np.inf),
        pool.min_pool: lambda real, near: real.min(initial=np.inf),
        pool.l2_pool: lambda real, near: np.sqrt((real**2).sum()),
        pool.avg_pool: lambda real, near: real.sum() / near,
    }
    for function, reduce in reduces.items():
        actual = function(*case)
        assert np.float32 == actual.dtype
        np.testing.assert_allclose(reference(*case, reduce), actual, rtol=1e-5, atol=1e-6)
    without = pool.avg_pool(*case, count_include_pad=False)
    expected = reference(*case, lambda real, near: real.sum() / max(len(real), 1))
    np.testing.assert_allclose(expected, without, rtol=1e-5, atol=1e-6)


@given(cases())
@settings(max_examples=80, deadline=None)
def test_max_and_min_pool_equal_torch(case):
    x, window, stride, (top, _, left, _), dilation, ceil = case
    sides, numbers = (top, top, left, left), (window, stride, (top, left), dilation, ceil)
    source = torch.from_numpy(x)[None]
    expected = F.max_pool2d(source, *numbers)[0].numpy()
    np.testing.assert_array_equal(expected, pool.max_pool(x, window, stride, sides, dilation, ceil))
    expected = -F.max_pool2d(-source, *numbers)[0].numpy()
    np.testing.assert_array_equal(expected, pool.min_pool(x, window, stride, sides, dilation, ceil))


@given(cases(dilated=False), st.booleans())
@settings(max_examples=80, deadline=None)
def test_avg_pool_equals_torch(case, include):
    x, window, stride, (top, _, left, _), dilation, ceil = case
    source = torch.from_numpy(x)[None].double()
    expected = F.avg_pool2d(source, window, stride, (top, left), ceil, include)[0].numpy()
    actual = pool.avg_pool(x, window, stride, (top, top, left, left), dilation, ceil, include)
    np.testing.assert_allclose(expected, actual, rtol=1e-5, atol=1e-6)


@given(cases(dilated=False))
@settings(max_examples=60, deadline=None)
def test_asymmetric_padding_equals_torch_on_the_padded_tensor(case):
    x, window, stride, sides, *_ = case
    expected = F.max_pool2d(padded(x, sides, -np.inf), window, stride)[0].numpy()
    np.testing.assert_array_equal(expected, pool.max_pool(x, window, stride, sides))
    expected = F.avg_pool2d(padded(x, sides, 0.0), window, stride)[0].numpy()
    np.testing.assert_allclose(expected, pool.avg_pool(x, window, stride, sides), rtol=1e-5, atol=1e-6)
    expected = F.lp_pool2d(padded(x, sides, 0.0), 2.0, window, stride)[0].numpy()
    np.testing.assert_allclose(expected, pool.l2_pool(x, window, stride, sides), rtol=1e-5, atol=1e-6)


@given(st.integers(0, 999), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_adaptive_pools_equal_torch(seed, rows, cols):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((3, *rng.integers(1, 14, 2))).astype(np.float32)
    source = torch.from_numpy(x)[None]
    expected = F.adaptive_avg_pool2d(source.double(), (rows, cols))[0].numpy()
    np.testing.assert_allclose(expected, pool.adaptive_avg(x, rows, cols), rtol=1e-5, atol=1e-6)
    expected = F.adaptive_max_pool2d(source, (rows, cols))[0].numpy()
    np.testing.assert_array_equal(expected, pool.adaptive_max(x, rows, cols))


def test_global_pools_are_one_cell_a_map():
    x = np.random.default_rng(0).random((4, 7, 5)).astype(np.float32)
    np.testing.assert_allclose(x.astype(np.float64).mean((1, 2)), pool.global_avg(x)[:, 0, 0], rtol=1e-6)
    np.testing.assert_array_equal(x.max((1, 2)), pool.global_max(x)[:, 0, 0])
    assert (4, 1, 1) == pool.global_avg(x).shape == pool.global_max(x).shape


@pytest.mark.parametrize(
    "function", [pool.max_pool, pool.min_pool, pool.avg_pool, pool.l2_pool], ids=lambda f: f.__name__
)
def test_a_window_of_one_cell_gives_a_fresh_copy(function):
    x = np.ones((1, 3, 3), dtype=np.float32)
    x.setflags(write=False)
    result = function(x, (1, 1), (1, 1))
    np.testing.assert_array_equal(x, result)
    assert not np.shares_memory(x, result)


@pytest.mark.parametrize("window", [(2, 2), (3, 3), (1, 4), (5, 2), (7, 7)])
def test_stride_one_takes_the_same_windows_as_any_other(window):
    x = np.random.default_rng(3).standard_normal((2, 11, 9)).astype(np.float32)
    rows, cols = window[0] // 2, window[1] // 2
    expected = F.max_pool2d(torch.from_numpy(x)[None], window, 1, (rows, cols))[0].numpy()
    np.testing.assert_array_equal(expected, pool.max_pool(x, window, (1, 1), (rows, rows, cols, cols)))
    np.testing.assert_array_equal(-expected, pool.min_pool(-x, window, (1, 1), (rows, rows, cols, cols)))
