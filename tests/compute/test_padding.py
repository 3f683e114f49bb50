"""Padding against NumPy and torch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from app.compute.padding import pad

TORCH = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


@given(st.sampled_from(sorted(TORCH)), st.integers(1, 6), st.integers(1, 6), st.data())
@settings(max_examples=80, deadline=None)
def test_every_mode_equals_torch(mode, rows, cols, data):
    limits = {"reflect": (rows - 1, cols - 1), "circular": (rows, cols)}.get(mode, (5, 5))
    sides = tuple(data.draw(st.integers(0, limits[side // 2])) for side in range(4))
    x = np.random.default_rng(rows * 7 + cols).random((2, rows, cols)).astype(np.float32)
    top, bottom, left, right = sides
    expected = F.pad(torch.from_numpy(x)[None], (left, right, top, bottom), mode=TORCH[mode])[0].numpy()
    np.testing.assert_array_equal(expected, pad(x, sides, mode))


@pytest.mark.parametrize("value", [-np.inf, np.inf, 2.0])
def test_zeros_may_be_another_constant(value):
    x = np.ones((1, 2, 3), dtype=np.float32)
    expected = np.pad(x, ((0, 0), (1, 0), (2, 3)), constant_values=value)
    np.testing.assert_array_equal(expected, pad(x, (1, 0, 2, 3), "zeros", value))


def test_no_padding_gives_a_fresh_copy():
    x = np.ones((1, 2, 2), dtype=np.float32)
    assert not np.shares_memory(x, pad(x, (0, 0, 0, 0)))
