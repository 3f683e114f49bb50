"""The unshared convolution by its definition, and its special case of one kernel at all places."""

import numpy as np
import pytest

from app.compute.correlate import correlate_sum
from app.compute.unshared import unshared


@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (1, 3)])
def test_it_equals_the_sum_of_the_definition(stride) -> None:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((3, 7, 8)).astype(np.float32)
    rows, cols = (7 - 3) // stride[0] + 1, (8 - 2) // stride[1] + 1
    weights = rng.standard_normal((2, rows, cols, 3, 3, 2)).astype(np.float32)
    wanted = np.zeros((2, rows, cols))
    for i, j, k, n_l, m, n in np.ndindex(weights.shape):
        wanted[i, j, k] += float(x[n_l, j * stride[0] + m, k * stride[1] + n]) * weights[i, j, k, n_l, m, n]
    found = unshared(x, weights, stride)
    assert np.float32 == found.dtype
    np.testing.assert_allclose(wanted, found, rtol=1e-5, atol=1e-6)


def test_one_kernel_at_all_places_is_a_convolution() -> None:
    rng = np.random.default_rng(2)
    x, bank = (rng.standard_normal(shape).astype(np.float32) for shape in ((3, 9, 8), (4, 3, 3, 2)))
    everywhere = np.broadcast_to(bank[:, None, None], (4, 4, 7, 3, 3, 2))
    np.testing.assert_allclose(
        correlate_sum(x, bank, (2, 1)), unshared(x, everywhere, (2, 1)), rtol=1e-5, atol=1e-5
    )
