"""Parameters as data: their description, their bounds, what a word is nearest to, how values are written."""

from __future__ import annotations

import pytest

from app.domain.errors import UserError, no_such_cell
from app.domain.params import Param, nearest, schema, within, write_arguments, write_value

STRIDE = Param("stride", "pair", (1, 2), low=1, high=64, step=1)


def test_a_parameter_is_described_with_its_bounds_and_default() -> None:
    assert {
        "name": "stride", "type": "pair", "required": False, "default": [1, 2], "low": 1, "high": 64,
        "choices": [], "step": 1,
    } == schema(STRIDE)  # fmt: skip
    assert {
        "name": "mode", "type": "choice", "required": False, "default": "zeros", "low": None, "high": None,
        "choices": ["zeros", "circular"], "step": None,
    } == schema(Param("mode", "choice", "zeros", choices=("zeros", "circular")))  # fmt: skip
    needed = schema(Param("size", "pair", low=1, high=9))
    assert (True, None) == (needed["required"], needed["default"])
    unset = schema(Param("stride", "pair", None))
    assert (False, None) == (unset["required"], unset["default"])


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        ((1, 64), True),
        ((0, 3), False),
        ((3, 65), False),
        (64, True),
        (65, False),
        ("same", True),
        (True, True),
    ],
)
def test_every_number_of_a_value_has_to_lie_within_the_bounds(value: object, inside: bool) -> None:
    assert inside == within(STRIDE, value)


def test_without_bounds_everything_is_within() -> None:
    assert within(Param("x", "float", 0.0), 1e300)
    assert within(Param("x", "float", 0.0, low=0), 1e300)
    assert not within(Param("x", "float", 0.0, high=0), 1e-9)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("rule", "relu"),  # the same letters
        ("rellu", "relu"),
        ("maxpol", "maxpool"),
        ("local", ""),
        ("", ""),
    ],
)
def test_a_word_is_near_to_one_with_the_same_or_nearly_the_same_letters(word: str, near: str) -> None:
    assert near == nearest(word, iter(["elu", "relu", "maxpool", "globalmax"]))


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("bool", True, "true"),
        ("bool", False, "false"),
        ("pair", (3, 3), "3"),
        ("pair", (3, 2), "(3,2)"),
        ("padding", "same", "same"),
        ("padding", (1, 1, 1, 1), "1"),
        ("padding", (1, 1, 2, 2), "(1,2)"),
        ("padding", (1, 2, 2, 2), "(1,2,2,2)"),
        ("padding", (2, 2, 2, 1), "(2,2,2,1)"),
        ("numbers", (0.5,), "0.5"),
        ("numbers", (0.5, 0.5), "0.5"),
        ("numbers", (0.5, 1.0), "(0.5,1)"),
        ("choice", "zeros", "zeros"),
        ("float", 2.0, "2"),
        ("int", 7, "7"),
    ],
)
def test_values_have_one_shortest_spelling(type_: str, value: object, text: str) -> None:
    assert text == write_value(Param("x", type_), value)


def test_defaults_are_left_out_and_what_is_needed_is_not() -> None:
    params = (Param("size", "pair", positional=True), STRIDE, Param("ceil", "bool", False))
    values = {"size": (2, 2), "stride": (1, 2), "ceil": False}
    assert ["2"] == write_arguments(params, values)
    assert ["2", "stride=1", "ceil=true"] == write_arguments(
        params, {**values, "stride": (1, 1), "ceil": True}
    )


def test_an_error_shows_its_code_and_values_in_a_log() -> None:
    fault = UserError("out_of_bounds", name="stride", value=0)
    assert "out_of_bounds(name='stride', value=0)" == str(fault)
    assert ("out_of_bounds", {"name": "stride", "value": 0}) == fault.args


def test_a_missing_cell_is_told_with_the_shape_that_has_none() -> None:
    fault = no_such_cell((3, 4, 5), 2, 7)
    assert "no_such_cell" == fault.code
    assert {
        "stage": 2,
        "channel": 7,
        "row": 0,
        "column": 0,
        "channels": 3,
        "rows": 4,
        "columns": 5,
    } == fault.params
