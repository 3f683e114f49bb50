"""The stack notation's grammar: text to a tree of layers, calls and values, and back.

Knows no layer kinds; what the words mean is bound by app.layers. The grammar is the one of the
reference page: ``stack = [layer {"|" layer}]``, ``layer = ["~"] word ["(" arg {"," arg} ")"]``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from app.domain.errors import NotationError

MAX_CHARACTERS = 16_000
MAX_LAYERS = 64
MAX_DEPTH = (
    4  # calls within calls; a kernel within a layer is 2, and a longer text must not exhaust the stack
)
RESERVED = ("add", "concat")  # kept for branches

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[a-z][a-z0-9_.]*)|(?P<sign>[|~(),=;\[\]:]))"
)
_BLANK = re.compile(r"\s*")


class Word(str):
    """A bare word used as a value: ``same``, ``reflect``, ``true``, ``catdog.c3``."""

    __slots__ = ()


@dataclass(frozen=True)
class Matrix:
    """A grid of numbers written out: ``[0,1;1,0]``."""

    rows: tuple[tuple[float, ...], ...]


Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Call:
    """A word with arguments: a layer, or a kernel with its own parameters."""

    name: str
    args: tuple[Arg, ...] = ()
    position: int = field(default=0, compare=False)


Value = float | Word | Matrix | Call | Numbers


@dataclass(frozen=True)
class Arg:
    """One argument: positional (`name` is None) or named."""

    name: str | None
    value: Value
    position: int = field(default=0, compare=False)


@dataclass(frozen=True)
class LayerText:
    """One layer as written: its call, and whether it is switched off with ``~``."""

    call: Call
    off: bool = False


def parse(text: str) -> tuple[LayerText, ...]:
    """Read a stack's line into its layers; an empty or blank line is the empty stack.

    Raises
    ------
    NotationError
        With the 0-based position of the fault, counted in code points of `text`.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotationError("notation_too_long", MAX_CHARACTERS, length=len(text), limit=MAX_CHARACTERS)
    reader = _Reader(text)
    layers: list[LayerText] = []
    if reader.kind == "end":
        return ()
    while True:
        if len(layers) == MAX_LAYERS:
            raise NotationError("notation_too_many_layers", reader.position, limit=MAX_LAYERS)
        off = reader.accept("~")
        layers.append(LayerText(_layer(reader), off))
        if reader.kind == "end":
            return tuple(layers)
        reader.expect("|", "layer_end")


def parse_call(text: str) -> Call:
    """Read one call alone, such as ``pattern(impulse,size=8)``, or a bare word as one without arguments."""
    reader = _Reader(text)
    call = _call(reader)
    if reader.kind != "end":
        reader.fail("end")
    return call


def parse_value(text: str) -> Value:
    """Read one value alone: a number, word, matrix, call or tuple."""
    reader = _Reader(text)
    value = _value(reader)
    if reader.kind != "end":
        reader.fail("end")
    return value


def format_value(value: Value) -> str:
    """Write a value in its shortest canonical spelling."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, Matrix):
        return "[" + ";".join(",".join(format_number(cell) for cell in row) for row in value.rows) + "]"
    if isinstance(value, Call):
        return format_call(value)
    if isinstance(value, tuple):
        return "(" + ",".join(format_number(number) for number in value) + ")"
    return format_number(value)


def format_call(call: Call) -> str:
    """Write a call; one without arguments is its bare word."""
    if not call.args:
        return call.name
    parts = [("" if arg.name is None else f"{arg.name}=") + format_value(arg.value) for arg in call.args]
    return f"{call.name}({','.join(parts)})"


def format_layers(layers: tuple[LayerText, ...]) -> str:
    """Write a stack's line from its layers."""
    return "|".join(("~" if layer.off else "") + format_call(layer.call) for layer in layers)


def format_number(number: float) -> str:
    """Shortest text that reads back as the same float: ``2``, ``-0.5``, ``1e-7``."""
    if number == 0:
        return "0"  # also -0.0, which would not be a different cell
    if float(number).is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = repr(float(number)).removesuffix(".0")
    return re.sub(r"e([+-])0*(\d)", lambda m: f"e{'-' if m[1] == '-' else ''}{m[2]}", text)


