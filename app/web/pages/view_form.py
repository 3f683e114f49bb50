"""The form of a lesson's view: its fields, read from the address with a sentence for what does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.errors import UserError
from app.web.addresses import encode
from app.web.pages.course_state import PASSING

Kind = Literal["whole", "range", "choice", "text"]


@dataclass(frozen=True)
class Field:
    """A setting by its name in the address: a whole number, a slider, one of some choices, or a text."""

    name: str
    kind: Kind
    usual: str
    low: float = 0
    high: float = 0
    step: float = 1
    choices: tuple[str, ...] = ()
    role: str = ""  # the colour of its term
    plain: bool = False  # the choices are words of the notation, shown as they are


@dataclass(frozen=True)
class Filled:
    """A field with its value, as the form shows it."""

    field: Field
    value: str


class Form:
    """The values of some fields.

    Raises
    ------
    UserError
        `request_whole_number`, `request_number`, `request_too_small`, `request_too_large`, `request_choice`.
    """

    def __init__(
        self, query: Mapping[str, str], fields: Sequence[Field], label: Callable[[str], str]
    ) -> None:
        self._label = label
        self.filled = tuple(Filled(field, self._read(query, field)) for field in fields)
        self._values = {one.field.name: one.value for one in self.filled}

    def chosen(self, name: str) -> str:
        """A choice, or a text."""
        return self._values[name]

    def number(self, name: str) -> float:
        """A number of a slider."""
        return float(self._values[name])

    def whole(self, name: str) -> int:
        """A whole number."""
        return int(float(self._values[name]))

    def at_most(self, name: str, limit: int) -> int:
        """A whole number that another setting limits."""
        if self.whole(name) > limit:
            raise UserError("request_too_large", name=self._label(name), limit=limit)
        return self.whole(name)

    def _read(self, query: Mapping[str, str], field: Field) -> str:
        given = query.get(field.name, "").strip() or field.usual
        if field.kind == "text":
            return given
        if field.kind == "choice":
            if given not in field.choices:
                raise UserError(
                    "request_choice", name=self._label(field.name), choices=", ".join(field.choices)
                )
            return given
        return self._number(field, given)

    def _number(self, field: Field, given: str) -> str:
        try:
            value = float(given.replace(",", "."))
        except ValueError:
            value = math.nan
        name = self._label(field.name)
        if not math.isfinite(value):
            raise UserError("request_number", name=name)
        if field.kind == "whole" and not value.is_integer():
            raise UserError("request_whole_number", name=name)
        if value < field.low:
            raise UserError("request_too_small", name=name, limit=f"{field.low:g}")
        if value > field.high:
            raise UserError("request_too_large", name=name, limit=f"{field.high:g}")
        return f"{value:g}"


def changed(query: Mapping[str, str], anchor: str, **changes: object) -> str:
    """The page's address with some settings changed, all others kept."""
    pairs = {
        name: value
        for name, value in query.items()
        if name not in (*PASSING, "answer") and not name.startswith("set.")
    }
    pairs |= {name: str(value) for name, value in changes.items()}
    return f"?{encode(pairs)}#{anchor}"
