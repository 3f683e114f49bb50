"""A refusal's formula is set like the formulas of layers that fit."""

from __future__ import annotations

import pytest

from app.web.pages.size_formula import typeset


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "floor((64 + 0 + 0 - 4*(31 - 1) - 1) / 1) + 1 = -56",
            "⌊(64 + 0 + 0 − 4·(31 − 1) − 1) / 1⌋ + 1 = −56",
        ),
        ("ceil((3 - 1) / 2) + 1 = 2", "⌈(3 − 1) / 2⌉ + 1 = 2"),
        ("(3 - 1)*2 - 9 + 1 = -4", "(3 − 1)·2 − 9 + 1 = −4"),
        ("rows floor((1 - 2) / 1) = 0; columns 3 -> 2", "filas: ⌊(1 − 2) / 1⌋ = 0; columnas: 3 → 2"),
        ("", ""),
    ],
)
def test_plain_characters_become_the_signs_of_the_page(written: str, expected: str) -> None:
    assert expected == typeset(written, "filas:", "columnas:")
