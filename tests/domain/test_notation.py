"""The stack notation's grammar: what is read, what is refused and where, and how it is written back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NotationError
from app.domain.notation import (
    MAX_CHARACTERS,
    MAX_LAYERS,
    Arg,
    Call,
    LayerText,
    Matrix,
    Word,
    format_layers,
    format_number,
    parse,
    parse_call,
    parse_value,
)


def fault(text: str) -> NotationError:
    with pytest.raises(NotationError) as caught:
        parse(text)
    return caught.value


def test_every_form_of_value_is_read() -> None:
    layers = parse("~conv([0,1;-1,2.5], gabor(angle=45), size=(3, 5), mode=reflect)")
    call = Call(
        "conv",
        (
            Arg(None, Matrix(((0.0, 1.0), (-1.0, 2.5)))),
            Arg(None, Call("gabor", (Arg("angle", 45.0),))),
            Arg("size", (3.0, 5.0)),
            Arg("mode", Word("reflect")),
        ),
    )
    assert (LayerText(call, off=True),) == layers


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_nothing_is_the_empty_stack(blank: str) -> None:
    assert () == parse(blank)


def test_blanks_change_nothing() -> None:
    assert parse("relu|conv([1,2;3,4],bias=(1,2))") == parse(
        " relu |\tconv ( [ 1 , 2 ; 3 , 4 ] , bias = ( 1 , 2 ) ) "
    )


def test_empty_parentheses_are_a_bare_word() -> None:
    assert "relu" == format_layers(parse("relu()"))


@pytest.mark.parametrize(
    ("text", "code", "position", "expected"),
    [
        ("relu|", "notation_expected", 5, "word"),
        ("relu||abs", "notation_expected", 5, "word"),
        ("relu abs", "notation_expected", 5, "layer_end"),
        ("|relu", "notation_expected", 0, "word"),
        ("~", "notation_expected", 1, "word"),
        ("Relu", "notation_expected", 0, "word"),
        ("conv(", "notation_expected", 5, "value"),
        ("conv(a", "notation_expected", 6, "comma_or_close"),
        ("conv(a,)", "notation_expected", 7, "value"),
        ("conv(a=)", "notation_expected", 7, "value"),
        ("conv(a b)", "notation_expected", 7, "comma_or_close"),
        ("conv([1,2;3,4)", "notation_expected", 13, "matrix_end"),
        ("conv([])", "notation_expected", 6, "number"),
        ("conv([1;])", "notation_expected", 8, "number"),
        ("conv(())", "notation_expected", 6, "number"),
        ("conv((1,a))", "notation_expected", 8, "number"),
        ("conv((1;2))", "notation_expected", 7, "comma_or_close"),
        ("conv(+1)", "notation_expected", 5, "value"),
        ("conv(01)", "notation_expected", 6, "comma_or_close"),
        ("conv(.5)", "notation_expected", 5, "value"),
        ("conv(1.)", "notation_expected", 6, "comma_or_close"),
        ("conv(ñ)", "notation_expected", 5, "value"),
        ("relu|conv(😀)", "notation_expected", 10, "value"),
        ("conv(1٢)", "notation_expected", 6, "comma_or_close"),
        ("relu)", "notation_expected", 4, "layer_end"),
    ],
)
def test_a_fault_names_its_place_and_what_was_expected(
    text: str, code: str, position: int, expected: str
) -> None:
    found = fault(text)
    assert (code, position, expected) == (found.code, found.position, found.params["expected"])


def test_positions_count_code_points_not_bytes() -> None:
    assert 7 == fault("relu |  𝄞".replace("  ", " ")).position


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("a:relu", 0, "a:"),
        ("relu|b : conv(box)", 5, "b:"),
        ("relu|add(a)", 5, "add()"),
        ("concat(a)", 0, "concat()"),
    ],
)
def test_branches_are_refused_with_their_own_sentence(text: str, position: int, word: str) -> None:
    found = fault(text)
    assert ("notation_reserved", position, word) == (found.code, found.position, found.params["word"])


def test_a_ragged_matrix_names_the_row() -> None:
    found = fault("conv([1,2;3])")
    assert ("notation_ragged_matrix", 10) == (found.code, found.position)
    assert (2, 1) == (found.params["needed"], found.params["width"])


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_numbers_beyond_floats_are_refused(number: str) -> None:
    found = fault(f"conv([{number}])")
    assert ("notation_number_too_large", 6) == (found.code, found.position)


def test_64_layers_are_read_and_65_are_not() -> None:
    assert MAX_LAYERS == len(parse("|".join(["relu"] * MAX_LAYERS)))
    found = fault("|".join(["relu"] * (MAX_LAYERS + 1)))
    assert ("notation_too_many_layers", 5 * MAX_LAYERS) == (found.code, found.position)


def test_16_000_characters_are_read_and_one_more_is_not() -> None:
    assert 1 == len(parse("relu".ljust(MAX_CHARACTERS)))
    found = fault("relu".ljust(MAX_CHARACTERS + 1))
    assert ("notation_too_long", MAX_CHARACTERS) == (found.code, found.position)


def test_deep_nesting_is_a_fault_not_a_crash() -> None:
    with pytest.raises(NotationError):
        parse("a(" * 7_999)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2.0, "2"), (-0.0, "0"), (0.5, "0.5"), (-1.25, "-1.25"), (1e-7, "1e-7"), (1e22, "1e22"), (0.1 + 0.2, "0.30000000000000004"),
        (1e15, "1000000000000000"), (1500000.0, "1500000"), (12e20, "1.2e21"),
    ],
)  # fmt: skip
def test_numbers_are_written_shortest(number: float, text: str) -> None:
    assert text == format_number(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_numbers_read_back_the_same(number: float) -> None:
    again = parse_value(format_number(number))
    assert number == again
    assert isinstance(again, float)
    assert math.isfinite(again)


words = st.from_regex(r"[a-z][a-z0-9_.]{0,5}", fullmatch=True)
numbers = st.floats(-1e6, 1e6).map(lambda number: number + 0.0)
values = st.recursive(
    numbers
    | words.map(Word)
    | st.lists(numbers, min_size=1, max_size=3).map(tuple)
    | st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3).map(lambda rows: Matrix(tuple(rows))),
    lambda inner: st.builds(
        Call, words, st.lists(st.builds(Arg, st.none() | words, inner), min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
calls = st.builds(
    Call,
    words.filter(lambda word: word not in ("add", "concat")),
    st.lists(st.builds(Arg, st.none() | words, values), max_size=3).map(tuple),
)


@given(st.lists(st.builds(LayerText, calls, st.booleans()), max_size=4).map(tuple))
def test_what_is_written_reads_back_the_same(layers: tuple[LayerText, ...]) -> None:
    text = format_layers(layers)
    assert layers == parse(text)
    assert text == format_layers(parse(text))


@given(st.text(alphabet="relu|conv()[],;=~:1.5 -eñ", max_size=30))
def test_any_text_is_read_or_refused_within_it(text: str) -> None:
    position = 0
    try:
        parse(text)
    except NotationError as found:
        position = found.position
    assert 0 <= position <= len(text)


def test_a_call_or_value_alone_has_nothing_behind_it() -> None:
    assert Call("pattern", (Arg(None, Word("impulse")), Arg("size", 8.0))) == parse_call(
        "pattern(impulse,size=8)"
    )
    for read in (parse_call, parse_value):
        with pytest.raises(NotationError) as caught:
            read("box x")
        assert ("end", 4) == (caught.value.params["expected"], caught.value.position)
