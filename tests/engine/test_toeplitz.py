"""The matrix of a convolution: the course's rows and counts, and products equal to torch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.engine.toeplitz import toeplitz
from app.layers.registry import parse_stack

KERNEL = "conv([1,2,0;0,1,0;3,0,-1])"
V = np.array([[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 0], [1, 0, 1, 2]], float)


def test_the_courses_matrix_and_its_transpose() -> None:
    found = toeplitz(parse_stack(KERNEL), 4, 4)
    assert [
        [1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0, 0, 0, 0, 0],
        [0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1, 0],
        [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 3, 0, -1],
    ] == found.matrix.tolist()
    assert (36, 9, 20) == (found.places, found.most, found.nonzero)
    assert [12, 8, 5, 5] == (found.matrix @ V.reshape(-1)).tolist()
    back = found.matrix.T @ np.array([1, 0, 0, 2])
    assert [[1, 2, 0, 0], [0, 3, 4, 0], [3, 0, 1, 0], [0, 6, 0, -2]] == back.reshape(4, 4).tolist()
    there_and_back = found.matrix.T @ (found.matrix @ V.reshape(-1))
    assert [12, 32, 16, 0] == there_and_back[:4].tolist()  # where 1 2 0 1 was


def test_with_circular_borders_every_place_has_a_full_window() -> None:
    assert 144 == toeplitz(parse_stack("conv(box,padding=1,mode=circular)"), 4, 4).places
    assert 100 == toeplitz(parse_stack("conv(box,padding=1)"), 4, 4).places


@given(
    st.tuples(st.integers(3, 8), st.integers(3, 8)),
    st.integers(1, 3), st.integers(0, 2), st.integers(1, 2), st.booleans(), st.integers(0, 1000),
)  # fmt: skip
def test_products_equal_convolution_and_its_transpose(size, stride, padding, dilation, flip, seed) -> None:
    size = (size[0] + 2, size[1] + 2)
    text = f"conv(random(seed={seed}),sobel_x,stride={stride},padding={padding},dilation={dilation}"
    layer = parse_stack(f"{text},bias=3{',flip=true' if flip else ''})")
    found = toeplitz(layer, *size)
    kernels = torch.from_numpy(np.array(layer.layers[0].weights(1)))
    rng = np.random.default_rng(seed)
    v = torch.from_numpy(rng.standard_normal((1, 1, *size)))
    z = F.conv2d(v, kernels, None, stride, padding, dilation)
    np.testing.assert_allclose(z.reshape(-1), found.matrix @ v.reshape(-1).numpy(), atol=1e-9)
    grad = torch.from_numpy(rng.standard_normal(z.shape))
    h = F.conv_transpose2d(grad, kernels, None, stride, 0, 0, 1, dilation)
    unread = [size[axis] + 2 * padding - h.shape[2 + axis] for axis in (0, 1)]
    h = F.pad(h, (0, unread[1], 0, unread[0]))  # cells behind the last window
    h = h[:, :, padding : padding + size[0], padding : padding + size[1]]
    np.testing.assert_allclose(h.reshape(-1), found.matrix.T @ grad.reshape(-1).numpy(), atol=1e-9)


@pytest.mark.parametrize(
    ("text", "size", "code"),
    [
        ("", (4, 4), "toeplitz_layer"),
        ("gray|conv(box)", (4, 4), "toeplitz_layer"),
        ("relu", (4, 4), "toeplitz_layer"),
        ("conv(box)", (17, 4), "toeplitz_too_large"),
        ("conv(box,sobel_x,padding=1)", (16, 16), "toeplitz_too_large"),
        ("conv(box,size=5)", (4, 4), "kernel_too_large"),
    ],
)
def test_what_gives_no_small_matrix_is_refused(text, size, code) -> None:
    with pytest.raises(UserError) as caught:
        toeplitz(parse_stack(text), *size)
    assert code == caught.value.code
