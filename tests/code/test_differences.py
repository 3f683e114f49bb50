"""Each difference is told where it holds, with the stack's own numbers, and has its sentence in both languages."""

from __future__ import annotations

import pytest

from app.code import differences
from app.code.differences import CODES
from app.i18n.catalogue import load_catalogue
from app.layers.registry import parse_stack
from tests.layers.drawn import SHELF

PREFIX = "code.differs_"
LINES = {
    "conv(box,stride=2,padding=same)|gelu": {"same_stride", "gelu", "each"},
    "conv([1,2],padding=same)": {"uneven"},
    "conv(box,padding=1,mode=reflect)": {"border"},
    "conv(box,stride=2,dilation=2)": {"stride_dilation"},
    "deconv(box,padding=1,channels=sum)": {"deconv_order", "deconv_padding"},
    "weights(net.c1)": {"correlation", "kernel_order", "initial"},
    "adaptiveavg(2,2)|flatten|dense(net.fc)|softmax": {"adaptive", "flatten", "dense_order", "softmax"},
    "avgpool(2,padding=(1,0,0,0),ceil=true,dilation=2)": {
        "pool_padding", "uneven", "pool_ceil", "pool_dilation", "mean_padding",
    },
    "l2pool(2)|minpool(2)|leaky_relu|noise(0.1)|standardize": {"l2pool", "minpool", "leaky_relu", "noise", "spread"},
    "gray|resize(7,7)|rotate(30)|local": {"gray", "resize", "rotate", "local"},
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_stack_meets_its_differences(line: str) -> None:
    found = {one.code for one in differences(parse_stack(line, SHELF), (3, 15, 15))}
    assert LINES[line] <= found


def test_every_difference_is_met_by_some_stack() -> None:
    assert set(CODES) == {
        one.code for line in LINES for one in differences(parse_stack(line, SHELF), (3, 15, 15))
    }


def test_every_difference_has_its_sentence_and_its_numbers() -> None:
    known = load_catalogue()
    assert {f"{PREFIX}{code}" for code in CODES} == {
        key for key in sorted(known.keys()) if key.startswith(PREFIX)
    }
    for line in LINES:
        for one in differences(parse_stack(line, SHELF), (3, 15, 15)):
            assert known.placeholders(f"{PREFIX}{one.code}") <= one.params.keys()


def test_what_does_not_meet_a_stack_is_not_told() -> None:
    assert ["layout"] == [one.code for one in differences(parse_stack("relu|~gelu|maxpool(2)"), (3, 8, 8))]


def test_same_at_a_stride_tells_the_uneven_sides_and_every_layer_that_has_it() -> None:
    stack = parse_stack("conv(box,stride=2,padding=same)|relu|conv(box,stride=2,padding=same)")
    found = {one.code: one for one in differences(stack, (3, 8, 8))}
    assert (1, 3) == found["same_stride"].layers
    assert {"top": 0, "bottom": 1, "left": 0, "right": 1} == found["same_stride"].params
