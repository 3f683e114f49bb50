"""What lessons 8 and 9 claim holds: equivariance, and the three stages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d
from torch.nn import functional as F

from app.explorer.comparison import Compared
from tests.lessons.oracle import SOBEL, Floats, cat, moved, pooled, sobel
from tests.lessons.stacks import Last, run, written


def test_equivariance(both: Callable[..., Compared]) -> None:
    photo = cat()
    found = both(
        "gray|shift(0,5)|conv(sobel_x,padding=same)", "gray|conv(sobel_x,padding=same)|shift(0,5)"
    ).found
    expected = zeros_around(moved(photo, 5)) - moved(zeros_around(photo), 5)
    assert np.allclose(expected, found.difference[0], atol=1e-5)
    assert (128, 4096) == (found.whole.differing, found.whole.cells)
    assert [4, 63] == np.unique(np.nonzero(np.abs(expected) > found.tolerance)[1]).tolist()
    assert 2.73 == round(np.abs(expected).max(), 2)
    assert (0, 0.0) == (found.inner.differing, found.inner.max)
    around = "conv(sobel_x,padding=same,mode=circular)"
    circular = both(f"gray|shift(0,5,mode=circular)|{around}", f"gray|{around}|shift(0,5,mode=circular)")
    assert 0 == circular.found.whole.differing


def test_turning_and_scaling_do_not_change_places_with_a_kernel(both: Callable[..., Compared]) -> None:
    photo = cat()
    turned = both("gray|rotate(90)|conv(sobel_x)", "gray|conv(sobel_x)|rotate(90)").found
    plain = sobel(photo)[1:-1, 1:-1]
    expected = sobel(np.rot90(photo))[1:-1, 1:-1] - np.rot90(plain)
    assert np.allclose(expected, turned.difference[0], atol=1e-5)
    assert (0.36, 0.26) == (round(np.abs(expected).mean(), 2), round(np.abs(plain).mean(), 2))
    for kernel in ("gaussian", "laplacian4"):
        alike = both(f"gray|rotate(90)|conv({kernel})", f"gray|conv({kernel})|rotate(90)")
        assert 0 == alike.found.whole.differing
    border = "padding=same,mode=reflect"
    scaled = both(
        f"gray|resize(32,32)|conv(sobel_x,{border})", f"gray|conv(sobel_x,{border})|resize(32,32)"
    ).found
    small, after = sobel(halved(photo)), halved(sobel(photo))
    assert np.allclose(small - after, scaled.difference[0], atol=1e-5)
    assert (0.14, 0.21) == (round(np.abs(small - after).mean(), 2), round(np.abs(after).mean(), 2))


def zeros_around(picture: Floats) -> Floats:
    return correlate2d(picture, SOBEL, "same")


def halved(picture: Floats) -> Floats:
    return picture.reshape(32, 2, 32, 2).mean(axis=(1, 3))


def test_a_stride_follows_only_its_multiples(both: Callable[..., Compared]) -> None:
    def strided(picture: Floats) -> Floats:
        return sobel(picture)[1:-1:2, 1:-1:2]

    photo = cat()
    even = both("gray|shift(0,2)|conv(sobel_x,stride=2)", "gray|conv(sobel_x,stride=2)|shift(0,1)").found
    assert (0, 930) == (even.inner.differing, even.inner.cells)
    assert np.allclose(strided(moved(photo, 2))[:, 1:], strided(photo)[:, :-1], atol=1e-12)
    old, new = strided(photo), strided(moved(photo, 1))
    expected = {
        by: np.abs(new[:, max(by, 1) :] - np.roll(old, by, axis=1)[:, max(by, 1) :]).mean() for by in range(3)
    }
    for by, mean in expected.items():
        odd = both(
            "gray|shift(0,1)|conv(sobel_x,stride=2)", f"gray|conv(sobel_x,stride=2)|shift(0,{by})"
        ).found
        assert mean == pytest.approx(odd.inner.mean, abs=1e-5)
    assert (0.24, 0.25, 0.26) == tuple(
        round(one, 2) for one in (expected[0], expected[1], np.abs(old).mean())
    )
    assert expected[0] == min(expected.values())


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**16),
    by=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)
def test_shift_and_convolution_change_places_away_from_the_border(
    seed: int, by: tuple[int, int], mode: str
) -> None:
    rng = np.random.default_rng(seed)
    kernel, picture = rng.standard_normal((3, 3)), rng.random((1, 12, 13))
    conv, shift = f"conv({written(kernel)},padding=1,mode={mode})", f"shift({by[0]},{by[1]})"
    first, second = run(f"{shift}|{conv}", picture)[0], run(f"{conv}|{shift}", picture)[0]
    down, right = (
        slice(max(one, 0) + 1, side + min(one, 0) - 1) for one, side in zip(by, (12, 13), strict=True)
    )
    assert np.allclose(first[down, right], second[down, right], rtol=0, atol=1e-5)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**16), quarters=st.integers(1, 3))
def test_a_quarter_turn_commutes_when_the_kernel_turns_too(seed: int, quarters: int) -> None:
    rng = np.random.default_rng(seed)
    kernel, picture = rng.standard_normal((3, 3)), rng.random((1, 9, 8))
    turned = run(f"rotate({90 * quarters})|conv({written(np.rot90(kernel, quarters))})", picture)[0]
    after = run(f"conv({written(kernel)})|rotate({90 * quarters})", picture)[0]
    assert np.allclose(np.rot90(run(f"conv({written(kernel)})", picture)[0], quarters), after, atol=1e-6)
    assert np.allclose(after, turned, atol=1e-5)
    plain = run(f"rotate({90 * quarters})|conv({written(kernel)})", picture)[0]
    assert not np.allclose(after, plain, atol=1e-2)


def test_three_stages(lab: Last) -> None:
    conv = "gray|conv(sobel_x,padding=same,mode=reflect)"
    photo = cat()
    measured = sobel(photo)
    detected = np.maximum(measured, 0)
    summed = pooled(detected, 2, 2)
    for expected, more in ((measured, ""), (detected, "|relu"), (summed, "|relu|maxpool(2)")):
        assert np.allclose(expected, lab(conv + more)[0], atol=1e-5)
    assert (-1.78, 1.79) == (round(measured.min(), 2), round(measured.max(), 2))
    assert (0.53, 0.31) == (round((detected == 0).mean(), 2), round((summed == 0).mean(), 2))
    assert (0.124, 0.220) == (round(detected.mean(), 3), round(summed.mean(), 3))
    assert np.array_equal(lab(f"{conv}|maxpool(2)|relu"), lab(f"{conv}|relu|maxpool(2)"))
    means = np.maximum(halved(measured), 0) - halved(detected)
    assert np.allclose(means, (lab(f"{conv}|avgpool(2)|relu") - lab(f"{conv}|relu|avgpool(2)"))[0], atol=1e-5)
    assert 0.32 == round(np.abs(means).max(), 2)

    bell = np.exp(-np.array([1, 0, 1]) / 2)
    kernel = convolve2d(np.outer(bell, bell) / bell.sum() ** 2, SOBEL)
    assert [-0.0751, -0.1238, 0, 0.1238, 0.0751] == pytest.approx(kernel[0].tolist(), abs=5e-5)
    assert np.allclose(
        lab(f"gray|conv({written(kernel)})"), lab("gray|conv(gaussian,size=3)|conv(sobel_x)"), atol=1e-5
    )
    inner = measured[1:-1, 1:-1]
    between = (sobel(np.maximum(inner, 0)) - sobel(inner))[1:-1, 1:-1]
    found = lab("gray|conv(sobel_x)|relu|conv(sobel_x)") - lab("gray|conv(sobel_x)|conv(sobel_x)")
    assert np.allclose(between, found[0], atol=1e-5)
    assert 0.71 == round(np.abs(between).mean(), 2)
    assert (21, 90, 441) == (1 + 10 * 2, 10 * 9, 21 * 21)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**16), sides=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_two_kernels_are_one_without_a_detector(seed: int, sides: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    one, two = (rng.standard_normal((side, side)) for side in sides)
    picture = rng.random((1, 10, 11))
    expected = run(f"conv({written(convolve2d(one, two))})", picture)
    assert np.allclose(expected, run(f"conv({written(one)})|conv({written(two)})", picture), atol=1e-4)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), bias=st.floats(-1, 1, width=32))
def test_activations_are_torchs_and_maximum_keeps_their_order(seed: int, bias: float) -> None:
    x = (np.random.default_rng(seed).standard_normal((2, 6, 8)) + bias).astype(np.float32)
    for name in ("relu", "tanh", "sigmoid", "elu", "silu", "softplus", "leaky_relu"):
        call = getattr(F, name, None) or getattr(torch, name)
        assert np.allclose(call(torch.tensor(x)).numpy(), run(name, x), atol=1e-6), name
    assert np.array_equal(run("relu|maxpool(2)", x), run("maxpool(2)|relu", x))
