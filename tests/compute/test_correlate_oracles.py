"""Correlation against SciPy and OpenCV: borders, strides, dilation, even kernels, and true convolution."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

from app.compute.correlate import correlate_each, correlate_sum, transposed
from app.layers.registry import parse_stack

SCIPY = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}
OPENCV = {"zeros": cv2.BORDER_CONSTANT, "reflect": cv2.BORDER_REFLECT_101, "replicate": cv2.BORDER_REPLICATE}
sizes = st.tuples(st.integers(1, 6), st.integers(1, 6))
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
seeds = st.integers(0, 2**16)


def made(seed, size, channels=2, shape=(13, 11)):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((channels, *shape)).astype(np.float32), rng.standard_normal(size)


def around(size):
    """Top, bottom, left, right: SciPy and OpenCV lay cell (rows // 2, columns // 2) on the output's cell."""
    rows, cols = size
    return (rows // 2, rows - 1 - rows // 2, cols // 2, cols - 1 - cols // 2)


def holed(kernel, dilation):
    """The kernel with the zeros that dilation stands for."""
    spread = [(length - 1) * step + 1 for length, step in zip(kernel.shape, dilation, strict=True)]
    out = np.zeros(spread)
    out[:: dilation[0], :: dilation[1]] = kernel
    return out


@given(seeds, sizes, st.sampled_from(sorted(SCIPY)))
def test_every_border_is_that_of_ndimage(seed, size, mode):
    x, kernel = made(seed, size)
    expected = [ndimage.correlate(plane.astype(np.float64), kernel, mode=SCIPY[mode]) for plane in x]
    found = correlate_each(x, kernel[None], padding=around(size), mode=mode)
    np.testing.assert_allclose(expected, found, rtol=0, atol=2e-5)


@given(seeds, sizes, st.sampled_from(sorted(OPENCV)))
def test_every_border_is_that_of_filter2d(seed, size, mode):
    x, kernel = made(seed, size)
    expected = [
        cv2.filter2D(plane.astype(np.float64), cv2.CV_64F, kernel, borderType=OPENCV[mode]) for plane in x
    ]
    found = correlate_each(x, kernel[None], padding=around(size), mode=mode)
    np.testing.assert_allclose(expected, found, rtol=0, atol=2e-5)


@given(seeds, st.tuples(st.integers(1, 4), st.integers(1, 4)), pairs, pairs)
def test_strides_and_dilation_are_a_thinned_correlate2d_with_a_holed_kernel(seed, size, stride, dilation):
    x, kernel = made(seed, size)
    whole = [signal.correlate2d(plane.astype(np.float64), holed(kernel, dilation), "valid") for plane in x]
    expected = np.array(whole)[:, :: stride[0], :: stride[1]]
    found = correlate_each(x, kernel[None], stride, dilation=dilation)
    np.testing.assert_allclose(expected, found, rtol=0, atol=2e-5)


@pytest.mark.parametrize("kernels", [2, 9])
def test_sums_over_channels_are_sums_of_correlate2d(kernels):
    x, weights = made(5, (kernels, 3, 4, 3), channels=3)
    expected = [
        sum(
            signal.correlate2d(plane.astype(np.float64), part, "valid")
            for plane, part in zip(x, bank, strict=True)
        )
        for bank in weights
    ]
    np.testing.assert_allclose(expected, correlate_sum(x, weights), rtol=0, atol=5e-5)


@given(seeds, sizes)
def test_transposing_is_the_full_convolution(seed, size):
    x, kernel = made(seed, size)
    expected = [signal.convolve2d(plane.astype(np.float64), kernel, "full") for plane in x]
    np.testing.assert_allclose(expected, transposed(x, kernel[None]), rtol=0, atol=2e-5)


@given(seeds, sizes, st.sampled_from(["valid", "full"]))
def test_a_flipped_layer_is_true_convolution(seed, size, padding):
    x, kernel = made(seed, size)
    text = ";".join(",".join(map(repr, row)) for row in kernel.tolist())
    extra = ",padding=full" if padding == "full" else ""
    layer = parse_stack(f"conv([{text}],flip=true{extra})").layers[0]
    expected = [signal.convolve2d(plane.astype(np.float64), kernel, padding) for plane in x]
    np.testing.assert_allclose(expected, layer.forward(x), rtol=0, atol=2e-5)
