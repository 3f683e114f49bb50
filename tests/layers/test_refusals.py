"""Layers that cannot work on their input: the code, the numbers and the nearest setting that fits."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from app.domain.shapes import Shape
from app.layers.registry import parse_stack
from tests.layers.drawn import SHELF


@pytest.mark.parametrize(
    ("text", "shape", "code", "suggestion"),
    [
        ("conv(box,size=31)", (3, 8, 8), "kernel_too_large", "conv(box,size=31,padding=12)"),
        ("conv(box,dilation=8)", (3, 8, 8), "kernel_too_large", "conv(box)"),
        ("conv(box,size=7,padding=5,mode=reflect)", (3, 4, 4), "padding_too_wide", "conv(box,size=7,padding=3,mode=reflect)"),
        ("conv(box,padding=9,mode=circular)", (3, 8, 8), "padding_too_wide", "conv(box,padding=8,mode=circular)"),
        ("conv(" + ",".join(["box"] * 64) + ")", (16, 8, 8), "too_many_maps", "conv(" + ",".join(["box"] * 64) + ",channels=sum)"),
        ("conv(slices([1],[2]))", (3, 8, 8), "slices_count", ""),
        ("upsample(32)", (3, 200, 200), "too_many_cells", "upsample(11)"),
        ("maxpool(9)", (3, 4, 6), "kernel_too_large", "maxpool((4,6))"),
        ("maxpool(3,padding=2)", (3, 8, 8), "pool_padding", "maxpool(3,padding=1)"),
        ("maxpool(2,padding=1,dilation=3)", (3, 2, 2), "window_in_padding", "maxpool(2)"),
        ("gray", (2, 8, 8), "gray_channels", ""),
        ("normalize((1,2,3),1)", (1, 8, 8), "normalize_channels", "normalize(2,1)"),
        ("flatten", (3, 128, 128), "too_many_maps", "adaptiveavg(73,73)|flatten"),
        ("dense(net.fc)", (3, 2, 2), "dense_input", "flatten|dense(net.fc)"),
        ("dense(net.fc)", (12, 2, 2), "dense_input", "globalavg|dense(net.fc)"),
        ("dense(net.fc)", (3, 8, 8), "dense_input", ""),
        ("dense(net.fc)", (192, 1, 1), "dense_length", ""),
        ("weights(net.c1)", (4, 8, 8), "weights_channels", ""),
        ("conv(box,padding=256,stride=64)", (512, 32, 32), "too_much_scratch", "conv(box,stride=64,padding=32)"),
        ("conv(box,size=31,dilation=64,padding=full,stride=64)", (512, 1, 1), "too_much_scratch", "conv(box,size=31,stride=64,padding=full)"),
        ("deconv(box,size=31,dilation=16,padding=240)", (512, 2, 2), "too_much_scratch", ""),
        ("deconv(box,padding=8)", (3, 4, 4), "nothing_left", "deconv(box)"),
        ("deconv(box,output_padding=1)", (3, 4, 4), "output_padding_too_large", "deconv(box)"),
    ],
)  # fmt: skip
def test_a_refusal_suggests_the_nearest_that_fits(
    text: str, shape: Shape, code: str, suggestion: str
) -> None:
    layer = parse_stack(text, SHELF).layers[0]
    with pytest.raises(Refusal) as caught:
        layer.shape_after(shape)
    assert (code, suggestion) == (caught.value.code, caught.value.suggestion)
    if suggestion:
        parse_stack(suggestion, SHELF).shapes(shape)


def test_a_refusal_shows_the_formula_with_its_numbers() -> None:
    with pytest.raises(Refusal) as caught:
        parse_stack("conv(box,size=5,padding=(1,0))").shapes((3, 2, 9))
    assert (
        "rows floor((2 + 1 + 1 - 1*(5 - 1) - 1) / 1) + 1 = 0; columns floor((9 + 0 + 0 - 1*(5 - 1) - 1) / 1) + 1 = 5"
        == (caught.value.formula)
    )


@pytest.mark.parametrize(
    ("text", "shape", "parameters", "multiply_adds"),
    [
        ("conv(sobel_x)", (3, 8, 8), 9, 3 * 36 * 9),
        ("conv(sobel_x,sobel_y,channels=sum,bias=1)", (3, 8, 8), 20, 2 * 3 * 36 * 9),
        ("conv(slices([1],[-1],[0]))", (3, 8, 8), 3, 3 * 64),
        ("deconv(box,stride=2)", (3, 4, 4), 9, 3 * 16 * 9),
        ("weights(net.c1)", (3, 8, 8), 4 * 27 + 4, 4 * 27 * 36),
        ("weights(net.dw)", (3, 8, 8), 27 + 3, 27 * 36),
        ("dense(net.fc)", (12, 1, 1), 65, 60),
        ("relu", (3, 8, 8), 0, 0),
        ("maxpool(2)", (3, 8, 8), 0, 0),
        ("gray", (3, 8, 8), 0, 192),
    ],
)
def test_parameters_and_multiply_adds_by_definition(
    text: str, shape: Shape, parameters: int, multiply_adds: int
) -> None:
    layer = parse_stack(text, SHELF).layers[0]
    assert (parameters, multiply_adds) == (layer.parameter_count(shape), layer.multiply_adds(shape))


@pytest.mark.parametrize("ceil", [False, True])
def test_pool_sizes_equal_torch_on_every_small_setting(ceil: bool) -> None:
    import torch

    for n in range(1, 9):
        for size in range(1, 5):
            for stride in range(1, 5):
                for padding in range(size // 2 + 1):
                    try:
                        wanted = torch.nn.functional.max_pool1d(
                            torch.zeros(1, 1, n), size, stride, padding, 1, ceil
                        ).shape[2]
                    except RuntimeError:
                        wanted = 0
                    layer = parse_stack(
                        f"maxpool({size},stride={stride},padding={padding},ceil={str(ceil).lower()})"
                    ).layers[0]
                    try:
                        found = layer.shape_after((1, n, n))[1]
                    except Refusal:
                        found = 0
                    assert wanted == found, (n, size, stride, padding, ceil)
