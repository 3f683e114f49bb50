"""Layers that cannot work on their input: the code, the numbers and the nearest setting that fits."""

from __future__ import annotations

import pytest

from app.domain.errors import Refusal
from app.domain.shapes import Shape
from app.layers.registry import parse_stack
from tests.layers.drawn import SHELF


@pytest.mark.parametrize(
    ("text", "shape", "code", "params", "suggestion"),
    [
        ("conv(box,size=31)", (3, 8, 8), "kernel_too_large", {"kernel": 31, "cells": 8, "padding": 0, "padded": 8, "axis": "rows"}, "conv(box,size=31,padding=12)"),
        ("conv(box,size=9,padding=(1,2,1,0))", (3, 9, 7), "kernel_too_large", {"kernel": 9, "cells": 7, "padding": 1, "padded": 8, "axis": "cols"}, "conv(box,size=9,padding=(0,1))"),
        ("conv(box,dilation=8)", (3, 8, 8), "kernel_too_large", {"kernel": 17, "cells": 8, "padding": 0, "padded": 8, "axis": "rows"}, "conv(box)"),
        ("conv(box,size=7,padding=5,mode=reflect)", (3, 4, 4), "padding_too_wide", {"padding": 5, "mode": "reflect", "cells": 4, "limit": 3, "axis": "rows"}, "conv(box,size=7,padding=3,mode=reflect)"),
        ("conv(box,padding=(1,9),mode=circular)", (3, 9, 8), "padding_too_wide", {"padding": 9, "mode": "circular", "cells": 8, "limit": 8, "axis": "cols"}, "conv(box,padding=(1,8),mode=circular)"),
        ("conv(" + ",".join(["box"] * 64) + ")", (16, 8, 8), "too_many_maps", {"maps": 64 * 16, "limit": 512}, "conv(" + ",".join(["box"] * 64) + ",channels=sum)"),
        ("conv(slices([1],[2]))", (3, 8, 8), "slices_count", {"slices": 2, "channels": 3}, ""),
        ("upsample(32)", (3, 200, 200), "too_many_cells", {"cells": 3 * 6400 * 6400, "limit": 16_000_000}, "upsample(11)"),
        ("maxpool(9)", (3, 4, 6), "kernel_too_large", {"kernel": 9, "cells": 4, "padding": 0, "padded": 4, "axis": "rows"}, "maxpool((4,6))"),
        ("maxpool(3,padding=2)", (3, 8, 8), "pool_padding", {"padding": 2, "limit": 1, "window": 3, "axis": "rows"}, "maxpool(3,padding=1)"),
        ("maxpool((2,5),padding=(1,1,0,3))", (3, 8, 8), "pool_padding", {"padding": 3, "limit": 2, "window": 5, "axis": "cols"}, "maxpool((2,5),padding=(1,1,0,2))"),
        ("maxpool(2,padding=1,dilation=3)", (3, 2, 2), "window_in_padding", {"axis": "rows"}, "maxpool(2)"),
        ("maxpool((1,2),padding=(0,1),dilation=3)", (3, 2, 2), "window_in_padding", {"axis": "cols"}, "maxpool((1,2))"),
        ("gray", (2, 8, 8), "gray_channels", {"channels": 2}, ""),
        ("normalize((1,2,3),1)", (1, 8, 8), "normalize_channels", {"name": "mean", "numbers": 3, "channels": 1}, "normalize(2,1)"),
        ("normalize(1,(1,3))", (3, 8, 8), "normalize_channels", {"name": "std", "numbers": 2, "channels": 3}, "normalize(1,2)"),
        ("flatten", (3, 128, 128), "too_many_maps", {"maps": 3 * 128 * 128, "limit": 16_384}, "adaptiveavg(73,73)|flatten"),
        ("flatten", (3, 2000, 9), "too_many_maps", {"maps": 3 * 2000 * 9, "limit": 16_384}, "adaptiveavg(9,9)|flatten"),
        ("flatten", (3, 9, 2000), "too_many_maps", {"maps": 3 * 2000 * 9, "limit": 16_384}, "adaptiveavg(9,9)|flatten"),
        ("dense(net.fc)", (3, 2, 2), "dense_input", {"name": "net.fc", "needed": 12, "channels": 3, "rows": 2, "cols": 2}, "flatten|dense(net.fc)"),
        ("dense(net.fc)", (12, 2, 3), "dense_input", {"name": "net.fc", "needed": 12, "channels": 12, "rows": 2, "cols": 3}, "globalavg|dense(net.fc)"),
        ("dense(net.fc)", (3, 8, 8), "dense_input", {"name": "net.fc", "needed": 12, "channels": 3, "rows": 8, "cols": 8}, ""),
        ("dense(net.fc)", (192, 1, 1), "dense_length", {"name": "net.fc", "needed": 12, "found": 192}, ""),
        ("weights(net.c1)", (4, 8, 8), "weights_channels", {"name": "net.c1", "needed": 3, "channels": 4}, ""),
        ("conv(box,padding=256,stride=64)", (512, 32, 32), "too_much_scratch", {"numbers": 512 * 544**2 + 2 * 9, "limit": 32_000_000}, "conv(box,stride=64,padding=32)"),
        ("conv(box,size=31,dilation=64,padding=full,stride=64)", (512, 1, 1), "too_much_scratch", {"numbers": 512 * 3841**2 + 2 * 31**2, "limit": 32_000_000}, "conv(box,size=31,stride=64,padding=full)"),
        ("deconv(box,size=31,dilation=16,padding=240)", (512, 2, 2), "too_much_scratch", {"numbers": 512 * 482**2 + 2 * 31**2, "limit": 32_000_000}, ""),
        ("deconv(box,padding=8)", (3, 4, 4), "nothing_left", {"padding": 8, "cells": 4, "axis": "rows"}, "deconv(box)"),
        ("deconv(box,padding=(0,8))", (3, 4, 5), "nothing_left", {"padding": 8, "cells": 5, "axis": "cols"}, "deconv(box)"),
        ("deconv(box,output_padding=1)", (3, 4, 4), "output_padding_too_large", {"given": 1, "limit": 0, "axis": "rows"}, "deconv(box)"),
        ("deconv(box,stride=2,output_padding=(1,2))", (3, 4, 4), "output_padding_too_large", {"given": 2, "limit": 1, "axis": "cols"}, "deconv(box,stride=2)"),
    ],
)  # fmt: skip
def test_a_refusal_tells_its_numbers_and_suggests_the_nearest_that_fits(
    text: str, shape: Shape, code: str, params: dict[str, object], suggestion: str
) -> None:
    layer = parse_stack(text, SHELF).layers[0]
    with pytest.raises(Refusal) as caught:
        layer.shape_after(shape)
    assert (code, params, suggestion) == (caught.value.code, caught.value.params, caught.value.suggestion)
    if suggestion:
        parse_stack(suggestion, SHELF).shapes(shape)


