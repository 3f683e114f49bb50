"""The contract of a layer, held over every registered kind with random settings and inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import Refusal
from app.domain.fields import Box, Cells
from app.i18n.catalogue import load_catalogue
from app.layers.base import Layer, shape_of
from app.layers.registry import kinds, parse_stack
from tests.layers.drawn import SHELF, cases, read, shapes, texts
from tests.layers.oracles import ORACLES, expected

KINDS = sorted(kinds())
each_kind = pytest.mark.parametrize("kind", KINDS)
few = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def places(shape: tuple[int, int, int]) -> list[tuple[int, int, int]]:
    """The corners of the first and last map, the middle, and some cells between."""
    channels, rows, cols = shape
    found = {
        (channel, row, col)
        for channel in (0, channels - 1)
        for row in (0, rows // 2, rows - 1)
        for col in (0, cols // 2, cols - 1)
    }
    return sorted(found)


def test_every_kind_has_an_oracle() -> None:
    assert set(KINDS) == set(ORACLES)


@each_kind
def test_texts_of_a_kind_exist(kind: str) -> None:
    layer, known = kinds()[kind], load_catalogue()
    needed = {f"layers.{kind}.title", f"layers.{kind}.about", f"layer_groups.{layer.group}.title"}
    for param in layer.params():
        needed |= {f"params.{param.name}.title", f"params.{param.name}.about"}
        needed |= {f"choices.{choice}.title" for choice in param.choices}
    assert set() == needed - known.keys()


def test_no_text_stands_for_a_parameter_or_kind_that_is_gone() -> None:
    known = load_catalogue().keys()
    named = {key.split(".")[1] for key in known if key.startswith("params.")}
    described = {key.split(".")[1] for key in known if key.startswith("layers.")}
    assert {param.name for layer in kinds().values() for param in layer.params()} == named
    assert set(KINDS) == described


@each_kind
def test_parameters_are_bounded(kind: str) -> None:
    for param in kinds()[kind].params():
        if param.type not in ("bool", "choice", "kernels", "tensor"):
            assert param.low is not None, param
            assert param.high is not None, param


@each_kind
@few
@given(data=st.data())
def test_notation_round_trips_to_a_fixed_point(kind: str, data: st.DataObject) -> None:
    layer = data.draw(texts(kind).map(read).filter(lambda found: found is not None))
    again = parse_stack(layer.text, SHELF).layers[0]
    assert layer == again
    assert layer.text == again.text


@each_kind
@few
@given(data=st.data())
def test_forward_equals_torch_and_has_the_declared_shape(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    before = x.copy()
    out = layer.forward(x)
    wanted = expected(layer, x)
    assert layer.shape_after(shape_of(x)) == out.shape == wanted.shape
    assert np.float32 == out.dtype
    np.testing.assert_allclose(out, wanted, rtol=2e-5, atol=2e-5 * max(1.0, float(np.abs(wanted).max())))
    np.testing.assert_array_equal(before, x)
    np.testing.assert_allclose(out, layer.forward(np.asfortranarray(x)), rtol=1e-5, atol=1e-5)  # any strides
    formula = layer.formula(shape_of(x))
    assert out.shape[1:] == (formula.rows.outputs, formula.cols.outputs)
    assert min(layer.parameter_count(shape_of(x)), layer.multiply_adds(shape_of(x))) >= 0


@each_kind
@few
@given(data=st.data())
def test_explain_recomputes_cells(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    out = layer.forward(x)
    for channel, row, col in places(shape_of(out)):
        told = layer.explain(x, channel, row, col)
        magnitude = sum(
            float(np.abs(term.patch if term.products is None else term.products).sum()) for term in told.terms
        ) + abs(told.bias)
        if told.activation is not None:  # mean, spread, noise and the like count as terms
            magnitude += abs(told.value)
        room = 1e-5 * max(magnitude, 1e-3)
        assert out[channel, row, col] == pytest.approx(told.value, abs=room)
        assert layer.recipe == told.recipe
        assert np.isfinite([term.sum for term in told.terms]).all()
        if told.recipe in ("dot", "mean", "norm"):
            for term in told.terms:
                np.testing.assert_allclose(term.products, term.patch * term.weights, rtol=1e-12, atol=0)
            total = sum(term.sum for term in told.terms) + told.bias
            assert total == pytest.approx(told.sum, abs=room)
        quantities = told.activation.quantities if told.activation else ()
        assert set() == {f"cell.quantity_{name}" for name, _ in quantities} - load_catalogue().keys()
        if told.activation is None:
            assert told.sum == pytest.approx(told.value, abs=room)
        else:
            assert told.activation.output == told.value
        if told.winner is not None:
            winner = told.winner
            assert x[winner.channel, winner.row, winner.col] == told.value
        assert {term.channel for term in told.terms} <= set(layer.reads(channel, shape_of(x)))
        check_patches(layer, x, told.terms)


def check_patches(layer: Layer, x: np.ndarray, terms: object) -> None:
    """What a card shows inside the picture is what stands there."""
    for term in terms:
        for i, row in enumerate(term.rows):
            for j, col in enumerate(term.cols):
                inside = 0 <= row < x.shape[1] and 0 <= col < x.shape[2]
                assert inside != bool(term.outside[i, j])
                if inside:
                    assert term.patch[i, j] == x[term.channel, row, col]


@each_kind
@few
@given(data=st.data())
def test_nothing_outside_the_field_changes_a_cell(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    out = layer.forward(x)
    channel, row, col = data.draw(st.sampled_from(places(shape_of(out))))
    window = layer.channel_window(channel, shape_of(x))
    cells = window.sources(Cells((row,), (col,)))
    rest = np.ones(x.shape, dtype=bool)
    if cells.rows and cells.cols:
        rest[np.ix_(layer.reads(channel, shape_of(x)), cells.rows, cells.cols)] = False
    changed = np.where(rest, x + 3, x).astype(np.float32)
    assert layer.forward(changed)[channel, row, col] == pytest.approx(
        out[channel, row, col], abs=1e-5, rel=1e-5
    )


@each_kind
@few
@given(data=st.data())
def test_boxes_hold_the_sources_and_push_is_the_converse(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    channels, rows, cols = layer.shape_after(shape_of(x))
    channel, row, col = data.draw(st.sampled_from(places((channels, rows, cols))))
    window = layer.channel_window(channel, shape_of(x))
    pulled = window.pull(Box.cell(row, col))
    cells = window.sources(Cells((row,), (col,)))
    inside = (
        [r for r in cells.rows if pulled.rows.first <= r <= pulled.rows.last],
        [c for c in cells.cols if pulled.cols.first <= c <= pulled.cols.last],
    )
    if getattr(layer, "mode", "zeros") == "zeros":
        assert (list(cells.rows), list(cells.cols)) == inside  # copies in the padding may come from elsewhere
    for r, c in zip(inside[0], inside[1], strict=False):
        fed = window.push(Box.cell(r, c))
        assert fed.rows.first <= row <= fed.rows.last
        assert fed.cols.first <= col <= fed.cols.last


@each_kind
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_suggestion_reads_well_and_fits(kind: str, data: st.DataObject) -> None:
    layer = data.draw(texts(kind).map(read).filter(lambda found: found is not None))
    shape = data.draw(shapes(kind) | st.tuples(st.integers(1, 40), st.integers(1, 12), st.integers(1, 12)))
    refusal = refused(layer, shape)
    if refusal is None:
        return
    if refusal.suggestion:
        parse_stack(refusal.suggestion, SHELF).shapes(shape)
    assert f"errors.{refusal.code}" in load_catalogue()
    for language in ("en", "es"):
        assert load_catalogue().text(f"errors.{refusal.code}", language, **refusal.params)


def refused(layer: Any, shape: tuple[int, int, int]) -> Refusal | None:
    """Why a layer cannot work on a shape, or None."""
    try:
        layer.shape_after(shape)
    except Refusal as refusal:
        return refusal
    return None
