"""Printed numbers: Python reads back the very float32 array, whatever its shape, from lines that are not long."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from app.code.literals import WIDTH, grid


@pytest.mark.parametrize(
    "shape", [(), (3,), (200,), (3, 3), (1, 60), (1, 1, 3, 3), (4, 3, 2, 2), (2, 1, 5, 40)]
)
def test_an_array_is_read_back_to_the_last_digit(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    text = grid(np.asarray(values))
    read = np.array(ast.literal_eval(text), dtype=np.float32)
    np.testing.assert_array_equal(values, read)
    assert shape == read.shape
    assert max(map(len, text.splitlines())) <= WIDTH + 2 * len(shape)  # brackets that open or close together