class _Reader:
    """A cursor over the tokens of a text, with one token of look-ahead."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._next = 0
        self.depth = 0
        self.advance()

    def advance(self) -> None:
        self.position = _BLANK.match(self.text, self._next).end()  # type: ignore[union-attr]  # always matches
        match = _TOKEN.match(self.text, self._next)
        if match is None:
            self.kind, self.token = (
                ("end", "") if self.position == len(self.text) else ("foreign", self.text[self.position])
            )
            return
        self.kind = match.lastgroup or ""
        self.token = match[self.kind]
        self._next = match.end()

    def accept(self, sign: str) -> bool:
        if self.kind == "sign" and self.token == sign:
            self.advance()
            return True
        return False

    def expect(self, sign: str, expected: str) -> None:
        if not self.accept(sign):
            self.fail(expected)

    def fail(self, expected: str) -> None:
        """`expected` is a code the catalogue spells out: ``word``, ``value``, ``layer_end`` ..."""
        raise NotationError("notation_expected", self.position, expected=expected, found=self.token or "")


def _layer(reader: _Reader) -> Call:
    call = _call(reader)
    if reader.kind == "sign" and reader.token == ":":
        raise NotationError("notation_reserved", call.position, word=f"{call.name}:")
    if call.name in RESERVED:
        raise NotationError("notation_reserved", call.position, word=f"{call.name}()")
    return call


def _call(reader: _Reader) -> Call:
    name, position = reader.token, reader.position
    if reader.kind != "word":
        reader.fail("word")
    reader.advance()
    return _arguments(reader, name, position)


def _arguments(reader: _Reader, name: str, position: int) -> Call:
    args: list[Arg] = []
    if reader.accept("(") and not reader.accept(")"):
        while True:
            args.append(_arg(reader))
            if reader.accept(")"):
                break
            reader.expect(",", "comma_or_close")
    return Call(name, tuple(args), position)


def _arg(reader: _Reader) -> Arg:
    position = reader.position
    if reader.kind == "word":
        word = reader.token
        reader.advance()
        if reader.accept("="):
            return Arg(word, _value(reader), position)
        return Arg(None, _word_or_call(reader, word, position), position)
    return Arg(None, _value(reader), position)


def _value(reader: _Reader) -> Value:
    position = reader.position
    if reader.kind == "number":
        return _number(reader)
    if reader.kind == "word":
        word = reader.token
        reader.advance()
        return _word_or_call(reader, word, position)
    if reader.accept("["):
        return _matrix(reader, position)
    if reader.accept("("):
        numbers = [_number(reader)]
        while reader.accept(","):
            numbers.append(_number(reader))
        reader.expect(")", "comma_or_close")
        return tuple(numbers)
    reader.fail("value")
    raise AssertionError("fail always raises")


def _word_or_call(reader: _Reader, word: str, position: int) -> Value:
    if reader.kind == "sign" and reader.token == "(":
        if reader.depth == MAX_DEPTH:
            reader.fail("comma_or_close")
        reader.depth += 1
        call = _arguments(reader, word, position)
        reader.depth -= 1
        return call
    return Word(word)


def _number(reader: _Reader) -> float:
    if reader.kind != "number":
        reader.fail("number")
    number = float(reader.token)
    if not math.isfinite(number):
        raise NotationError("notation_number_too_large", reader.position, found=reader.token)
    reader.advance()
    return number


def _matrix(reader: _Reader, position: int) -> Matrix:
    rows: list[tuple[float, ...]] = []
    while True:
        start = reader.position
        row = [_number(reader)]
        while reader.accept(","):
            row.append(_number(reader))
        if rows and len(row) != len(rows[0]):
            raise NotationError(
                "notation_ragged_matrix", start, row=len(rows), width=len(row), needed=len(rows[0])
            )
        rows.append(tuple(row))
        if reader.accept("]"):
            return Matrix(tuple(rows))
        reader.expect(";", "matrix_end")
