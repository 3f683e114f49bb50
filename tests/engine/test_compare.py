"""Comparisons of two stages: equivariance inside of the borders for any kernel, and the course's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.engine.cells import Place, boxes
from app.engine.compare import compare, untouched
from app.engine.trace import run
from app.layers.registry import parse_stack

MODES = ["zeros", "reflect", "replicate", "circular"]


def traced(text: str, maps: np.ndarray, size: int = 64):
    return run(Loose(maps), parse_stack(text), size, "keep", Forgetful())


class Forgetful:
    """Keeps nothing."""

    def get_or_make(self, key, make):
        return make()


class Loose:
    """A picture of numbers."""

    def __init__(self, maps: np.ndarray) -> None:
        self.key, self.shape, self._maps = "loose", maps.shape[1:], maps

    def pixels(self) -> np.ndarray:
        return self._maps


def noise(seed: int, rows: int = 20, cols: int = 23) -> np.ndarray:
    return np.random.default_rng(seed).random((3, rows, cols)).astype(np.float32)


@given(st.integers(0, 500), st.integers(-4, 4), st.integers(-4, 4), st.sampled_from(MODES), st.integers(1, 3))
def test_inside_of_the_borders_shift_and_convolution_change_places(seed, rows, cols, mode, stride) -> None:
    conv = f"conv(random(seed={seed}),padding=1,mode={mode},stride={stride})"
    x = noise(seed)
    first = traced(f"gray|shift({rows * stride},{cols * stride})|{conv}", x)
    second = traced(f"gray|{conv}|shift({rows},{cols})", x)
    found = compare(first, second, 3, 3)
    assert 0 == found.inner.differing
    assert found.inner.cells == int(found.inside.sum())


@given(st.integers(0, 100))
def test_a_quarter_turn_commutes_when_the_kernel_is_turned_too(seed: int) -> None:
    kernel = np.random.default_rng(seed).integers(-3, 4, (3, 3))
    turned = np.rot90(kernel)
    texts = ["conv([" + ";".join(",".join(map(str, row)) for row in k) + "])" for k in (turned, kernel)]
    x = noise(seed)
    found = compare(traced(f"gray|rotate(90)|{texts[0]}", x), traced(f"gray|{texts[1]}|rotate(90)", x), 3, 3)
    assert 0 == found.whole.differing


@pytest.mark.parametrize(
    "text",
    ["gray|shift(2,-3)|conv(box,padding=1)", "conv(box,padding=same,stride=2)|maxpool(2)", "resize(30,30)|conv(box)",
     "deconv(box,stride=2)|conv(box,padding=1,mode=circular)", "shift(1,0)|globalavg", "rotate(90)|shift(0,2)"],
)  # fmt: skip
def test_untouched_cells_are_those_whose_boxes_are_clipped_nowhere(text: str) -> None:
    trace = traced(text, noise(1, 18, 16))
    stage = len(trace.stack.layers)
    wanted = [
        [not any(box.clipped for box in boxes(trace, Place(stage, 0, row, col))) for col in range(cols)]
        for rows, cols in [trace.stages[stage].shape[1:]]
        for row in range(rows)
    ]
    assert wanted == untouched(trace, stage).tolist()


def test_what_a_turn_brings_in_from_outside_is_touched() -> None:
    inner = untouched(traced("rotate(45)", noise(1, 16, 16)), 1)
    assert (False, True) == (inner[0, 0], inner[8, 8])


def test_shapes_and_places_have_to_fit() -> None:
    x = noise(0)
    for ask, code in (
        (lambda: compare(traced("gray", x), traced("conv(box)", x), 1, 1), "compare_shapes"),
        (lambda: compare(traced("gray", x), traced("gray", x), 1, 1, 3), "no_such_cell"),
        (lambda: compare(traced("gray", x), traced("gray", x), 1, 5), "no_such_stage"),
    ):
        with pytest.raises(UserError) as caught:
            ask()
        assert code == caught.value.code
