"""Words of the notation bound to layers: canonical spellings, and every wrong word with its place and mend."""

from __future__ import annotations

from typing import get_args

import pytest

from app.domain.errors import NotationError
from app.domain.notation import MAX_LAYERS
from app.i18n.catalogue import load_catalogue
from app.layers.base import Group
from app.layers.registry import kinds, parse_stack
from tests.layers.drawn import SHELF

LAYERS = ", ".join(kinds())
KERNEL_NAMES = (
    "identity, box, gaussian, motion, sharpen, unsharp, emboss, outline, sobel_x, sobel_y, scharr_x, scharr_y, "
    "prewitt_x, prewitt_y, roberts_x, roberts_y, laplacian4, laplacian8, log, dog, gabor, random"
)
OF_CONV = "stride, padding, mode, dilation, channels, bias, flip"


def test_kinds_come_by_group_and_within_it_by_name() -> None:
    order = [(get_args(Group).index(layer.group), kind) for kind, layer in kinds().items()]
    assert sorted(order) == order


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("conv(gaussian(sigma=2),stride=2)", "conv(gaussian,sigma=2,stride=2)"),
        ("conv(gaussian,stride=2,sigma=2)", "conv(gaussian,sigma=2,stride=2)"),
        ("conv(gaussian,sigma=1,size=5,stride=1,padding=0)", "conv(gaussian)"),
        ("conv(gaussian(sigma=2),sobel_x)", "conv(gaussian(sigma=2),sobel_x)"),
        ("conv(random(seed=4,size=3))", "conv(random,seed=4)"),
        ("conv(box,padding=(1,1))", "conv(box,padding=1)"),
        ("conv(box,padding=(1,2))", "conv(box,padding=(1,2))"),
        ("conv(box,padding=(1,1,2,2))", "conv(box,padding=(1,2))"),
        ("conv(box,padding=(1,0,2,2))", "conv(box,padding=(1,0,2,2))"),
        ("conv(box,padding=valid)", "conv(box)"),
        ("conv(box,padding=same,mode=reflect)", "conv(box,padding=same,mode=reflect)"),
        ("conv(box,sobel_x,bias=(2,2))", "conv(box,sobel_x,bias=2)"),
        ("conv([1.0,2e0;3,-0])", "conv([1,2;3,0])"),
        ("conv(slices([1],[-1],[0]),channels=sum)", "conv(slices([1],[-1],[0]))"),
        ("conv(slices([1],[-1],[0]))", "conv(slices([1],[-1],[0]))"),
        ("conv(box,dilation=(2,2),flip=true)", "conv(box,dilation=2,flip=true)"),
        ("deconv(box,output_padding=1,stride=2,padding=(1,0))", "deconv(box,stride=2,padding=(1,0),output_padding=1)"),
        ("maxpool(2,2)", "maxpool(2)"),
        ("maxpool(size=3,stride=2)", "maxpool(3,stride=2)"),
        ("maxpool((2,3),stride=(2,3))", "maxpool((2,3))"),
        ("avgpool(3,ceil=false,count_include_pad=false)", "avgpool(3,count_include_pad=false)"),
        ("normalize((0.485,0.456,0.406),(0.229,0.224,0.225))", "normalize((0.485,0.456,0.406),(0.229,0.224,0.225))"),
        ("normalize((0.5,0.5,0.5),std=0.5)", "normalize(0.5,0.5)"),
        ("rotate(degrees=45.0)", "rotate(45)"),
        ("resize(cols=64,rows=128)", "resize(128,64)"),
        ("shift(1,-2,circular)", "shift(1,-2,mode=circular)"),
        ("upsample(2)|upsample(factor=3)", "upsample|upsample(3)"),
        ("leaky_relu(0.01)|threshold(value=0.5)", "leaky_relu|threshold(value=0.5)"),
        (" ~ relu | abs() ", "~relu|abs"),
        ("noise(0.1,seed=0)", "noise(0.1)"),
        ("weights(net.c1,1,1)|dense(tensor=net.fc)", "weights(net.c1,padding=1)|dense(net.fc)"),
    ],
)  # fmt: skip
def test_spellings_of_one_stack_have_one_canonical_form(written: str, canonical: str) -> None:
    assert canonical == parse_stack(written, SHELF).text
    assert parse_stack(canonical, SHELF) == parse_stack(written, SHELF)
    assert canonical == parse_stack(canonical, SHELF).text


