"""What a card shows of one cell beside its terms: the curve by its name, the other quantities, the winner."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.layers.registry import kinds, parse_stack
from tests.layers.drawn import SHELF

X = np.random.default_rng(3).standard_normal((3, 5, 6)).astype(np.float32)
CURVES = [kind for kind, made in kinds().items() if made.group == "activation"]


@pytest.mark.parametrize("kind", CURVES)
def test_an_activations_card_names_its_curve_and_what_went_through(kind: str) -> None:
    layer = parse_stack(kind).layers[0]
    told = layer.explain(X, 1, 2, 3)
    value = float(X[1, 2, 3])
    assert (kind, value, ()) == (told.activation.name, told.activation.input, told.activation.quantities)
    assert ("point", told.value, value) == (told.recipe, told.activation.output, told.sum)
    (term,) = told.terms
    assert (1, (2,), (3,), [[value]], [[False]], value) == (
        term.channel, term.rows, term.cols, term.patch.tolist(), term.outside.tolist(), term.sum,
    )  # fmt: skip
    assert term.weights is term.products is told.winner is None


@pytest.mark.parametrize(
    ("text", "name", "quantities"),
    [
        ("~square", "identity", {}),
        ("flatten", "identity", {}),
        ("normalize((1,2,3),(0.5,0.25,4))", "normalize", {"mean": 2, "std": 0.25}),
        ("normalize(1,(0.5,0.25,4))", "normalize", {"mean": 1, "std": 0.25}),
        ("standardize", "standardize", {"mean": X.mean(dtype=np.float64), "std": X.std(dtype=np.float64)}),
        ("noise(0.5,seed=4)", "noise", {"noise": 0.5 * np.random.default_rng(4).standard_normal(X.shape)[1, 2, 3]}),
        (
            "softmax", "softmax",
            {"largest": X[:, 2, 3].max(), "exp": math.exp(X[1, 2, 3] - X[:, 2, 3].max()), "total": np.exp(X[:, 2, 3] - X[:, 2, 3].max()).sum()},
        ),
    ],
)  # fmt: skip
def test_a_card_names_the_quantities_that_its_curve_needs(text, name, quantities) -> None:
    layer = parse_stack(text).layers[0]
    place = (1 * 30 + 2 * 6 + 3, 0, 0) if text == "flatten" else (1, 2, 3)
    told = layer.explain(X, *place)
    assert (name, float(X[1, 2, 3])) == (told.activation.name, told.activation.input)
    found = dict(told.activation.quantities)
    assert list(quantities) == list(found)
    for quantity, value in quantities.items():
        assert found[quantity] == pytest.approx(float(value), rel=1e-6), quantity
    assert told.value == pytest.approx(float(layer.forward(X)[place]), rel=1e-5)


@pytest.mark.parametrize("kind", ["maxpool", "minpool"])
@pytest.mark.parametrize(("row", "col"), [(0, 0), (1, 1), (2, 2)])
def test_the_first_of_equal_cells_wins_and_padding_never(kind: str, row: int, col: int) -> None:
    sign = 1 if kind == "maxpool" else -1
    x = sign * np.array(
        [[[-3, -3, -9, -5], [-7, -4, -4, -5], [-4, -4, -4, -4], [-9, -9, -9, -1]]], np.float32
    )
    layer = parse_stack(f"{kind}(2,padding=1)").layers[0]
    told = layer.explain(x, 0, row, col)
    reads = [
        (r, c) for r in (2 * row - 1, 2 * row) for c in (2 * col - 1, 2 * col) if 0 <= r < 4 and 0 <= c < 4
    ]
    best = max(reads, key=lambda cell: (sign * x[0][cell], -cell[0], -cell[1]))
    assert (0, *best, x[0][best]) == (
        told.winner.channel,
        told.winner.row,
        told.winner.col,
        told.winner.value,
    )
    assert ("max", x[0][best], x[0][best]) == (told.recipe, told.value, told.terms[0].sum)
    wanted = [
        [float(x[0, r, c]) if 0 <= r < 4 and 0 <= c < 4 else 0.0 for c in (2 * col - 1, 2 * col)]
        for r in (2 * row - 1, 2 * row)
    ]
    assert wanted == told.terms[0].patch.tolist()
    assert told.terms[0].weights is None


def test_the_length_of_a_window_is_the_root_of_its_squares() -> None:
    told = parse_stack("l2pool((2,3))").layers[0].explain(X, 2, 1, 0)
    patch = X[2, 2:4, 0:3].astype(np.float64)
    (term,) = told.terms
    np.testing.assert_array_equal(patch, term.patch)
    np.testing.assert_array_equal(patch, term.weights)
    np.testing.assert_array_equal(patch**2, term.products)
    squares = float((patch**2).sum())
    assert ("norm", "sqrt", squares, squares, squares, ()) == (
        told.recipe, told.activation.name, told.activation.input, told.sum, term.sum, told.activation.quantities,
    )  # fmt: skip
    assert math.sqrt(squares) == told.value == told.activation.output


@pytest.mark.parametrize(
    ("text", "recipe"),
    [("conv(box)", "dot"), ("weights(net.c1)", "dot"), ("local", "dot"), ("deconv(box)", "dot"), ("avgpool(2)", "mean"),
     ("globalavg", "mean"), ("gray", "mean"), ("resize(2,2)", "mean"), ("upsample", "mean"), ("rotate(30)", "mean")],
)  # fmt: skip
def test_a_weighted_sum_has_no_curve_and_no_winner(text: str, recipe: str) -> None:
    layer = parse_stack(text, SHELF).layers[0]
    told = layer.explain(X, 0, 0, 0)
    assert (None, None) == (told.activation, told.winner)
    assert layer.recipe == told.recipe
    assert told.recipe in (recipe, "dot")
    for term in told.terms:
        assert (
            (len(term.rows), len(term.cols)) == term.patch.shape == term.weights.shape == term.outside.shape
        )
        assert np.float64 == term.weights.dtype
        assert float(term.products.sum()) == term.sum


def test_a_layer_switched_off_is_passed_through_without_work() -> None:
    off = parse_stack("~weights(net.c1)", SHELF).layers[0]
    assert X is off.forward(X)
    assert (0, 0, True, "~weights(net.c1)") == (
        off.work((3, 5, 6)),
        off.parameter_count((3, 5, 6)),
        off.keeps_photo,
        off.text,
    )
    assert float(X[2, 4, 5]) == off.explain(X, 2, 4, 5).value
