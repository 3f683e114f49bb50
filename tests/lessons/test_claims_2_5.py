"""What lessons 2 to 5 claim holds: convolution and correlation, kernels, stride and padding, receptive fields."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import convolve2d, correlate2d
from torch.nn import functional as F

from app.domain.fields import Box, pull_back, receptive_field
from app.explorer import Scene
from app.kernels.registry import make
from app.layers.registry import parse_stack
from app.store.patterns import pattern

Floats = NDArray[np.float64]
STEP = [[0, 0, 4, 4, 0, 0]] * 6


def run(stack: str, maps: NDArray[np.floating]) -> NDArray[np.floating]:
    for layer in parse_stack(stack).layers:
        maps = layer.forward(np.asarray(maps, np.float32))
    return maps


def written(matrix: Floats) -> str:
    return "[" + ";".join(",".join(repr(value) for value in row) for row in matrix.tolist()) + "]"


@pytest.fixture
def lab(app: FastAPI) -> Callable[..., NDArray[np.float32]]:
    """The last map of a scene at 64 cells, as the page traces it."""

    def last(stack: str, image: str = "cat-chelsea") -> NDArray[np.float32]:
        fit = "crop" if image == "cat-chelsea" else "keep"
        return app.state.services.explorer.trace(Scene(image, stack, 64, fit)).stages[-1].maps[0]

    return last


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**16),
    side=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    border=st.sampled_from(["full", "same", "valid"]),
)
def test_flip_is_scipys_convolution_and_its_absence_correlation(
    seed: int, side: tuple[int, int], border: str
) -> None:
    if border == "same":
        side = (side[0] | 1, side[1] | 1)
    rng = np.random.default_rng(seed)
    picture, kernel = rng.random((7, 8)), rng.standard_normal(side)
    stack = f"conv({written(kernel)},padding={border},flip="
    for flip, oracle in (("true", convolve2d), ("false", correlate2d)):
        found = run(f"{stack}{flip})", picture[None])[0]
        assert np.allclose(oracle(picture, kernel, border), found, atol=1e-5)


def test_convolution_and_correlation(lab: Callable[..., NDArray[np.float32]]) -> None:
    kernel = np.arange(1.0, 10).reshape(3, 3)
    impulse = "pattern(impulse,size=5)"
    inner = (slice(1, 4), slice(1, 4))
    turned = lab("gray|conv([1,2,3;4,5,6;7,8,9],padding=1)", impulse)
    assert kernel[::-1, ::-1].tolist() == turned[inner].tolist()
    assert (
        kernel.tolist() == lab("gray|conv([1,2,3;4,5,6;7,8,9],padding=1,flip=true)", impulse)[inner].tolist()
    )

    picture, small = "[1,2,0;0,1,3;2,0,1]", "[1,0;2,-1]"
    expected = [[1, 2, 0, 0], [2, 4, 1, 0], [2, 2, 6, -3], [4, -2, 2, -1]]
    full = "gray|conv({},padding=full,flip={})"
    assert expected == lab(full.format(small, "true"), f"grid({picture})").tolist()
    assert expected == lab(full.format(picture, "true"), f"grid({small})").tolist()
    one = lab(full.format(small, "false"), f"grid({picture})")
    other = lab(full.format(picture, "false"), f"grid({small})")
    assert [[-1, 0, 4, 0], [1, 0, 2, 0]] == [one[0].tolist(), other[0].tolist()]
    assert np.array_equal(one[::-1, ::-1], other)

    smoothed = lab("gray|conv([0.5,0.3,0.2],padding=(0,2),flip=true)", "grid([0,0,1,1,1,0,0])")
    assert np.allclose([0, 0, 0.5, 0.8, 1, 0.5, 0.2, 0, 0], smoothed[0], atol=1e-6)
    assert np.allclose(0.7, run("conv(gaussian)", np.full((1, 9, 9), 0.7)), atol=1e-6)

    maps = [lab(f"gray|conv(emboss,flip={flip})") for flip in ("true", "false")]
    assert pytest.approx(3.24, abs=0.05) == np.abs(maps[0] - maps[1]).max()
    sobel = [lab(f"gray|conv(sobel_x,flip={flip})") for flip in ("true", "false")]
    assert np.allclose(sobel[0], -sobel[1], atol=1e-6)


def test_kernels(lab: Callable[..., NDArray[np.float32]]) -> None:
    edge = "pattern(edge,size=8)"
    assert STEP == lab("gray|conv(sobel_x)", edge).tolist()
    assert not lab("gray|conv(sobel_y)", edge).any()
    ranks = {"gaussian": 1, "sobel_x": 1, "sobel_y": 1, "laplacian4": 2}
    assert ranks == {name: np.linalg.matrix_rank(np.asarray(make(name))) for name in ranks}

    noise = pattern("noise", 20)[:1]
    line = np.asarray(make("gaussian", size=5, sigma=1)).sum(axis=0)
    passes = f"conv({written(line[None])})|conv({written(line[:, None])})"
    assert np.allclose(run("conv(gaussian)", noise), run(passes, noise), atol=1e-6)

    border = "padding=same,mode=reflect"
    grey, blurred = lab("gray"), lab(f"gray|conv(gaussian,{border})")
    sharp, sobel = lab(f"gray|conv(sharpen,{border})"), lab(f"gray|conv(sobel_x,{border})")
    assert pytest.approx((0.114, 0.095, 0.222), abs=3e-3) == (grey.std(), blurred.std(), sharp.std())
    assert pytest.approx((-0.60, 1.17), abs=0.02) == (sharp.min(), sharp.max())
    assert pytest.approx((-1.78, 1.79, 0), abs=0.02) == (sobel.min(), sobel.max(), sobel.mean())

    stripes = lab("gray|conv(box)", f"grid([{';'.join(['1,0,1,0,1,0,1,0'] * 5)}])")
    assert np.allclose([[2 / 3, 1 / 3] * 3] * 3, stripes, atol=1e-6)
    assert pytest.approx(-1 / 3) == wave(np.full(3, 1 / 3), 0.5)
    assert pytest.approx(0.02, abs=0.01) == wave(line, 0.5)
    assert pytest.approx(0, abs=1e-12) == abs(np.exp(-1j * np.pi * np.arange(3)) @ [-1, 0, 1])

    bell = np.exp(-np.square(np.arange(-50.0, 51)) / 8)
    held, spreads = [], []
    for size in (5, 13):
        cut = bell[50 - size // 2 : 51 + size // 2]
        held.append((cut.sum() / bell.sum()) ** 2)
        spreads.append(np.sqrt(np.square(np.arange(size) - size // 2) @ (cut / cut.sum())))
        row = np.asarray(make("gaussian", size=size, sigma=2)).sum(axis=0)
        assert np.allclose(cut / cut.sum(), row)
    assert pytest.approx((0.63, 0.998), abs=6e-3) == tuple(held)
    assert pytest.approx((1.29, 1.99), abs=6e-3) == tuple(spreads)


def wave(kernel: Floats, cycles: float) -> float:
    """What a centred symmetric kernel multiplies a wave by."""
    places = np.arange(len(kernel)) - len(kernel) // 2
    return float((kernel * np.cos(2 * np.pi * cycles * places)).sum())


def test_stride_padding(lab: Callable[..., NDArray[np.float32]]) -> None:
    noise = pattern("noise", 20)[:1]
    for s in range(1, 5):
        for picture, off in (
            (noise, 1e-6),
            (np.floor(noise * 256), 0),
        ):  # whole numbers leave nothing to round
            full, found = run("conv(sobel_x)", picture), run(f"conv(sobel_x,stride={s})", picture)
            assert np.allclose(full[:, ::s, ::s], found, rtol=0, atol=off)
    sizes = {"stride=2": 31, "stride=4": 16, "dilation=2": 60, "padding=same": 64}
    sizes |= {"stride=2,padding=same": 32, "stride=4,padding=same": 16}
    assert sizes == {given: len(lab(f"gray|conv(sobel_x,{given})")) for given in sizes}
    read = {4 * place + m for place in range(16) for m in range(3)}
    assert 16 == 64 - len(read)
    assert 63 in set(range(64)) - read
    assert 63 == max(2 * place + m for place in range(31) for m in range(3)) + 1

    ones = "grid([1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1;1,1,1,1,1])"
    box = lab("gray|conv(box,padding=1)", ones)
    assert pytest.approx((4 / 9, 6 / 9, 1)) == (box[0, 0], box[0, 2], box[2, 2])
    assert np.allclose(1, lab("gray|conv(box,padding=1,mode=reflect)", ones))

    def spread(side: int) -> NDArray[np.floating]:
        return run(f"deconv({written(np.ones((side, side)))},stride=2)", np.ones((1, 4, 4)))[0]

    assert (9, 9) == spread(3).shape
    assert {1, 2, 4} == set(spread(3).ravel().tolist())
    assert {4} == set(spread(4)[1:-1, 1:-1][1:-1, 1:-1].ravel().tolist())

    def weights(groups: int, into: int = 128, side: int = 3) -> int:
        return torch.nn.Conv2d(64, into, side, groups=groups, bias=False).weight.numel()

    assert (73_728, 18_432) == (weights(1), weights(4))
    assert (576, 8_192) == (weights(64, 64), weights(1, side=1))
    assert 8_768 == 576 + 8_192


def test_sizes_are_torchs_over_the_whole_grid() -> None:
    for n, k, s, p, d in product((5, 8, 13), (1, 2, 3, 4), (1, 2, 3), (0, 1, 2), (1, 2)):
        maps, kernel = torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k)
        cells, name = np.zeros((1, n, n)), f"{written(np.ones((k, k)))},stride={s},padding={p},dilation={d}"
        if n + 2 * p >= d * (k - 1) + 1:
            there = F.conv2d(maps, kernel, stride=s, padding=p, dilation=d)
            assert tuple(there.shape[1:]) == run(f"conv({name})", cells).shape
        if (n - 1) * s - 2 * p + d * (k - 1) + 1 > 0:
            there = F.conv_transpose2d(maps, kernel, stride=s, padding=p, dilation=d)
            assert tuple(there.shape[1:]) == run(f"deconv({name})", cells).shape
        if 2 * p <= k and n + 2 * p >= d * (k - 1) + 1:
            for ceil in (False, True):
                there = F.max_pool2d(maps, k, s, p, d, ceil_mode=ceil)
                stack = f"maxpool({k},stride={s},padding={p},dilation={d},ceil={str(ceil).lower()})"
                assert tuple(there.shape[1:]) == run(stack, cells).shape
    wide = np.zeros((1, 75, 75))
    assert ((1, 37, 37), (1, 38, 38)) == (
        run("maxpool(2)", wide).shape,
        run("maxpool(2,ceil=true)", wide).shape,
    )


def fields(stack: str, side: int = 300) -> list[tuple[int, int, int]]:
    """Size, jump and start of the field after each layer, on a picture of this side."""
    parsed, found = parse_stack(stack), []
    shapes, windows = parsed.shapes((1, side, side)), parsed.windows((1, side, side))
    for count in range(1, len(windows) + 1):
        field = receptive_field(windows[:count], shapes[count][1:])
        found.append((field.size[0], int(field.jump[0]), field.start[0]))
    return found


def test_receptive_field() -> None:
    assert [3, 5, 7, 9, 11, 13, 15, 17, 19, 21] == [one[0] for one in fields("|".join(["conv(box)"] * 10))]
    strided = fields("|".join(["conv(box,stride=2)"] * 4))
    assert [3, 7, 15, 31] == [one[0] for one in strided]
    assert 16 == strided[-1][1]
    dilated = fields("|".join(f"conv(box,dilation={d})" for d in (1, 2, 4, 8)))
    assert (31, 1) == dilated[-1][:2]
    first = "conv(gaussian,sigma=1.2,padding=same)|conv(sobel_x,padding=same)|relu|maxpool(2)"
    assert [5, 7, 7, 8] == [one[0] for one in fields(first)]
    tiny = "conv(box)|conv(box)|maxpool(2)|conv(box)|conv(box)|maxpool(2)"
    assert [3, 5, 6, 10, 14, 16] == [one[0] for one in fields(tiny)]
    alexnet = (
        "conv(box(size=11),stride=4,padding=2)|maxpool(3,stride=2)|conv(box(size=5),padding=2)"
        "|maxpool(3,stride=2)|conv(box,padding=1)|conv(box,padding=1)|conv(box,padding=1)|maxpool(3,stride=2)"
    )
    assert 195 == fields(alexnet)[-1][0]
    blocks = ("conv(box,padding=1)|" * count + "maxpool(2)" for count in (2, 2, 3, 3, 3))
    assert (212, 32, -90) == fields("|".join(blocks))[-1]

    row = np.ones(1)
    for _ in range(10):
        row = np.convolve(row, np.ones(3))
    weight = np.sort(np.outer(row, row).ravel())[::-1]
    share = np.cumsum(weight) / weight.sum()
    assert (441, 30, 124) == (weight.size, np.argmax(share >= 0.5) + 1, np.argmax(share >= 0.95) + 1)
    assert 80_156_209 == weight[0] / weight[-1]
    assert pytest.approx(2.582, abs=5e-4) == np.sqrt(np.square(np.arange(-10, 11)) @ row / row.sum())

    sums = "conv([1,1,1;1,1,1;1,1,1],padding=1)"
    paths = run(f"{sums}|{sums}", pattern("impulse", 7)[:1])[0]
    assert np.array_equal(np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]), paths[1:6, 1:6])


@pytest.mark.parametrize(
    ("strides", "dilations", "read"),
    [((1, 1, 1), (1, 1, 1), 49), ((2, 1, 2), (1, 1, 1), None), ((1, 1, 1), (2, 2, 2), 49)],
)
def test_the_gradient_of_a_cell_fills_its_field_and_no_more(
    strides: tuple[int, ...], dilations: tuple[int, ...], read: int | None
) -> None:
    layers = list(zip(strides, dilations, strict=True))
    picture = torch.rand(1, 1, 41, 41, dtype=torch.float64, requires_grad=True)
    maps = picture
    for stride, dilation in layers:
        maps = F.conv2d(maps, torch.full((1, 1, 3, 3), 1 / 9, dtype=torch.float64), stride=stride,
                        dilation=dilation)  # fmt: skip
    middle = maps.shape[2] // 2
    maps[0, 0, middle, middle].backward()
    assert picture.grad is not None
    gradient = picture.grad[0, 0].numpy()
    rows, cols = np.nonzero(gradient)
    stack = parse_stack("|".join(f"conv(box,stride={s},dilation={d})" for s, d in layers))
    box = pull_back(stack.windows((1, 41, 41)), Box.cell(middle, middle))[0]
    assert (box.rows.first, box.rows.last) == (rows.min(), rows.max())
    assert (box.cols.first, box.cols.last) == (cols.min(), cols.max())
    if read is not None:
        assert read == np.count_nonzero(gradient)
