"""Scales: the choice by sign, and values to colour indices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.rendering.colormaps import COLOR_MAPS
from app.rendering.scale import Scale, choose_scale, to_indices

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
planes = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=finite)
kinds = st.sampled_from(["auto", "gray", "sequential", "diverging"])


@pytest.mark.parametrize(
    ("low", "high", "colors", "expected"),
    [
        (0.2, 0.9, "auto", Scale(0.0, 0.9, "sequential")),
        (-0.5, 2.0, "auto", Scale(-2.0, 2.0, "diverging")),
        (-3.0, -1.0, "auto", Scale(-3.0, 3.0, "diverging")),
        (0.0, 0.0, "auto", Scale(0.0, 1.0, "sequential")),
        (0.7, 0.7, "auto", Scale(0.0, 0.7, "sequential")),
        (0.2, 0.9, "gray", Scale(0.0, 0.9, "gray")),
        (-0.2, 0.9, "gray", Scale(-0.2, 0.9, "gray")),
        (-2.0, -2.0, "gray", Scale(-2.0, 0.0, "gray")),
        (0.0, 0.0, "diverging", Scale(-1.0, 1.0, "diverging")),
    ],
)
def test_the_scale_goes_by_sign_and_contains_zero(low, high, colors, expected):
    assert expected == choose_scale(low, high, colors)


@pytest.mark.parametrize(
    ("scale", "ticks"),
    [
        (Scale(-2, 2, "diverging"), (-2, 0, 2)),
        (Scale(0, 3, "sequential"), (0, 3)),
        (Scale(-1, 3, "gray"), (-1, 0, 3)),
        (Scale(-1, 0, "gray"), (-1, 0)),
    ],
)
def test_ticks_are_the_ends_and_zero_between_them(scale, ticks):
    assert ticks == scale.ticks


@pytest.mark.parametrize("bad", [(1, 1, "gray"), (2, 1, "gray"), (-1, 2, "diverging"), (0, np.inf, "gray")])
def test_an_impossible_scale_is_refused(bad):
    with pytest.raises(ValueError, match="scale"):
        Scale(*bad)


@settings(max_examples=60)
@given(planes, kinds)
def test_indices_are_the_rounded_share_of_the_scale(plane, colors):
    scale = choose_scale(float(plane.min()), float(plane.max()), colors)
    share = (plane.astype(np.longdouble) - scale.low) / (np.longdouble(scale.high) - scale.low) * 255
    if scale.colors == "diverging":
        share += 0.5  # its middle is index 128
    indices = to_indices(plane, scale)
    assert np.uint8 == indices.dtype
    assert np.abs(indices - share).max() <= 0.501


@settings(max_examples=60)
@given(planes, kinds)
def test_a_larger_value_never_has_a_smaller_index(plane, colors):
    scale = choose_scale(float(plane.min()), float(plane.max()), colors)
    order = np.argsort(plane, axis=None)
    assert (np.diff(to_indices(plane, scale).ravel()[order].astype(int)) >= 0).all()


@settings(max_examples=60)
@given(planes)
def test_diverging_colors_are_symmetric_about_zero(plane):
    plane = np.concatenate([plane, np.zeros_like(plane)])
    scale = choose_scale(float(plane.min()), float(plane.max()), "diverging")
    there, back = to_indices(plane, scale).astype(int), to_indices(-plane, scale).astype(int)
    mirrored = there + back
    assert (mirrored[(there < 255) & (back < 255)] == 256).all()
    assert (mirrored >= 255).all()
    assert (there[plane == 0] == 128).all()


def test_values_outside_the_scale_take_the_ends():
    plane = np.array([[-3e38, -1, 0, 1, 3e38]], np.float32)
    assert to_indices(plane, Scale(0, 1, "gray")).tolist() == [[0, 0, 0, 255, 255]]
    assert to_indices(plane, Scale(-1e-3, 1e-3, "diverging")).tolist() == [[0, 0, 128, 255, 255]]


def test_indices_take_any_strides_and_leave_the_plane_alone():
    plane = np.arange(24, dtype=np.float32).reshape(4, 6)
    kept = plane.copy()
    scale = Scale(0, 23, "gray")
    assert np.array_equal(to_indices(plane, scale)[::2, ::-1], to_indices(plane[::2, ::-1], scale))
    assert np.array_equal(kept, plane)


def test_a_narrow_gray_range_far_from_zero_keeps_its_steps():
    plane = np.array([[1e6, 1e6 + 0.5, 1e6 + 1]], np.float32)
    assert to_indices(plane, Scale(1e6, 1e6 + 1, "gray")).tolist() == [[0, 128, 255]]


def test_position_and_color_of_one_value():
    scale = Scale(-2, 2, "diverging")
    assert tuple(scale.position(v) for v in (-5, -1, 0, 2)) == (0.0, 0.25, 0.5, 1.0)
    assert tuple(COLOR_MAPS["diverging"][128].tolist()) == scale.color(0)
