"""Correlation against torch in float64: every mode, stride, dilation, even kernels, asymmetric padding."""

import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compute.correlate import channels_last, correlate_each, correlate_sum, each_work, transposed

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


def padded(x, sides, mode):
    top, bottom, left, right = sides
    return F.pad(torch.from_numpy(x.astype(np.float64))[None], (left, right, top, bottom), mode=MODES[mode])


def assert_near(expected, magnitudes, actual):
    """1e-5 of what each cell adds up; cells that add up nothing must be exactly right."""
    assert expected.shape == actual.shape
    assert actual.dtype == np.float32
    assert np.all(np.abs(expected - actual) <= 1e-5 * magnitudes)


@st.composite
def cases(draw, largest=9):
    size = draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))
    dilation = draw(pairs)
    mode = draw(st.sampled_from(sorted(MODES)))
    shape = [draw(st.integers(1, 12)) for _ in range(2)]
    sides = []
    for axis in (0, 1):
        limit = {"reflect": shape[axis] - 1, "circular": shape[axis]}.get(mode, 6)
        sides += [draw(st.integers(0, limit)), draw(st.integers(0, limit))]
        missing = dilation[axis] * (size[axis] - 1) + 1 - shape[axis] - sides[-1] - sides[-2]
        shape[axis] += max(0, missing)
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((draw(st.integers(1, 3)), *shape)).astype(np.float32)
    x[rng.random(x.shape) < 0.3] = 0
    return rng, x, size, draw(pairs), tuple(sides), mode, dilation


@given(cases(), st.integers(1, 3))
@settings(max_examples=120, deadline=None)
def test_each_equals_grouped_convolution_of_torch(case, kernels):
    rng, x, size, stride, sides, mode, dilation = case
    weights, bias = rng.standard_normal((kernels, *size)), rng.standard_normal(kernels)
    bank = torch.from_numpy(np.tile(weights, (len(x), 1, 1)))[:, None]
    offsets = torch.from_numpy(np.tile(bias, len(x)))
    source = padded(x, sides, mode)
    expected = F.conv2d(source, bank, offsets, stride, 0, dilation, len(x))[0].numpy()
    magnitudes = F.conv2d(source.abs(), bank.abs(), offsets.abs(), stride, 0, dilation, len(x))[0].numpy()
    assert_near(expected, magnitudes, correlate_each(x, weights, stride, sides, mode, dilation, bias))


