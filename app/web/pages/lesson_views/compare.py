"""Two orders of a move and a layer, or a map before and after a shift: their difference, counted and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.explorer import Explorer
from app.i18n import Language
from app.web.language import say_in
from app.web.pages.equivariance import equivariance
from app.web.pages.invariance import invariance


def values(
    explorer: Explorer, query: Mapping[str, str], lang: Language, law: str = "equivariance"
) -> Mapping[str, Any]:
    """`law` is equivariance, f(g(x)) = g(f(x)), or invariance, f(g(x)) = f(x)."""
    say = say_in(lang)
    made = invariance if law == "invariance" else equivariance
    return {"law": law, **made(explorer, query, lambda name: say(f"course_compare.{name}"))}
