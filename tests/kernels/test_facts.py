"""Facts of kernels against NumPy and SciPy, and factors that multiply back."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernels.facts import facts, frequency_response
from app.kernels.registry import KERNELS, make


@pytest.mark.parametrize("name", KERNELS)
def test_facts_of_every_kernel_agree_with_numpy(name):
    kernel = make(name)
    found = facts(kernel)
    assert pytest.approx(kernel.sum(), abs=1e-9) == found.sum
    assert pytest.approx(np.abs(kernel).sum()) == found.l1
    assert np.linalg.matrix_rank(kernel, tol=1e-9 * np.linalg.norm(kernel, 2)) == found.rank
    assert (found.rank == 1) == found.is_separable
    if found.is_separable:
        np.testing.assert_allclose(
            kernel, np.outer(found.column, found.row), atol=1e-9 * np.abs(kernel).max()
        )


@given(st.integers(0, 9999), st.integers(1, 7), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_an_outer_product_is_separable(seed, rows, cols):
    rng = np.random.default_rng(seed)
    kernel = np.outer(rng.integers(-4, 5, rows), rng.standard_normal(cols))
    found = facts(kernel)
    if not kernel.any():
        assert (0, False) == (found.rank, found.is_separable)
        return
    assert found.is_separable
    np.testing.assert_allclose(kernel, np.outer(found.column, found.row), atol=1e-9 * np.abs(kernel).max())


@pytest.mark.parametrize(
    ("name", "column", "row"),
    [
        ("sobel_x", (1, 2, 1), (-1, 0, 1)),
        ("sobel_y", (-1, 0, 1), (1, 2, 1)),
        ("scharr_x", (3, 10, 3), (-1, 0, 1)),
        ("scharr_y", (-1, 0, 1), (3, 10, 3)),
        ("prewitt_y", (-1, 0, 1), (1, 1, 1)),
        ("identity", (0, 1, 0), (0, 1, 0)),
    ],
)
def test_factors_are_written_as_in_books(name, column, row):
    assert (column, row) == (facts(make(name)).column, facts(make(name)).row)


@pytest.mark.parametrize("size", [32, 33])
@pytest.mark.parametrize("name", KERNELS)
def test_response_is_the_transform_of_the_zero_padded_kernel(name, size):
    expected = np.abs(np.fft.fftshift(np.fft.fft2(make(name), (size, size))))
    np.testing.assert_allclose(expected, frequency_response(make(name), size), atol=1e-9)


def test_response_of_a_kernel_larger_than_the_grid_is_not_cut():
    kernel = make("gaussian", size=31, sigma=8)[15]
    _, expected = scipy.signal.freqz(kernel, worN=2 * np.pi * (np.arange(8) - 4) / 8)
    np.testing.assert_allclose(np.abs(expected), frequency_response(kernel[None], 8)[4], atol=1e-12)
