"""Windows by themselves: taps, what lies behind a span of cells and before one, and the cells that padding copies."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fields import Box, Cells, Plane, Turned, receptive_field
from app.domain.windows import (
    EMPTY,
    AxisWindow,
    Bilinear,
    Shares,
    Sliding,
    Span,
    Transposed,
    describe,
    padded_source,
    sources,
    whole,
)

NUMPYS = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
WINDOWS = st.one_of(
    st.builds(
        lambda n, size, stride, dilation, before: Sliding(
            n, max(1, (n + 2 * before - dilation * (size - 1) - 1) // max(stride, 1) + 1), size, stride, dilation, before
        ),
        st.integers(1, 9), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), st.integers(-2, 3),
    ),
    st.builds(
        lambda n, size, stride, dilation, before: Transposed(
            n, max(1, (n - 1) * stride - 2 * before + dilation * (size - 1) + 1), size, stride, dilation, before
        ),
        st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 2),
    ),
    st.builds(Shares, st.integers(1, 9), st.integers(1, 12)),
    st.builds(lambda n, more: Bilinear(n, n + more), st.integers(1, 6), st.integers(1, 9)),
)  # fmt: skip


@given(WINDOWS)
def test_a_span_reads_from_its_first_to_its_last_tap_and_feeds_what_reads_it(window: AxisWindow) -> None:
    for first in range(window.outputs):
        for last in range(first, window.outputs):
            taps = [tap for output in range(first, last + 1) for tap in window.taps(output)]
            pulled = window.pull(Span(first, last))
            if taps:
                assert pulled.first <= min(taps)
                assert pulled.last >= max(taps)
            if not isinstance(window, Transposed):
                assert Span(min(taps), max(taps)) == pulled
    for cell in range(window.inputs):
        fed = [output for output in range(window.outputs) if _reads(window, output, cell)]
        pushed = window.push(Span(cell, cell))
        assert list(range(pushed.first, pushed.last + 1)) == fed


def _reads(window: AxisWindow, output: int, cell: int) -> bool:
    """By the nominal interval, which has no holes."""
    pulled = window.pull(Span(output, output))
    return pulled.first <= cell <= pulled.last


@pytest.mark.parametrize(
    "window", [Sliding(5, 3, 3), Sliding(5, 5, 5, 0), Transposed(5, 9, 3, 2), Shares(5, 2), Bilinear(3, 7)]
)
def test_nothing_leads_to_nothing(window: AxisWindow) -> None:
    assert 0 == window.pull(EMPTY).size == window.push(EMPTY).size
    assert 0 == EMPTY.size
    assert () == sources(window, [])


def test_a_window_that_stays_feeds_all_or_nothing() -> None:
    window = Sliding(9, 4, size=3, stride=0, dilation=2, before=-2)  # reads 2, 4 and 6
    assert (2, 4, 6) == window.taps(0) == window.taps(3)
    for cell, fed in ((1, EMPTY), (2, Span(0, 3)), (6, Span(0, 3)), (7, EMPTY)):
        assert fed == window.push(Span(cell, cell))
    assert Span(0, 3) == window.push(Span(0, 2)) == window.push(Span(6, 8))
    assert (Fraction(0), Span(2, 6)) == (window.jump, window.pull(Span(0, 3)))
    assert Sliding(6, 6, 6, 0) == whole(6)


@pytest.mark.parametrize("mode", ["zeros", *NUMPYS])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_padding_copies_the_cells_that_numpy_copies(mode: str, length: int) -> None:
    wide = length - 1 if mode == "reflect" else length
    found = [padded_source(index, length, mode) for index in range(-wide, length + wide)]
    if mode == "zeros":
        assert [None] * wide + list(range(length)) + [None] * wide == found
    else:
        assert np.pad(np.arange(length), wide, mode=NUMPYS[mode]).tolist() == found


def test_a_mirror_shows_nothing_beyond_its_far_end() -> None:
    assert [None, 2, 1] == [padded_source(index, 3, "reflect") for index in (-3, -2, -1)]
    assert [1, 0, None] == [padded_source(index, 3, "reflect") for index in (3, 4, 5)]


@pytest.mark.parametrize("window", [Transposed(4, 9, 3, 2), Shares(4, 2), Bilinear(4, 9)])
def test_other_windows_have_zeros_outside(window: AxisWindow) -> None:
    assert [None, 0, 3, None] == [window.source(index) for index in (-1, 0, 3, 4)]


@pytest.mark.parametrize(
    ("window", "told"),
    [
        (Sliding(8, 3, 4, 2, 1, 1, "reflect"), {"type": "sliding", "inputs": 8, "outputs": 3, "size": 4, "stride": 2, "dilation": 1, "before": 1, "mode": "reflect"}),
        (Transposed(4, 9, 3, 2), {"type": "transposed", "inputs": 4, "outputs": 9, "size": 3, "stride": 2, "dilation": 1, "before": 0}),
        (Shares(4, 2), {"type": "shares", "inputs": 4, "outputs": 2}),
        (Bilinear(4, 9), {"type": "bilinear", "inputs": 4, "outputs": 9}),
    ],
)  # fmt: skip
def test_a_window_is_told_as_plain_data(window: AxisWindow, told: dict[str, object]) -> None:
    assert told == describe(window)


@pytest.mark.parametrize(
    ("window", "jump"),
    [(Sliding(8, 3, 4, 2), 2), (Transposed(4, 9, 3, 2), Fraction(1, 2)), (Shares(9, 6), Fraction(3, 2)), (Bilinear(4, 6), Fraction(2, 3))],
)  # fmt: skip
def test_a_field_moves_by_the_windows_jump(window: AxisWindow, jump: Fraction) -> None:
    assert jump == window.jump
    assert (jump, 1) == Plane(window, Sliding(8, 8)).jump


@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.integers(1, 6))
def test_a_transposed_kernel_meets_each_tap_once(
    size: int, stride: int, dilation: int, before: int, n: int
) -> None:
    outputs = max(1, (n - 1) * stride - 2 * before + dilation * (size - 1) + 1)
    window = Transposed(n, outputs, size, stride, dilation, before)
    met: dict[int, list[tuple[int, int]]] = {output: [] for output in range(outputs)}
    for tap in range(size):  # every input lays the kernel down
        for cell in range(n):
            output = cell * stride - before + dilation * tap
            if output in met:
                met[output].append((tap, cell))
    for output, pairs in met.items():
        assert pairs == list(zip(window.kernel_taps(output), window.taps(output), strict=True))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, -90, 450])
def test_a_quarter_turn_reads_the_cell_that_numpy_turns_there(degrees: int) -> None:
    numbers = np.arange(12).reshape(3, 4)
    turned, window = np.rot90(numbers, degrees // 90), Turned(3, 4, degrees)
    assert turned.shape == window.output
    for row, col in np.ndindex(*turned.shape):
        origin = window.origin(row, col)
        assert turned[row, col] == numbers[int(origin[0]), int(origin[1])]
        box = window.pull(Box.cell(row, col))
        assert Box.cell(*map(int, origin)) == box
        assert Box.cell(row, col) == window.push(box)
        assert Cells((int(origin[0]),), (int(origin[1]),)) == window.sources(Cells((row,), (col,)))


@pytest.mark.parametrize("degrees", [0, 30, 90])
def test_a_turn_of_nothing_is_nothing(degrees: int) -> None:
    window, nothing = Turned(3, 4, degrees), Box(EMPTY, Span(0, 2))
    assert (0, 0) == (window.pull(nothing).rows.size, window.push(nothing).cols.size)
    assert (0, 0) == (
        window.pull(Box(Span(0, 1), EMPTY)).rows.size,
        window.push(Box(Span(0, 1), EMPTY)).rows.size,
    )
    assert Cells((), ()) == window.sources(Cells((), (1,))) == window.sources(Cells((1,), ()))


def test_boxes_are_carried_stage_by_stage() -> None:
    first, second = Plane(Sliding(9, 4, 3, 2), Sliding(9, 9)), Plane(Sliding(4, 2, 2, 2), Sliding(9, 9))
    fed = first.push(Box.cell(4, 5))
    assert [Box(Span(1, 2), Span(5, 5)), Box(Span(0, 1), Span(5, 5))] == [fed, second.push(fed)]


def test_the_largest_field_nearby_counts_where_neighbours_differ() -> None:
    window = Plane(
        Transposed(8, 17, 3, 2), Transposed(8, 17, 3, 2)
    )  # reads one cell, and two at every other place
    field = receptive_field([window], (17, 17))
    assert ((2, 2), (Fraction(1, 2), Fraction(1, 2)), (0, 0)) == (field.size, field.jump, field.start)
