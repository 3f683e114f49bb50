"""Parameters as data: what a layer or kernel can be told, within which bounds, and how it is written.

One declaration serves the parser, the canonical form, the page's controls and the API's schema.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.domain.errors import NotationError
from app.domain.notation import Arg, Call, Matrix, Value, Word, format_number

ParamType = Literal["int", "float", "bool", "choice", "pair", "padding", "numbers", "kernels", "tensor"]
Pair = tuple[int, int]
Sides = tuple[int, int, int, int]  # top, bottom, left, right
Padding = Sides | Literal["same", "full"]

ALIKE = 0.6  # of difflib's ratio: below it a suggestion is a guess (local for globalmax)
REQUIRED: Any = object()  # the default of a parameter that must be given


@dataclass(frozen=True)
class Param:
    """One parameter: `low` and `high` are inclusive bounds, `step` is what a slider moves by."""

    name: str
    type: ParamType
    default: Any = REQUIRED
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    step: float | None = None
    positional: bool = False  # written without its name in the canonical form

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


def bind(owner: str, params: Sequence[Param], args: Iterable[Arg], position: int) -> dict[str, Any]:
    """Give every parameter its value from the arguments of a call.

    Positional arguments fill the parameters in their order. Missing ones take their default;
    one without a default is a fault.
    """
    values: dict[str, Any] = {}
    names = [param.name for param in params]
    by_name = {param.name: param for param in params}
    free = iter(params)
    for arg in args:
        if arg.name is None:
            param = next((p for p in free if p.name not in values), None)
            if param is None:
                raise NotationError("too_many_arguments", arg.position, owner=owner, limit=len(params))
        else:
            found = by_name.get(arg.name)
            if found is None:
                raise NotationError(
                    "unknown_parameter",
                    arg.position,
                    owner=owner,
                    name=arg.name,
                    nearest=nearest(arg.name, names),
                    known=", ".join(names) or "-",
                )
            param = found
        if param.name in values:
            raise NotationError("parameter_twice", arg.position, owner=owner, name=param.name)
        values[param.name] = read_value(owner, param, arg)
    for param in params:
        if param.name not in values:
            if param.required:
                raise NotationError("parameter_missing", position, owner=owner, name=param.name)
            values[param.name] = param.default
    return {param.name: values[param.name] for param in params}  # one order, so that equal calls are equal


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, or an empty string when none is near."""
    names = list(known)
    swapped = [name for name in names if sorted(name) == sorted(word)]  # rule for relu
    matches = swapped or difflib.get_close_matches(word, names, n=1, cutoff=ALIKE)
    return matches[0] if matches else ""


def read_value(owner: str, param: Param, arg: Arg) -> Any:
    """Turn a notation value into the parameter's Python value, or raise with what was expected."""
    value = _READERS[param.type](owner, param, arg)
    for number in _numbers_in(value):
        if not within(param, number):
            raise NotationError(
                "out_of_bounds",
                arg.position,
                owner=owner,
                name=param.name,
                value=number,
                low=param.low,
                high=param.high,
            )
    return value


def within(param: Param, value: Any) -> bool:
    """Whether every number of a value lies within the parameter's bounds."""
    low, high = -math.inf if param.low is None else param.low, math.inf if param.high is None else param.high
    return all(low <= number <= high for number in _numbers_in(value))


def write_value(param: Param, value: Any) -> str:
    """The canonical spelling of a parameter's value."""
    if param.type == "bool":
        return "true" if value else "false"
    if param.type == "pair":
        return _shortest(value)
    if param.type == "padding":
        return value if isinstance(value, str) else _shortest_sides(value)
    if param.type == "numbers":
        return format_number(value[0]) if len(set(value)) == 1 else f"({','.join(map(format_number, value))})"
    if param.type == "choice":
        return str(value)
    return format_number(value)


def write_arguments(params: Sequence[Param], values: Mapping[str, Any]) -> list[str]:
    """Canonical arguments: defaults left out, the table's order, positional ones without their name."""
    return [
        (
            write_value(param, values[param.name])
            if param.positional
            else f"{param.name}={write_value(param, values[param.name])}"
        )
        for param in params
        if param.required or values[param.name] != param.default
    ]


