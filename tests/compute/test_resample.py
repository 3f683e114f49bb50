"""Resizing, rotation and shifts against torch, SciPy and their own published weights."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.compute.resample import nearest, resize, resize_support, rotate, rotate_taps, shift, upsample

sizes = st.integers(1, 40)


def picture(rows, cols, channels=2):
    return np.random.default_rng(rows * 41 + cols).standard_normal((channels, rows, cols)).astype(np.float32)


def matrix(inputs, outputs):
    """The resizing of an axis as (outputs, inputs), from the published support."""
    weights = np.zeros((outputs, inputs))
    for index in range(outputs):
        first, last, shares = resize_support(inputs, outputs, index)
        weights[index, first : last + 1] = shares
    return weights


@given(sizes, sizes, sizes, sizes)
@settings(max_examples=100, deadline=None)
def test_resizing_is_what_its_support_says(rows, cols, new_rows, new_cols):
    x = picture(rows, cols)
    expected = matrix(rows, new_rows) @ x.astype(np.float64) @ matrix(cols, new_cols).T
    actual = resize(x, new_rows, new_cols)
    assert np.float32 == actual.dtype
    np.testing.assert_allclose(expected, actual, rtol=0, atol=2e-6 * np.abs(x).max())


@given(sizes, st.integers(0, 40), sizes, st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_enlarging_equals_bilinear_interpolation_of_torch(rows, more_rows, cols, more_cols):
    x, size = picture(rows, cols), (rows + more_rows, cols + more_cols)
    source = torch.from_numpy(x)[None].double()
    expected = F.interpolate(source, size=size, mode="bilinear", align_corners=False)[0].numpy()
    np.testing.assert_allclose(expected, resize(x, *size), rtol=0, atol=1e-5)


@given(sizes, st.integers(0, 39))
@settings(max_examples=50, deadline=None)
def test_shrinking_weighs_cells_by_the_area_they_share(inputs, fewer):
    outputs = max(1, inputs - fewer)
    for index in range(outputs):
        low, high = Fraction(index * inputs, outputs), Fraction((index + 1) * inputs, outputs)
        first, last, weights = resize_support(inputs, outputs, index)
        shares = [(min(high, cell + 1) - max(low, cell)) / (high - low) for cell in range(first, last + 1)]
        assert [pytest.approx(float(share), abs=1e-12) for share in shares] == list(weights)
        assert pytest.approx(1.0) == sum(weights)


def test_a_barely_touched_cell_still_counts():
    """OpenCV's area filter would drop shares below a thousandth of a cell."""
    x = np.zeros((1, 2001, 1), dtype=np.float32)
    x[0, 1000] = 1e6
    assert pytest.approx(1e6 / 2001 * 2000, rel=1e-5) == float(resize(x, 2000, 1).sum())


@given(st.integers(1, 12), st.integers(1, 12), st.floats(-400, 400))
@settings(max_examples=60, deadline=None)
def test_rotation_equals_spline_of_order_one(rows, cols, degrees):
    x = picture(rows, cols)
    if degrees % 90 == 0:
        return
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array([(rows - 1) / 2, (cols - 1) / 2])
    wide = np.pad(
        x.astype(np.float64), ((0, 0), (2, 2), (2, 2))
    )  # SciPy does not blend with the zeros outside
    expected = [
        scipy.ndimage.affine_transform(
            plane, turn, centre + 2 - turn @ centre, output_shape=(rows, cols), order=1, mode="grid-constant"
        )
        for plane in wide
    ]
    np.testing.assert_allclose(np.stack(expected), rotate(x, degrees), rtol=0, atol=1e-5)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, -90, 360, 450])
def test_quarter_turns_are_exact(degrees):
    x = picture(5, 3)
    result = rotate(x, degrees)
    np.testing.assert_array_equal(np.rot90(x, degrees // 90, axes=(1, 2)), result)
    assert not np.shares_memory(x, result)


def test_rotation_is_counter_clockwise():
    x = np.zeros((1, 9, 9), dtype=np.float32)
    x[0, 4, 8] = 1  # at the right
    assert (0, 4) == np.unravel_index(rotate(x, 90)[0].argmax(), (9, 9))  # at the top
    row, col = np.unravel_index(rotate(x, 45)[0].argmax(), (9, 9))
    assert (1, 7) == (row, col)  # up and to the right


@given(
    st.integers(1, 9), st.integers(1, 9), st.sampled_from([0.0, 17.0, 45.0, 90.0, -30.0, 180.0, 270.0, 359.0])
)
@settings(max_examples=40, deadline=None)
def test_rotation_is_what_its_taps_say(rows, cols, degrees):
    x = picture(rows, cols, 1)
    result = rotate(x, degrees)
    for row, col in np.ndindex(result.shape[1:]):
        total = sum(weight * float(x[0, r, c]) for r, c, weight in rotate_taps(rows, cols, degrees, row, col))
        assert pytest.approx(total, abs=1e-5) == float(result[0, row, col])


@given(st.integers(-8, 8), st.integers(-8, 8))
@settings(max_examples=40, deadline=None)
def test_shift_moves_down_and_right(rows, cols):
    x = picture(5, 6)
    np.testing.assert_array_equal(np.roll(x, (rows, cols), axis=(1, 2)), shift(x, rows, cols, "circular"))
    expected = scipy.ndimage.shift(x, (0, rows, cols), order=0, cval=0)
    np.testing.assert_array_equal(expected, shift(x, rows, cols))


def test_upsample_repeats_cells_as_torch():
    x = picture(3, 4)
    expected = F.interpolate(torch.from_numpy(x)[None], scale_factor=3, mode="nearest")[0].numpy()
    np.testing.assert_array_equal(expected, upsample(x, 3))


@pytest.mark.parametrize(
    "same",
    [lambda x: resize(x, 4, 4), lambda x: rotate(x, 0), lambda x: shift(x, 0, 0), lambda x: upsample(x, 1)],
)
def test_doing_nothing_gives_a_fresh_copy(same):
    x = picture(4, 4)
    x.setflags(write=False)
    result = same(x)
    np.testing.assert_array_equal(x, result)
    assert not np.shares_memory(x, result)


@settings(max_examples=50)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 12))
def test_a_map_seen_from_afar_has_the_cell_in_the_middle_of_each_pixel(rows, cols, step):
    plane = picture(rows, cols)[0]
    small = -(-rows // step), -(-cols // step)
    expected = Image.fromarray(plane).resize(small[::-1], Image.Resampling.NEAREST)
    assert np.array_equal(np.asarray(expected), nearest(plane, *small))