@pytest.mark.parametrize(
    ("text", "shape", "formula"),
    [
        ("conv(box,size=9,padding=(1,2,1,0))", (3, 9, 7), "rows floor((9 + 1 + 2 - 1*(9 - 1) - 1) / 1) + 1 = 4; columns floor((7 + 1 + 0 - 1*(9 - 1) - 1) / 1) + 1 = 0"),
        ("conv(box,padding=9,stride=2,mode=circular)", (3, 8, 8), "floor((8 + 9 + 9 - 1*(3 - 1) - 1) / 2) + 1 = 12"),
        ("maxpool(3,padding=2,ceil=true)", (3, 8, 8), "ceil((8 + 2 + 2 - 1*(3 - 1) - 1) / 3) + 1 = 4"),
        ("maxpool(2,padding=1,dilation=3)", (3, 2, 2), "floor((2 + 1 + 1 - 3*(2 - 1) - 1) / 2) + 1 = 1"),
        ("deconv(box,padding=8,stride=3,dilation=2)", (3, 4, 4), "(4 - 1)*3 - 8 - 8 + 2*(3 - 1) + 0 + 1 = -2"),
        ("local(size=9)", (3, 4, 8), "rows floor((4 + 0 + 0 - 1*(9 - 1) - 1) / 1) + 1 = -4; columns floor((8 + 0 + 0 - 1*(9 - 1) - 1) / 1) + 1 = 0"),
        ("local(maps=64,size=9,stride=2)", (3, 64, 63), "rows floor((64 + 0 + 0 - 1*(9 - 1) - 1) / 2) + 1 = 28; columns floor((63 + 0 + 0 - 1*(9 - 1) - 1) / 2) + 1 = 28"),
        ("gray", (2, 8, 8), ""),
    ],
)  # fmt: skip
def test_a_refusal_by_geometry_carries_its_formula(text: str, shape: Shape, formula: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_stack(text).layers[0].shape_after(shape)
    assert formula == caught.value.formula


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
        ("l2pool((2,3))", (3, 8, 9), 0, 3 * 4 * 3 * 6),
        ("avgpool((2,3),stride=1)", (3, 8, 9), 0, 0),
        ("normalize(1,2)", (3, 8, 9), 0, 3 * 8 * 9),
        ("globalavg", (3, 8, 9), 0, 0),
        ("~conv(sobel_x)", (3, 8, 8), 0, 0),
        ("conv(box(size=5),[1],bias=(0,2))", (3, 8, 9), 2 * 25 + 2, 2 * 3 * 4 * 5 * 25),
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