@given(cases(largest=4), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_sum_equals_convolution_of_torch(case, kernels):
    rng, x, size, stride, sides, mode, dilation = case
    weights, bias = rng.standard_normal((kernels, len(x), *size)), rng.standard_normal(kernels)
    bank, offsets, source = torch.from_numpy(weights), torch.from_numpy(bias), padded(x, sides, mode)
    expected = F.conv2d(source, bank, offsets, stride, 0, dilation)[0].numpy()
    magnitudes = F.conv2d(source.abs(), bank.abs(), offsets.abs(), stride, 0, dilation)[0].numpy()
    assert_near(expected, magnitudes, correlate_sum(x, weights, stride, sides, mode, dilation, bias))


def test_groups_keep_channels_apart():
    rng = np.random.default_rng(1)
    x, weights = rng.standard_normal((6, 9, 8)).astype(np.float32), rng.standard_normal((4, 3, 3, 3))
    expected = F.conv2d(torch.from_numpy(x.astype(np.float64))[None], torch.from_numpy(weights), groups=2)[0]
    np.testing.assert_allclose(expected.numpy(), correlate_sum(x, weights, groups=2), rtol=0, atol=2e-5)


@pytest.mark.parametrize("size", [11, 15, 24, 31])
@pytest.mark.parametrize("rank", [1, 2, 31])
def test_large_kernels_are_exact_to_the_cell(size, rank):
    """A dark region stays exactly dark: no transform may spread noise over it."""
    rng = np.random.default_rng(size)
    weights = (rng.standard_normal((size, rank)) @ rng.standard_normal((rank, size)))[None]
    x = rng.random((1, 70, 64)).astype(np.float32)
    x[:, 20:] *= 1e-6
    x[:, 40:] = 0
    source, bank = torch.from_numpy(x.astype(np.float64))[None], torch.from_numpy(weights)[None]
    expected = F.conv2d(source, bank)[0].numpy()
    actual = correlate_each(x, weights)
    # separable terms may each be larger than the kernel they add up to, by a factor bounded by the rank
    assert_near(expected, 2 * F.conv2d(source, bank.abs())[0].numpy(), actual)
    assert not actual[:, 40:].any()


@given(
    st.integers(0, 2**16), st.tuples(st.integers(1, 5), st.integers(1, 5)), pairs, pairs,
    st.tuples(st.integers(0, 6), st.integers(0, 6)), st.booleans(),
)  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_transposed_equals_torch(seed, size, stride, dilation, padding, is_summed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, *rng.integers(1, 7, 2))).astype(np.float32)
    extra = tuple(int(rng.integers(0, max(stride[a], dilation[a]))) for a in (0, 1))
    full = [(x.shape[1 + a] - 1) * stride[a] + dilation[a] * (size[a] - 1) + extra[a] + 1 for a in (0, 1)]
    padding = tuple(min(padding[a], (full[a] - 1) // 2) for a in (0, 1))
    bias = rng.standard_normal(3)
    weights = rng.standard_normal((3, 2, *size) if is_summed else (3, *size))
    # torch wants (in, out / groups, kh, kw)
    bank = weights.transpose(1, 0, 2, 3) if is_summed else np.tile(weights, (2, 1, 1, 1))
    offsets = torch.from_numpy(bias if is_summed else np.tile(bias, 2))
    expected = F.conv_transpose2d(
        torch.from_numpy(x.astype(np.float64))[None], torch.from_numpy(bank.copy()), offsets, stride, padding,
        extra, 1 if is_summed else 2, dilation,
    )[0].numpy()  # fmt: skip
    actual = transposed(x, weights, stride, padding, extra, dilation, bias)
    assert expected.shape == actual.shape
    np.testing.assert_allclose(expected, actual, rtol=0, atol=5e-5)


def test_results_never_alias_the_input():
    x = np.ones((1, 4, 4), dtype=np.float32)
    kernel = np.ones((1, 1, 1))
    for result in (
        correlate_each(x, kernel), correlate_sum(x, kernel[None]), transposed(x, kernel),
        correlate_each(x, np.zeros((1, 3, 3))),
    ):  # fmt: skip
        assert not np.shares_memory(x, result)
        assert result.flags.c_contiguous


def test_any_strides_and_read_only_inputs_are_taken():
    base = np.random.default_rng(0).random((6, 5, 3)).astype(np.float32)
    base.setflags(write=False)
    x = base.transpose(2, 0, 1)[:, ::-1]
    kernel = np.arange(9.0).reshape(1, 3, 3)[:, ::-1, ::-1]
    np.testing.assert_array_equal(correlate_each(x.copy(), kernel.copy()), correlate_each(x, kernel))
    bank = np.tile(kernel, (4, 3, 1, 1))
    np.testing.assert_allclose(correlate_sum(x.copy(), bank), correlate_sum(x, bank), rtol=1e-6)


def test_a_bank_is_laid_out_once_and_stays_the_same():
    bank = np.random.default_rng(8).normal(size=(5, 16, 3, 2)).astype(np.float32)
    laid = channels_last(bank)
    expected = torch.from_numpy(bank).contiguous(memory_format=torch.channels_last)
    np.testing.assert_array_equal(laid, expected.numpy())
    assert laid.strides == tuple(4 * step for step in expected.stride())
    assert np.shares_memory(channels_last(laid), laid)


def test_channels_by_themselves_need_no_torch():
    code = (
        "import sys, numpy as np; import app.compute.pool, app.compute.resample, app.compute.activate;"
        "from app.compute.correlate import correlate_each, correlate_sum;"
        "x = np.ones((3, 9, 9), 'f4'); correlate_each(x, np.ones((1, 3, 3)), (2, 2));"
        "correlate_sum(x, np.ones((1, 3, 3, 3))); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_work_is_counted_as_it_is_planned():
    dense = np.random.default_rng(0).standard_normal((5, 5))
    thin = np.outer(np.arange(1.0, 32), np.arange(1.0, 32))

    assert 25 == each_work(dense[None])
    assert 31 + 31 == each_work(thin[None])
    assert 62 + 62 == each_work(np.stack([thin, thin]))
    assert 31 * 31 * 3 == each_work(
        thin[None], (64, 64)
    )  # two of 1,921 cells, mostly zeros, would take longer
    assert 1 == each_work(np.zeros((1, 3, 3)))
