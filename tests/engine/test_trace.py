"""Traces: each layer computed once, a change recomputes from there on, refusals keep what came before."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.domain.errors import Refusal, UserError
from app.engine.trace import Bounds, Cancelled, require, run
from app.layers.registry import parse_stack
from tests.engine.made import MadePhoto

LINE = "conv(sobel_x)|relu|maxpool(2)"


def test_stages_equal_torch(photo, cache):
    trace = run(photo, parse_stack("conv(sobel_x,padding=1)|relu|maxpool(2)"), 30, "keep", cache)

    x = torch.from_numpy(photo.pixels())[:, None]
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    expected = F.conv2d(x, kernel, padding=1)
    np.testing.assert_allclose(expected[:, 0], trace.stages[1].maps, atol=1e-5)
    np.testing.assert_allclose(F.max_pool2d(F.relu(expected), 2)[:, 0], trace.stages[3].maps, atol=1e-5)


def test_each_layer_is_computed_once(photo, cache):
    first = run(photo, parse_stack(LINE), 30, "keep", cache)
    made = len(cache.made)
    second = run(
        photo, parse_stack(" conv( sobel_x,stride=1 ) |relu| maxpool(size=2,stride=2)"), 30, "keep", cache
    )

    assert (4, 4, 1) == (made, len(cache.made), photo.reads)
    assert all(one is other for one, other in zip(first.stages, second.stages, strict=True))


@pytest.mark.parametrize(
    ("line", "recomputed"),
    [
        ("conv(sobel_y)|relu|maxpool(2)", [1, 2, 3]),
        ("conv(sobel_x)|abs|maxpool(2)", [2, 3]),
        ("conv(sobel_x)|relu|maxpool(3)", [3]),
        ("conv(sobel_x)|relu", []),
        ("conv(sobel_x)|relu|maxpool(2)|abs", [4]),
    ],
)
def test_a_change_recomputes_from_its_layer_on(photo, cache, line, recomputed):
    run(photo, parse_stack(LINE), 30, "keep", cache)
    before = len(cache.made)
    run(photo, parse_stack(line), 30, "keep", cache)

    assert recomputed == [key[2] for key in cache.made[before:]]


def test_size_fit_and_photo_keep_apart(cache):
    photos = [MadePhoto(seed=0), MadePhoto(seed=1)]
    for photo in photos:
        for size, fit in ((30, "keep"), (16, "keep"), (16, "crop"), (16, "squeeze")):
            run(photo, parse_stack("relu"), size, fit, cache)

    assert 2 * 4 * 2 == len(cache.made)


def test_a_refusal_keeps_the_stages_before_it(photo, cache):
    trace = run(photo, parse_stack("relu|conv(box,size=31)|abs"), 30, "keep", cache)

    assert [(3, 20, 30), (3, 20, 30)] == [stage.shape for stage in trace.stages]
    assert trace.refused is not None
    assert "kernel_too_large" == trace.refused.code
    assert trace.refused.formula
    mended = parse_stack("relu|" + trace.refused.suggestion)
    assert run(photo, mended, 30, "keep", cache).refused is None


@pytest.mark.parametrize("stage", [2, 3])
def test_a_refused_stage_asked_for_is_the_refusal(photo, cache, stage):
    trace = run(photo, parse_stack("relu|conv(box,size=31)|abs"), 30, "keep", cache)

    with pytest.raises(Refusal, match="kernel_too_large"):
        require(trace, stage)


@pytest.mark.parametrize("stage", [-1, 4, 10**30])
def test_a_stage_that_is_none_is_named(photo, cache, stage):
    trace = run(photo, parse_stack(LINE), 30, "keep", cache)

    with pytest.raises(UserError, match="no_such_stage"):
        require(trace, stage)


def test_numbers_beyond_float32_are_refused(photo, cache):
    trace = run(photo, parse_stack("conv([1e30])|square"), 30, "keep", cache)

    assert (2, "not_finite") == (len(trace.stages), trace.refused and trace.refused.code)


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        (Bounds(2000), "too_many_cells"),
        (Bounds(trace=4000), "trace_too_large"),
        (Bounds(work=50_000), "too_much_work"),
    ],
)
def test_bounds_hold_for_stage_and_trace(photo, cache, bounds, code):
    trace = run(photo, parse_stack("relu|conv(box,sobel_x)"), 30, "keep", cache, bounds=bounds)

    assert trace.refused is not None
    assert code == trace.refused.code


def test_maps_are_read_only(photo, cache):
    trace = run(photo, parse_stack(LINE), 30, "keep", cache)

    for stage in trace.stages:
        with pytest.raises(ValueError, match="read-only"):
            stage.maps[0, 0, 0] = 1


def test_cancelling_stops_between_layers(photo, cache):
    asked = iter([False, True])

    with pytest.raises(Cancelled):
        run(photo, parse_stack(LINE), 30, "keep", cache, lambda: next(asked))
    assert [0, 1] == [key[2] for key in cache.made]


def test_a_leading_resize_reads_the_stored_photo_at_any_size(photo, cache):
    small = run(photo, parse_stack("resize(10,15)"), 8, "crop", cache)
    large = run(photo, parse_stack("resize(10,15)"), 2048, "keep", cache)

    expected = photo.pixels().reshape(3, 10, 2, 15, 2).mean((2, 4))
    np.testing.assert_allclose(expected, small.stages[1].maps, atol=1e-6)
    assert large.stages[1] is small.stages[1]


def test_an_empty_stack_is_the_photo(photo, cache):
    trace = run(photo, parse_stack(""), 2048, "keep", cache)

    np.testing.assert_array_equal(photo.pixels(), trace.stages[0].maps)
    assert ((1, 1), (0, 0)) == (trace.field(0).size, trace.field(0).start)


@pytest.mark.parametrize("warm", [False, True])
def test_work_is_counted_over_all_layers_and_over_cached_ones_too(photo, cache, warm):
    line = "conv(sobel_x,padding=1)|conv(box,size=5)"
    if warm:
        run(photo, parse_stack(line), 30, "keep", cache)
    first = 3 * 30 * 20 * 9 + 3 * 32 * 22  # nine products a cell, and the padded copy
    second = 3 * 26 * 16 * 25
    assert (
        run(photo, parse_stack(line), 30, "keep", cache, bounds=Bounds(work=first + second)).refused is None
    )
    refused = run(photo, parse_stack(line), 30, "keep", cache, bounds=Bounds(work=first + second - 1)).refused

    assert refused is not None
    assert ("too_much_work", first + second) == (refused.code, refused.params["work"])
    mend = f"conv(sobel_x,padding=1)|{refused.suggestion}"
    assert (
        run(photo, parse_stack(mend), 30, "keep", cache, bounds=Bounds(work=first + second - 1)).refused
        is None
    )


def test_a_bank_of_large_kernels_over_many_maps_is_refused_before_it_is_computed(photo, cache):
    bank = "conv(" + ",".join(["gaussian(size=31)"] * 16) + ",padding=15,channels=sum)"
    line = "|".join(["conv(sobel_x,sobel_y,padding=1)"] * 6) + "|" + bank
    trace = run(photo, parse_stack(line), 30, "keep", cache, bounds=Bounds(work=10**9))

    assert (192, 20, 30) == trace.stages[-1].shape
    assert trace.refused is not None
    assert "too_much_work" == trace.refused.code
    assert trace.refused.params["work"] > 16 * 192 * 31 * 31 * 30 * 20
    mend = parse_stack(trace.refused.suggestion).layers[0]
    assert mend.work(trace.stages[-1].shape) < trace.refused.params["work"]


def test_a_stage_has_its_layer_its_formula_and_its_field(photo, cache):
    trace = run(photo, parse_stack(LINE), 30, "keep", cache)
    assert (None, None) == (trace.layer(0), trace.formula(0))
    assert ["conv", "relu", "maxpool"] == [trace.layer(stage).kind for stage in (1, 2, 3)]
    pooled = trace.formula(3)
    assert ((18, 9, 2), (28, 14, 2)) == tuple(
        (a.inputs, a.outputs, a.kernel) for a in (pooled.rows, pooled.cols)
    )
    assert ((4, 4), (2, 2), (0, 0)) == (trace.field(3).size, trace.field(3).jump, trace.field(3).start)
    assert 3 == len(trace.windows)


def test_a_stage_counts_its_bytes_with_room_for_its_numbers(photo, cache):
    stage = run(photo, parse_stack("conv(box,sobel_x)"), 30, "keep", cache).stages[1]
    assert 4 * 6 * 18 * 28 + 128 * 6 == stage.nbytes
    lows, highs = zip(*stage.ranges, strict=True)
    np.testing.assert_array_equal(stage.maps.min((1, 2)), lows)
    np.testing.assert_array_equal(stage.maps.max((1, 2)), highs)
    assert (stage.maps.min(), stage.maps.max()) == stage.range


def test_a_stage_keeps_no_larger_array_alive(photo, cache):
    trace = run(
        photo, parse_stack("conv([1])|shift(1,1)|maxpool(3,stride=3)|rotate(90)|flatten"), 30, "keep", cache
    )
    for stage in trace.stages:
        held = stage.maps if stage.maps.base is None else stage.maps.base
        assert held.nbytes <= 1.5 * stage.maps.nbytes