@pytest.mark.parametrize(
    ("text", "code", "position", "params"),
    [
        ("rellu", "unknown_layer", 0, {"name": "rellu", "nearest": "relu", "known": LAYERS}),
        ("relu|maxpol(2)", "unknown_layer", 5, {"name": "maxpol", "nearest": "maxpool", "known": LAYERS}),
        ("conv(gausian)", "unknown_kernel", 5, {"name": "gausian", "nearest": "gaussian", "known": KERNEL_NAMES}),
        ("conv(gaussian,sigmo=2)", "unknown_parameter", 14, {"owner": "conv", "name": "sigmo", "nearest": "sigma", "known": OF_CONV + ", size, sigma"}),
        ("conv(gaussian,sigma=2,stryde=2)", "unknown_parameter", 22, {"owner": "conv", "name": "stryde", "nearest": "stride", "known": OF_CONV + ", size, sigma"}),
        ("conv([1],sigma=2)", "unknown_parameter", 9, {"owner": "conv", "name": "sigma", "nearest": "", "known": OF_CONV}),
        ("conv(gaussian,sobel_x,size=7)", "kernel_parameter_in_bank", 22, {"name": "size", "mend": "gaussian(size=7)"}),
        ("conv(sobel_x,sobel_y,size=7)", "unknown_parameter", 21, {"owner": "conv", "name": "size", "nearest": "stride", "known": OF_CONV}),
        ("conv", "kernel_missing", 0, {"owner": "conv"}),
        ("relu|conv(stride=2)", "kernel_missing", 5, {"owner": "conv"}),
        ("conv(2)", "wrong_value", 5, {"owner": "conv", "name": "kernels", "expected": "kernels", "choices": ""}),
        ("conv(box,stride=0)", "out_of_bounds", 9, {"owner": "conv", "name": "stride", "value": 0, "low": 1, "high": 64}),
        ("conv(box,stride=1.5)", "wrong_value", 9, {"owner": "conv", "name": "stride", "expected": "pair", "choices": ""}),
        ("conv(box,stride=2,stride=2)", "parameter_twice", 18, {"owner": "conv", "name": "stride"}),
        ("conv(box,padding=some)", "wrong_value", 9, {"owner": "conv", "name": "padding", "expected": "padding", "choices": "valid, same, full"}),
        ("conv(box,padding=(1,2,3))", "wrong_value", 9, {"owner": "conv", "name": "padding", "expected": "padding", "choices": "valid, same, full"}),
        ("conv(box,mode=mirror)", "unknown_choice", 9, {"owner": "conv", "name": "mode", "choices": "zeros, reflect, replicate, circular", "nearest": ""}),
        ("conv(box,mode=reflekt)", "unknown_choice", 9, {"owner": "conv", "name": "mode", "choices": "zeros, reflect, replicate, circular", "nearest": "reflect"}),
        ("conv(box,flip=1)", "wrong_value", 9, {"owner": "conv", "name": "flip", "expected": "bool", "choices": ""}),
        ("conv(box,sobel_x,bias=(1,2,3))", "bias_count", 17, {"given": 3, "kernels": 2}),
        ("conv(box,[1,2;3,4])", "bank_parity", 9, {"kernel": "[1,2;3,4]", "rows": 2, "cols": 2, "bank_rows": 3, "bank_cols": 3}),
        ("conv(box,size=32)", "out_of_bounds", 9, {"owner": "box", "name": "size", "value": 32, "low": 1, "high": 31}),
        ("conv([" + ";".join(["1"] * 32) + "])", "matrix_too_large", 5, {"rows": 32, "cols": 1, "limit": 31}),
        ("conv(" + ",".join(["box"] * 65) + ")", "too_many_kernels", 5 + 4 * 64, {"limit": 64}),
        ("conv(slices(1))", "slices_need_matrices", 5, {}),
        ("conv(slices([1],[1,2]))", "slices_differ", 5, {}),
        ("relu(1)", "too_many_arguments", 5, {"owner": "relu", "limit": 0}),
        ("relu(x=1)", "unknown_parameter", 5, {"owner": "relu", "name": "x", "nearest": "", "known": "-"}),
        ("maxpool", "parameter_missing", 0, {"owner": "maxpool", "name": "size"}),
        ("relu|resize(3)", "parameter_missing", 5, {"owner": "resize", "name": "cols"}),
        ("maxpool(2,padding=same)", "wrong_value", 10, {"owner": "maxpool", "name": "padding", "expected": "pool_padding", "choices": ""}),
        ("threshold(high)", "wrong_value", 10, {"owner": "threshold", "name": "value", "expected": "float", "choices": ""}),
        ("upsample(1.5)", "wrong_value", 9, {"owner": "upsample", "name": "factor", "expected": "int", "choices": ""}),
        ("normalize(0,0)", "out_of_bounds", 12, {"owner": "normalize", "name": "std", "value": 0.0, "low": 0.001, "high": 1000}),
        ("shift(1,1,mode=reflect)", "unknown_choice", 10, {"owner": "shift", "name": "mode", "choices": "zeros, circular", "nearest": ""}),
        ("weights(net.evem)", "unknown_tensor", 8, {"name": "net.evem", "nearest": "net.even", "known": "net.c1, net.dw, net.even, net.fc"}),
        ("weights(net.fc)", "tensor_axes", 8, {"owner": "weights", "name": "net.fc", "axes": 2, "needed": 4}),
        ("dense(net.c1)", "tensor_axes", 6, {"owner": "dense", "name": "net.c1", "axes": 4, "needed": 2}),
        ("weights(3)", "wrong_value", 8, {"owner": "weights", "name": "tensor", "expected": "tensor", "choices": ""}),
        ("dense", "parameter_missing", 0, {"owner": "dense", "name": "tensor"}),
        ("dense(net.fc,2)", "too_many_arguments", 13, {"owner": "dense", "limit": 1}),
        ("weights(net.c1,padding=999)", "out_of_bounds", 15, {"owner": "weights", "name": "padding", "value": 999, "low": 0, "high": 256}),
        ("a:relu", "notation_reserved", 0, {"word": "a:"}),
        ("conv(slices(" + "[1]," * 2 + "[" + ",".join(["1"] * 32) + "]))", "matrix_too_large", 5, {"rows": 1, "cols": 32, "limit": 31}),
        ("conv(slices([1],2))", "slices_need_matrices", 5, {}),
        ("conv(slices([1;2],[1]))", "slices_differ", 5, {}),
        ("conv([1,2;3,4],[1,2,3])", "bank_parity", 5, {"kernel": "[1,2;3,4]", "rows": 2, "cols": 2, "bank_rows": 2, "bank_cols": 3}),
        ("deconv(box,gaussian(sigma=0))", "out_of_bounds", 20, {"owner": "gaussian", "name": "sigma", "value": 0.0, "low": 0.1, "high": 20}),
        ("relu|add(a)", "notation_reserved", 5, {"word": "add()"}),
        ("relu|concat(a)", "notation_reserved", 5, {"word": "concat()"}),
        ("|".join(["relu"] * (MAX_LAYERS + 1)), "notation_too_many_layers", 5 * MAX_LAYERS, {"limit": 64}),
    ],
)  # fmt: skip
def test_a_wrong_word_is_named_with_its_place_and_mend(
    text: str, code: str, position: int, params: dict[str, object]
) -> None:
    with pytest.raises(NotationError) as caught:
        parse_stack(text, SHELF)
    fault = caught.value
    assert (code, position) == (fault.code, fault.position)
    assert params == fault.params
    for language in ("en", "es"):
        assert load_catalogue().text(f"errors.{code}", language, **fault.params)
    if isinstance(expected := fault.params.get("expected"), str):
        assert f"notation_expected.{expected}" in load_catalogue()


def test_without_a_network_every_tensor_is_unknown() -> None:
    with pytest.raises(NotationError) as caught:
        parse_stack("weights(catdog.c1)")
    assert ("unknown_tensor", 8, "-") == (
        caught.value.code,
        caught.value.position,
        caught.value.params["known"],
    )


def test_a_switched_off_layer_passes_everything_on() -> None:
    off = parse_stack("~maxpool(2)|~conv(sobel_x)")
    assert [(3, 8, 8)] * 3 == off.shapes((3, 8, 8))
    assert all(layer.off for layer in off.layers)
