"""Faults that a user can mend: codes with their numbers; the words for them live in the catalogue."""

from __future__ import annotations

from typing import Any


class UserError(Exception):
    """Something the user gave cannot be used; `code` names the sentence, `params` fill it in.

    Raised anywhere below the web. One handler turns it into problem+json or an HTML partial,
    in the user's language, so nothing here may be prose.
    """

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({details})"


class NotationError(UserError):
    """A fault in a stack's line, at `position` (0-based code point of the text as given)."""

    def __init__(self, code: str, /, position: int, **params: Any) -> None:
        super().__init__(code, **params)
        self.position = position


class Refusal(UserError):
    """A layer that reads well but cannot work on its input.

    `formula` is the size formula with the numbers put in, `suggestion` the nearest layer (in notation)
    that fits, by geometry and by the bounds; either may be missing.
    """

    def __init__(self, code: str, /, formula: str = "", suggestion: str = "", **params: Any) -> None:
        super().__init__(code, **params)
        self.formula = formula
        self.suggestion = suggestion


def no_such_cell(
    shape: tuple[int, int, int], stage: int, channel: int, row: int = 0, column: int = 0
) -> UserError:
    """The error of a cell outside the maps of a stage, whose shape (channels, rows, columns) it tells."""
    channels, rows, columns = shape
    return UserError(
        "no_such_cell", stage=stage, channel=channel, row=row, column=column, channels=channels, rows=rows,
        columns=columns,
    )  # fmt: skip
