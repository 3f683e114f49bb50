"""What lesson 10 claims holds: how much a shift changes before and after pooling, and what pooling saves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import correlate2d
from torch import nn
from torch.nn import functional as F

from app.layers.registry import parse_stack
from tests.lessons.oracle import SOBEL, Floats, cat, moved, pooled, sobel
from tests.lessons.stacks import Last, numel, run

ROW = "grid([0,0,0.3,0.9,0.2,0,0,0.1,0,0,0.5,0.4,0,0])"
EDGES = "gray|conv(sobel_x,padding=same,mode=reflect)|relu"


def changed(first: NDArray[np.floating], second: NDArray[np.floating]) -> tuple[int, int]:
    return int((np.abs(first - second) > 1e-6).sum()), first.size


def test_pooling_invariance(lab: Last) -> None:
    def moved(pool: str) -> tuple[int, int]:
        return changed(lab(f"gray{pool}", ROW), lab(f"gray|shift(0,1){pool}", ROW))

    assert (9, 14) == moved("")
    assert (7, 14) == moved("|maxpool(3,stride=1,padding=1)")
    assert (6, 14) == moved("|maxpool(5,stride=1,padding=2)")
    assert (5, 7) == moved("|maxpool((1,2))")
    assert (3, 7) == moved("|maxpool(3,stride=2,padding=1)")
    assert [0, 0.9, 0.2, 0.1, 0, 0.5, 0] == pytest.approx(lab("gray|maxpool((1,2))", ROW).ravel().tolist())
    after = lab("gray|shift(0,1)|maxpool((1,2))", ROW).ravel().tolist()
    assert [0, 0.3, 0.9, 0, 0.1, 0.5, 0.4] == pytest.approx(after)


@pytest.mark.parametrize(
    ("pool", "size", "stride", "padding", "percent"),
    [
        ("", 1, 1, 0, 47),
        ("|maxpool(3,stride=1,padding=1)", 3, 1, 1, 43),
        ("|maxpool(5,stride=1,padding=2)", 5, 1, 2, 32),
        ("|maxpool(2)", 2, 2, 0, 47),
        ("|maxpool(8)", 8, 8, 0, 33),
    ],
)
def test_shares_of_the_cat_that_change(
    lab: Last, pool: str, size: int, stride: int, padding: int, percent: int
) -> None:
    def summed(picture: Floats) -> Floats:
        return pooled(np.maximum(sobel(picture), 0), size, stride, padding)

    after = f"gray|shift(0,1){EDGES.removeprefix('gray')}{pool}"
    expected = summed(moved(cat(), 1)) - summed(cat())
    assert np.allclose(expected, (lab(after) - lab(EDGES + pool))[0], atol=1e-5)
    unknown = np.pad(
        moved(cat(), 1, np.nan), 1, constant_values=np.nan
    )  # NaN spreads from the border inwards
    reached = correlate2d(unknown, SOBEL, "valid")
    inside = np.isfinite(pooled(np.pad(reached, padding, constant_values=np.nan), size, stride))
    assert percent == round(100 * (np.abs(expected[inside]) > 0.05).mean())


def test_stripes_alias_unless_blurred_before_skipping(lab: Last) -> None:
    stripes, pairs = f"grid([{','.join(['1,0'] * 8)}])", f"grid([{','.join(['0,0,1,1'] * 4)}])"
    assert {1.0} == set(lab("gray|conv([1],stride=2)", stripes).ravel().tolist())
    assert {0.0} == set(lab("gray|shift(0,1)|conv([1],stride=2)", stripes).ravel().tolist())
    blurred = "conv([0.25,0.5,0.25],stride=(1,2))"
    for shift in ("", "shift(0,1)|"):
        assert {0.5} == set(lab(f"gray|{shift}{blurred}", stripes).ravel()[1:].tolist())
    sharp = [lab(f"gray|{shift}maxpool((1,2))", pairs).ravel()[1:] for shift in ("", "shift(0,1)|")]
    assert 1.0 == np.abs(sharp[0] - sharp[1]).max()
    soft = [
        lab(f"gray|{shift}maxpool((1,2),stride=1)|{blurred}", pairs).ravel()[1:]
        for shift in ("", "shift(0,1)|")
    ]
    assert 0.25 == np.abs(soft[0] - soft[1]).max()


def test_pooling_over_gabors_finds_the_bar_at_each_of_their_angles(lab: Last) -> None:
    bank = ",".join(f"gabor(angle={angle})" for angle in (0, 45, 90, 135))
    first, root = {}, {}
    for angle in (0, 22.5, 45, 90):
        maps = lab(f"gray|rotate({angle})|conv({bank})|relu", "pattern(bar,size=64)")
        pooled = lab(
            f"gray|rotate({angle})|conv({bank})|relu|square|conv([1],channels=sum)|globalmax",
            "pattern(bar,size=64)",
        )
        assert np.sqrt((maps.astype(float) ** 2).sum(axis=0).max()) == pytest.approx(
            math.sqrt(pooled.item()), rel=1e-4
        )
        first[angle], root[angle] = float(maps[0].max()), math.sqrt(pooled.item())
    assert (23.1, 3.5, 0.3) == pytest.approx((first[0], first[45], first[90]), abs=0.05)
    assert (23.1, 24.1, 23.1, 10.4) == pytest.approx((root[0], root[45], root[90], root[22.5]), abs=0.05)


def test_what_pooling_saves() -> None:
    for before, weights in (
        ("", 615_050),
        ("maxpool(2)|", 153_770),
        ("adaptiveavg(4,4)|", 2570),
        ("globalavg|", 170),
    ):
        shape = (16, 62, 62)
        for layer in parse_stack(before.strip("|")).layers:
            shape = layer.output_shape(shape)
        assert weights == numel(nn.Linear(math.prod(shape), 10))


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), rows=st.integers(1, 6), cols=st.integers(1, 6))
def test_adaptive_and_l2_pooling_are_torchs(seed: int, rows: int, cols: int) -> None:
    x = np.random.default_rng(seed).random((2, 7, 9)).astype(np.float32)
    expected = F.adaptive_avg_pool2d(torch.tensor(x), (rows, cols)).numpy()
    assert np.allclose(expected, run(f"adaptiveavg({rows},{cols})", x), atol=1e-6)
    assert np.allclose(F.lp_pool2d(torch.tensor(x)[None], 2, 2)[0].numpy(), run("l2pool(2)", x), atol=1e-5)