def schema(param: Param) -> dict[str, Any]:
    """The parameter as plain data for the API and for the page's controls."""
    return {
        "name": param.name,
        "type": param.type,
        "required": param.required,
        "default": None if param.required or param.default is None else _plain(param.default),
        "low": param.low,
        "high": param.high,
        "choices": list(param.choices),
        "step": param.step,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _numbers_in(value: Any) -> Iterable[float]:
    if isinstance(value, tuple) and all(isinstance(item, int | float) for item in value):
        return value
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else ()


def _fault(owner: str, param: Param, arg: Arg) -> NotationError:
    return NotationError(
        "wrong_value",
        arg.position,
        owner=owner,
        name=param.name,
        expected="pool_padding" if param.type == "padding" and not param.choices else param.type,
        choices=", ".join(param.choices),
    )


def _integer(value: Value) -> int | None:
    if isinstance(value, float | int) and float(value).is_integer():
        return int(value)
    return None


def _integers(value: Value, lengths: tuple[int, ...]) -> tuple[int, ...] | None:
    """The value as integers when it is a tuple of one of the lengths, or a single number."""
    items = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple) and len(value) not in lengths:
        return None
    numbers = [_integer(item) for item in items]
    return None if None in numbers else tuple(n for n in numbers if n is not None)


def _read_int(owner: str, param: Param, arg: Arg) -> int:
    number = _integer(arg.value)
    if number is None:
        raise _fault(owner, param, arg)
    return number


def _read_float(owner: str, param: Param, arg: Arg) -> float:
    if not isinstance(arg.value, float | int):
        raise _fault(owner, param, arg)
    return float(arg.value)


def _read_bool(owner: str, param: Param, arg: Arg) -> bool:
    if arg.value not in (Word("true"), Word("false")):
        raise _fault(owner, param, arg)
    return arg.value == "true"


def _read_choice(owner: str, param: Param, arg: Arg) -> str:
    if not isinstance(arg.value, Word) or arg.value not in param.choices:
        near = nearest(str(arg.value), param.choices) if isinstance(arg.value, Word) else ""
        raise NotationError(
            "unknown_choice",
            arg.position,
            owner=owner,
            name=param.name,
            choices=", ".join(param.choices),
            nearest=near,
        )
    return str(arg.value)


def _read_pair(owner: str, param: Param, arg: Arg) -> Pair:
    numbers = _integers(arg.value, (2,))
    if numbers is None:
        raise _fault(owner, param, arg)
    return (numbers[0], numbers[-1])


def _read_padding(owner: str, param: Param, arg: Arg) -> Padding:
    if isinstance(arg.value, Word):
        if arg.value == "valid":
            return (0, 0, 0, 0)
        if arg.value in param.choices and arg.value in ("same", "full"):
            return "same" if arg.value == "same" else "full"
        raise _fault(owner, param, arg)
    numbers = _integers(arg.value, (2, 4))
    if numbers is None:
        raise _fault(owner, param, arg)
    if len(numbers) == 4:
        return (numbers[0], numbers[1], numbers[2], numbers[3])
    return (numbers[0], numbers[0], numbers[-1], numbers[-1])


def _read_numbers(owner: str, param: Param, arg: Arg) -> tuple[float, ...]:
    if isinstance(arg.value, tuple):
        return arg.value
    return (_read_float(owner, param, arg),)


def _unread(owner: str, param: Param, arg: Arg) -> Any:
    return arg.value  # kernels and tensors are bound by their layer, which knows what they name


_READERS: dict[ParamType, Any] = {
    "int": _read_int,
    "float": _read_float,
    "bool": _read_bool,
    "choice": _read_choice,
    "pair": _read_pair,
    "padding": _read_padding,
    "numbers": _read_numbers,
    "kernels": _unread,
    "tensor": _unread,
}


def _shortest(pair: tuple[int, ...]) -> str:
    return str(pair[0]) if len(set(pair)) == 1 else f"({','.join(map(str, pair))})"


def _shortest_sides(sides: Sides) -> str:
    top, bottom, left, right = sides
    return _shortest((top, left)) if top == bottom and left == right else _shortest(sides)


__all__ = [
    "REQUIRED",
    "Call",
    "Matrix",
    "Padding",
    "Pair",
    "Param",
    "Sides",
    "bind",
    "nearest",
    "read_value",
    "schema",
    "write_arguments",
    "write_value",
]
