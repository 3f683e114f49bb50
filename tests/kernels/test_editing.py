"""The kernel editor's actions."""

import numpy as np
import pytest

from app.domain.errors import UserError
from app.kernels import editing
from app.kernels.registry import make

MATRIX = [[1.0, 2.0, 0.0], [4.0, 5.0, 6.0]]


def test_normalise_makes_the_sum_one():
    np.testing.assert_allclose(np.array(MATRIX) / 18, editing.normalise(MATRIX))


@pytest.mark.parametrize("matrix", [make("sobel_x"), make("log"), [[0.0]]], ids=["sobel_x", "log", "zero"])
def test_normalise_refuses_a_sum_of_zero(matrix):
    with pytest.raises(UserError) as caught:
        editing.normalise(matrix)
    assert "kernel_sum_zero" == caught.value.code


def test_actions_turn_and_flip():
    np.testing.assert_array_equal([[1, 4], [2, 5], [0, 6]], editing.transpose(MATRIX))
    np.testing.assert_array_equal([[0, 6], [2, 5], [1, 4]], editing.rotate90(MATRIX))
    np.testing.assert_array_equal([[6, 5, 4], [0, 2, 1]], editing.flip180(MATRIX))
    np.testing.assert_array_equal([[-1, -2, 0], [-4, -5, -6]], editing.negate(MATRIX))
    assert not np.signbit(editing.negate(MATRIX)[0, 2])


def test_randomise_is_reproducible_and_bounded():
    np.testing.assert_array_equal(editing.randomise(3, 3, 5), make("random", size=3, seed=5))
    assert (2, 5) == editing.randomise(2, 5, 0).shape
    with pytest.raises(UserError) as caught:
        editing.randomise(32, 1, 0)
    assert "matrix_too_large" == caught.value.code


def test_actions_never_alias_the_kernel():
    kernel = make("emboss")
    for action in (editing.transpose, editing.rotate90, editing.flip180, editing.negate, editing.normalise):
        result = action(kernel)
        assert not np.shares_memory(kernel, result)
        assert result.flags.writeable
