"""A refusal's formula is set like the formulas of layers that fit."""

from __future__ import annotations

import math

import pytest

from app.layers.registry import parse_stack
from app.web.pages.size_formula import formula_parts, typeset


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "floor((64 + 0 + 0 - 4*(31 - 1) - 1) / 1) + 1 = -56",
            "⌊(64 + 0 + 0 − 4·(31 − 1) − 1) / 1⌋ + 1 = −56",
        ),
        ("ceil((3 - 1) / 2) + 1 = 2", "⌈(3 − 1) / 2⌉ + 1 = 2"),
        ("(3 - 1)*2 - 9 + 1 = -4", "(3 − 1)·2 − 9 + 1 = −4"),
        ("rows floor((1 - 2) / 1) = 0; columns 3 -> 2", "filas: ⌊(1 − 2) / 1⌋ = 0; columnas: 3 → 2"),
        ("", ""),
    ],
)
def test_plain_characters_become_the_signs_of_the_page(written: str, expected: str) -> None:
    assert expected == typeset(written, "filas:", "columnas:")


@pytest.mark.parametrize(
    ("stack", "written"),
    [
        ("conv(box)", "⌊(20 + 2·0 − 3) / 1⌋ + 1 = 18; ⌊(30 + 2·0 − 3) / 1⌋ + 1 = 28"),
        ("conv(box,stride=2,padding=(1,1,1,0))", "⌊(20 + 2·1 − 3) / 2⌋ + 1 = 10; ⌊(30 + 1 + 0 − 3) / 2⌋ + 1 = 15"),
        ("conv(box,dilation=3)", "⌊(20 + 2·0 − 3·(3 − 1) − 1) / 1⌋ + 1 = 14; ⌊(30 + 2·0 − 3·(3 − 1) − 1) / 1⌋ + 1 = 24"),
        ("maxpool(3,ceil=true)", "⌈(20 + 2·0 − 3) / 3⌉ + 1 = 7; ⌈(30 + 2·0 − 3) / 3⌉ + 1 = 10"),
        ("deconv(box,stride=2,padding=1)", "(20 − 1)·2 − 2·1 + 1·(3 − 1) + 0 + 1 = 39; (30 − 1)·2 − 2·1 + 1·(3 − 1) + 0 + 1 = 59"),
        ("resize(8,9)", "20 → 8; 30 → 9"),
        ("relu", ""),
    ],
)  # fmt: skip
def test_a_layers_formula_is_written_with_its_numbers_and_comes_true(stack: str, written: str) -> None:
    formula = parse_stack(stack).layers[0].formula((3, 20, 30))
    assert written == "; ".join("".join(part.text for part in axis) for axis in formula_parts(formula))
    for axis in written.split("; ") if "⌊" in written or "·" in written else ():
        counted, told = axis.rsplit(" = ", 1)
        for sign, python in (
            ("−", "-"),
            ("·", "*"),
            ("⌊", "math.floor("),
            ("⌋", ")"),
            ("⌈", "math.ceil("),
            ("⌉", ")"),
        ):
            counted = counted.replace(sign, python)
        assert int(told) == eval(counted, {"math": math})  # the page's own arithmetic
