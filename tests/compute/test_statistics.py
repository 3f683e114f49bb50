"""Numbers about maps against NumPy's, on random maps with many zeros."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.compute.statistics import statistics


@given(maps=arrays(np.float32, array_shapes(min_dims=3, max_dims=3, max_side=7), elements=st.integers(-3, 3)))
def test_the_numbers_are_numpys(maps: np.ndarray) -> None:
    found = statistics(maps)
    exact = maps.astype(np.float64)
    assert [exact.min(), exact.max()] == [found.min, found.max]
    assert (exact.mean(), exact.std()) == pytest.approx((found.mean, found.std), abs=1e-6)
    assert (exact == 0).mean() == pytest.approx(found.zeros)
    assert exact.mean((1, 2)).tolist() == pytest.approx(list(found.means), abs=1e-6)
    assert (exact == 0).mean((1, 2)).tolist() == pytest.approx(list(found.zero_shares))
    assert [(m.min(), m.max()) for m in exact] == list(found.ranges)
