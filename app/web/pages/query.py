"""Reading a page's query: whole numbers, one of some choices, places written with dots, the language asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.errors import UserError
from app.i18n import LANGUAGES


def whole(text: str, name: str) -> int:
    """A whole number of a query.

    Raises
    ------
    UserError
        `not_a_whole_number`.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise UserError("not_a_whole_number", name=name, value=text)
    return int(text)


def one_of(text: str, choices: Sequence[str], code: str = "unknown_setting", **params: object) -> str:
    """One of some words.

    Raises
    ------
    UserError
        `code` with the value, the choices and `params`.
    """
    if text not in choices:
        raise UserError(code, value=text[:40], choices=", ".join(choices), **params)
    return text


def dotted(text: str, code: str, counts: Sequence[int]) -> list[int] | None:
    """Whole numbers joined by dots, as many as one of `counts`; None for an empty text.

    Raises
    ------
    UserError
        `code` with the value.
    """
    if not text:
        return None
    parts = text.split(".")
    if len(parts) not in counts or not all(p.isascii() and p.isdecimal() and len(p) < 8 for p in parts):
        raise UserError(code, value=text[:40])
    return [int(part) for part in parts]


def language_in(query: Mapping[str, str]) -> str:
    """The language that an address asks for; empty where it asks for none that there is."""
    asked = query.get("lang", "")
    return asked if asked in LANGUAGES else ""
