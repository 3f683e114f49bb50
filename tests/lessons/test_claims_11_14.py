"""What lessons 11 to 14 claim holds: many channels, learning, a whole network, PyTorch beside Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import convolve2d, correlate2d
from torch import nn
from torch.nn import functional as F

from app.engine.gradients.convolution import Slide, input_gradient, kernel_gradient
from app.engine.learning.descent import Setting, descend
from app.engine.network import Shelf
from app.explorer import Scene
from app.kernels.registry import make
from app.layers.registry import parse_stack
from app.store.grids import grid
from app.store.patterns import pattern

Floats = NDArray[np.float64]
MODELS = Path(__file__).parents[2] / "models"
SHELF = Shelf(MODELS)
BLOCK = ([[1, 2], [0, 1]], [[0, 1], [2, 1]], [[3, 0], [1, 1]])


def run(stack: str, maps: NDArray[np.floating]) -> NDArray[np.floating]:
    for layer in parse_stack(stack, SHELF()).layers:
        maps = layer.forward(np.asarray(maps, np.float32))
    return maps


@pytest.fixture
def lab(app: FastAPI) -> Callable[[str, str], NDArray[np.float32]]:
    """The last stage of a scene at 64 cells, as the page traces it."""

    def last(image: str, stack: str) -> NDArray[np.float32]:
        fit = "keep" if image.startswith("grid") else "crop"
        return app.state.services.explorer.trace(Scene(image, stack, 64, fit)).stages[-1].maps

    return last


def dense(maps: NDArray[np.floating]) -> torch.Tensor:
    return torch.tensor(np.asarray(maps, np.float64))[None]


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**16),
    padding=st.sampled_from(["0", "full"]),
    flip=st.sampled_from(["true", "false"]),
)
def test_many_channels_but_with_one_the_order_of_two_layers_is_free(
    seed: int, padding: str, flip: str
) -> None:
    picture = np.random.default_rng(seed).random((3, 9, 9), np.float32)
    one, other = (f"conv(random,seed={seed + n},padding={padding},flip={flip})" for n in (0, 1))
    assert np.allclose(run(f"{one}|{other}", picture), run(f"{other}|{one}", picture), atol=1e-5)


def test_many_channels(lab: Callable[..., NDArray[np.float32]]) -> None:
    rng = np.random.default_rng(3)
    picture = rng.random((3, 12, 10), np.float32)
    bank = "sobel_x,sobel_y,gaussian(size=3)"
    each, total = run(f"conv({bank})", picture), run(f"conv({bank},channels=sum)", picture)
    assert (9, 10, 8) == each.shape
    assert np.allclose(each.reshape(3, 3, 10, 8).sum(axis=0), total, atol=1e-5)
    tensor = np.stack([np.stack([make(name, **extra)] * 3) for name, extra in
                       (("sobel_x", {}), ("sobel_y", {}), ("gaussian", {"size": 3}))])  # fmt: skip
    assert np.allclose(F.conv2d(dense(picture), torch.tensor(tensor))[0].numpy(), total, atol=1e-5)
    loop = np.zeros((3, 10, 8))
    for i, j, k, l_, m, n in np.ndindex(3, 10, 8, 3, 3, 3):  # Z[i,j,k] = sum V[l, j+m, k+n] K[i,l,m,n]
        loop[i, j, k] += picture[l_, j + m, k + n] * tensor[i, l_, m, n]
    assert np.allclose(loop, total, atol=1e-5)

    by_hand = "conv(slices([1,0;0,-1],[0,2;1,0],[1,1;-1,0]),bias=0.5)"
    assert 6.5 == run(by_hand, grid(*BLOCK)).item()
    assert (112, 73_856) == tuple(
        sum(p.numel() for p in nn.Conv2d(c, m, 3).parameters()) for c, m in ((3, 4), (64, 128))
    )

    a, b = "conv(slices([1],[1]),slices([0],[1]))", "conv(slices([1],[0]),slices([1],[1]))"
    assert [2, 1] == lab("grid([1])", f"gray|conv([1],[0])|{b}|{a}").ravel().tolist()
    assert [1, 1] == lab("grid([1])", f"gray|conv([1],[0])|{a}|{b}").ravel().tolist()

    red_less_green = lab("object-coffee", "conv(slices([1],[-1],[0]))")
    assert pytest.approx((-0.01, 0.57, 0.70), abs=0.02) == (
        red_less_green.min(), red_less_green.max(), (red_less_green > 0.2).mean(),
    )  # fmt: skip


V = np.array([[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [0, 2, 1, 0, 0], [1, 0, 1, 2, 1]], float)
K = np.array([[1, 0, -1], [2, 0, 0], [0, 1, 1]], float)
T = np.array([[4, 1], [3, 2]], float)


def by_autograd(kernel: Floats, stride: int, padding: int = 0) -> tuple[Floats, Floats, Floats, float]:
    """Z, g, h and J of demonstration A, by automatic differentiation."""
    v, k = (torch.tensor(one)[None, None].requires_grad_() for one in (V, kernel))
    z = F.conv2d(v, k, stride=stride, padding=padding)
    target = torch.tensor(T) if z.shape[2:] == (2, 2) else torch.zeros(z.shape[2:])
    loss = ((z[0, 0] - target) ** 2).sum()
    loss.backward()
    assert v.grad is not None
    assert k.grad is not None
    return z[0, 0].detach().numpy(), k.grad[0, 0].numpy(), v.grad[0, 0].numpy(), loss.item()


def test_learning(lab: Callable[..., NDArray[np.float32]]) -> None:
    z, g, h, loss = by_autograd(K, 2)
    assert [[0, 6], [3, 4]] == z.tolist()
    assert 45 == loss
    grad = 2 * (z - T)
    assert [[-8, 10], [0, 4]] == grad.tolist()
    assert [[12, 14, -12], [14, -8, 12], [-12, 10, 14]] == g.tolist()
    assert [
        [-8, 0, 18, 0, -10], [-16, 0, 20, 0, 0], [0, -8, -4, 10, 6], [0, 0, 8, 0, 0], [0, 0, 0, 4, 4],
    ] == h.tolist()  # fmt: skip

    for stride in (1, 2, 3):
        for padding in (0, 1, 2):
            z, g, h, _ = by_autograd(K, stride, padding)
            grad = 2 * (z - (T if z.shape == (2, 2) else 0))
            slide = Slide(stride=(stride, stride), sides=(padding,) * 4)
            assert np.allclose(g, kernel_gradient(grad[None], V[None], (3, 3), slide)[0, 0], atol=1e-5)
            assert np.allclose(h, input_gradient(K[None, None], grad[None], (1, 5, 5), slide)[0], atol=1e-5)
            unread = (5 + 2 * padding - 3) % stride
            spread = F.conv_transpose2d(
                torch.tensor(grad)[None, None], torch.tensor(K)[None, None], stride=stride, padding=padding,
                output_padding=unread,
            )  # fmt: skip
            assert np.allclose(spread[0, 0].numpy(), h, atol=1e-9)

    def after(change: float) -> float:
        moved = K.copy()
        moved[0, 0] += change
        return by_autograd(moved, 2)[3]

    assert pytest.approx(12, rel=1e-6) == (after(1e-3) - after(-1e-3)) / 2e-3
    assert pytest.approx(12.09, abs=0.005) == (after(0.01) - after(0)) / 0.01
    gradient = by_autograd(K, 2)[1]
    found = [by_autograd(K - rate * gradient, 2)[3] for rate in (0.01, 0.02, 0.05, 0.1)]
    assert pytest.approx([33.04, 23.73, 11.66, 44.44], abs=0.005) == found


def test_learning_back_through_a_stack() -> None:
    v, k = (torch.tensor(one)[None, None].requires_grad_() for one in (V, K))
    a = F.conv2d(v, k)
    out = F.max_pool2d(F.relu(a), 3)
    loss = (out - 2).square().sum()
    loss.backward()
    assert [[0, 2, 6], [6, 4, -1], [3, 7, 4]] == a[0, 0].tolist()
    assert (7, 25) == (out.item(), loss.item())
    assert v.grad is not None
    assert k.grad is not None
    assert [[10, 0, 10], [20, 10, 0], [0, 10, 20]] == k.grad[0, 0].tolist()
    laid = np.zeros((5, 5))
    laid[2:5, 1:4] = 10 * K
    assert laid.tolist() == v.grad[0, 0].tolist()


def test_learning_a_kernel_from_a_pair(lab: Callable[..., NDArray[np.float32]]) -> None:
    sobel = np.asarray(make("sobel_x"))
    noise = pattern("noise", 64)[0].astype(float)
    after = correlate2d(noise, sobel, "valid")
    good, wild = (descend(noise, after, Setting(rate=rate), 200) for rate in (0.40, 0.45))
    assert pytest.approx(1.01, abs=0.005) == good.losses[0]
    assert pytest.approx((0.06, 0.002), abs=5e-3) == tuple(good.errors(sobel)[[50, 100]])
    assert pytest.approx(0.06, abs=0.005) == wild.errors(sobel)[50]
    assert pytest.approx((4.6, 5.8e5), rel=0.02) == tuple(wild.losses[[100, 200]])
    assert pytest.approx(0.437, abs=5e-4) == good.bound

    step = 0.1  # one step against torch's own
    weight = torch.zeros(1, 1, 3, 3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=step, momentum=0.9)
    for _ in range(12):
        optimizer.zero_grad()
        F.mse_loss(F.conv2d(torch.tensor(noise)[None, None], weight)[0, 0], torch.tensor(after)).backward()
        optimizer.step()
    ours = descend(noise, after, Setting(rate=step, momentum=0.9), 12).kernels[-1]
    assert np.allclose(weight.detach()[0, 0].numpy(), ours, atol=1e-9)

    emboss = np.asarray(make("emboss"))
    turned = descend(noise, convolve2d(noise, emboss, "valid"), Setting(), 300).kernels[-1]
    assert np.allclose(emboss[::-1, ::-1], turned, atol=1e-3)

    cat = lab("cat-chelsea", "gray")[0].astype(float)
    after = correlate2d(cat, sobel, "valid")
    plain, pushed = (
        descend(cat, after, Setting(rate=0.45, momentum=momentum), 500) for momentum in (0.0, 0.9)
    )
    assert 0.2 < plain.errors(sobel)[-1] < 0.5
    assert pushed.errors(sobel)[-1] < 0.01
    assert pytest.approx(0.51, abs=0.005) == plain.bound
    centred = descend(cat - cat.mean(), after, Setting(rate=10.6), 300)
    assert centred.errors(sobel)[-1] < 0.01
    assert plain.ratio > 20 * centred.ratio


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras on torch's tensors
def test_pytorch_keras(lab: Callable[..., NDArray[np.float32]]) -> None:
    row = "grid([1,2,3,4,5,6,7,8])"
    same = lab(row, "gray|conv([0,1,0],stride=(1,2),padding=same)").ravel()
    one_each = lab(row, "gray|conv([0,1,0],stride=(1,2),padding=(0,1))").ravel()
    assert [2, 4, 6, 8] == same.tolist()
    assert [1, 3, 5, 7] == one_each.tolist()
    kernel = torch.tensor([[[[0.0, 1.0, 0.0]]]])
    numbers = torch.arange(1.0, 9.0).reshape(1, 1, 1, 8)
    assert one_each.tolist() == F.conv2d(numbers, kernel, stride=(1, 2), padding=(0, 1)).ravel().tolist()
    with pytest.raises(RuntimeError, match="same"):
        F.conv2d(numbers, kernel, stride=(1, 2), padding="same")

    limit = 1 / np.sqrt(3 * 9)
    assert pytest.approx((0.1925, 0.1873), abs=5e-5) == (limit, np.sqrt(6 / (3 * 9 + 16 * 9)))
    first = nn.Conv2d(3, 16, 3)
    assert 0.95 * limit < first.weight.abs().max().item() <= limit
    assert first.bias is not None
    assert first.bias.abs().max().item() <= limit

    keras = pytest.importorskip("keras")
    layer = keras.layers.Conv2D(1, (1, 3), strides=(1, 2), padding="same", use_bias=False)
    layer.build((1, 1, 8, 1))
    layer.set_weights([kernel.numpy().transpose(2, 3, 1, 0)])
    found = keras.ops.convert_to_numpy(layer(numbers.numpy().transpose(0, 2, 3, 1)))
    assert np.allclose(same, found.ravel(), atol=1e-5)

    rng = np.random.default_rng(5)
    picture, bank = rng.random((1, 3, 7, 7), np.float32), rng.random((16, 3, 3, 3), np.float32)
    theirs = keras.layers.Conv2D(16, 3, use_bias=False)
    theirs.build((1, 7, 7, 3))
    drawn = keras.ops.convert_to_numpy(theirs.kernel)
    assert 0.95 * 0.1873 < abs(drawn).max() <= 0.18732
    theirs.set_weights([bank.transpose(2, 3, 1, 0)])
    answer = keras.ops.convert_to_numpy(theirs(picture.transpose(0, 2, 3, 1))).transpose(0, 3, 1, 2)
    assert np.allclose(F.conv2d(torch.tensor(picture), torch.tensor(bank)).numpy(), answer, atol=1e-5)
    back = keras.ops.convert_to_numpy(theirs.kernel).transpose(3, 2, 0, 1)
    assert np.array_equal(bank, back)
