"""g and h against autograd over strides, paddings, dilations and groups, and against the course's numbers."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from app.engine.gradients.convolution import Slide, convolve, input_gradient, kernel_gradient

V = np.array([[[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [0, 2, 1, 0, 0], [1, 0, 1, 2, 1]]], float)
K = np.array([[[[1, 0, -1], [2, 0, 0], [0, 1, 1]]]], float)
T = np.array([[[4, 1], [3, 2]]], float)
BY_TWO = Slide((2, 2))


def test_the_courses_example_at_stride_two() -> None:
    z = convolve(K, V, BY_TWO)
    grad = 2 * (z - T)
    assert [[[0, 6], [3, 4]]] == z.tolist()
    assert 45 == np.square(z - T).sum()
    assert [[[-8, 10], [0, 4]]] == grad.tolist()
    g = kernel_gradient(grad, V, (3, 3), BY_TWO)
    assert [[[[12, 14, -12], [14, -8, 12], [-12, 10, 14]]]] == g.tolist()
    assert [
        [[-8, 0, 18, 0, -10], [-16, 0, 20, 0, 0], [0, -8, -4, 10, 6], [0, 0, 8, 0, 0], [0, 0, 0, 4, 4]]
    ] == input_gradient(K, grad, (1, 5, 5), BY_TWO).tolist()


@pytest.mark.parametrize(("rate", "loss"), [(0.01, 33.04), (0.02, 23.73), (0.05, 11.66), (0.1, 44.44)])
def test_one_step_against_the_gradient_has_the_courses_losses(rate: float, loss: float) -> None:
    grad = 2 * (convolve(K, V, BY_TWO) - T)
    moved = K - rate * kernel_gradient(grad, V, (3, 3), BY_TWO)
    assert loss == pytest.approx(np.square(convolve(moved, V, BY_TWO) - T).sum(), abs=0.006)


def test_differences_are_those_of_the_course() -> None:
    def loss(by: float) -> float:
        moved = K.copy()
        moved[0, 0, 0, 0] += by
        return float(np.square(convolve(moved, V, BY_TWO) - T).sum())

    assert pytest.approx(12.000, abs=1e-9) == (loss(0.001) - loss(-0.001)) / 0.002
    assert pytest.approx(12.09, abs=1e-9) == (loss(0.01) - loss(0)) / 0.01


@st.composite
def slides(draw):
    """A slide and the shapes that it fits: groups, maps and slices a group, kernel, input."""
    small = st.integers(1, 3)
    groups, maps, slices = draw(st.tuples(st.integers(1, 3), small, small))
    kernel = draw(st.tuples(small, small))
    stride, dilation = draw(st.tuples(small, small)), draw(st.tuples(small, small))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    side = st.integers(7, 10)
    rows, cols = draw(st.tuples(side, side))
    sides = draw(st.tuples(*[st.integers(0, 3)] * 4))
    slide = Slide(stride, sides, dilation, mode, groups)
    return slide, (groups * maps, slices, *kernel), (groups * slices, rows, cols)


@given(slides(), st.integers(0, 10_000))
def test_value_g_and_h_equal_autograd(case, seed: int) -> None:
    slide, kernel_shape, shape = case
    rng = np.random.default_rng(seed)
    kernels, maps = rng.standard_normal(kernel_shape), rng.standard_normal(shape)
    k, v = (torch.from_numpy(array.copy()).requires_grad_() for array in (kernels, maps))
    top, bottom, left, right = slide.sides
    mode = "constant" if slide.mode == "zeros" else slide.mode
    padded = F.pad(v[None], (left, right, top, bottom), mode=mode)
    out = F.conv2d(padded, k, None, slide.stride, 0, slide.dilation, slide.groups)[0]
    grad = rng.standard_normal(out.shape)
    out.backward(torch.from_numpy(grad))
    np.testing.assert_allclose(out.detach(), convolve(kernels, maps, slide), rtol=1e-9, atol=1e-9)
    g = kernel_gradient(grad, maps, kernel_shape[2:], slide)
    np.testing.assert_allclose(k.grad, g, rtol=1e-9, atol=1e-9)
    h = input_gradient(kernels, grad, shape, slide)
    np.testing.assert_allclose(v.grad, h, rtol=1e-9, atol=1e-9)


@given(st.integers(1, 3), st.integers(0, 1), st.integers(1, 2), st.integers(0, 2), st.integers(0, 1000))
def test_h_equals_the_transposed_convolution(stride, padding, dilation, unread, seed) -> None:
    rng = np.random.default_rng(seed)
    kernels, grad = rng.standard_normal((3, 2, 3, 3)), rng.standard_normal((3, 4, 3))
    unread = min(unread, max(stride, dilation) - 1)
    wanted = F.conv_transpose2d(
        torch.from_numpy(grad)[None], torch.from_numpy(kernels), None, stride, padding, unread, 1, dilation
    )[0].numpy()
    slide = Slide((stride, stride), (padding,) * 4, (dilation, dilation))
    found = input_gradient(kernels, grad, wanted.shape, slide)
    np.testing.assert_allclose(wanted, found, rtol=1e-9, atol=1e-9)
