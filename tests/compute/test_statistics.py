"""Numbers about maps against NumPy's, on random maps with many zeros."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.compute.statistics import all_finite, extremes, statistics


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


@given(
    maps=arrays(np.float32, array_shapes(min_dims=3, max_dims=3, max_side=7), elements=st.floats(width=32)),
    part=st.sampled_from([np.s_[:], np.s_[:, 1:], np.s_[:, :, ::2]]),
)
def test_one_value_that_is_not_finite_is_found_wherever_it_lies(maps: np.ndarray, part: object) -> None:
    assert np.isfinite(maps[part]).all() == all_finite(maps[part])


def test_large_finite_values_are_no_overflow() -> None:
    assert all_finite(np.full((2, 300, 300), np.finfo(np.float32).max, np.float32))


@given(maps=arrays(np.float32, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.integers(-3, 3)))
def test_extremes_that_are_known_change_nothing(maps: np.ndarray) -> None:
    assert statistics(maps) == statistics(maps, extremes(maps))
