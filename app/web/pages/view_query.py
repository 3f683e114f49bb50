"""Addresses of a lesson's extra views: what the address holds already is kept, what a view sets is changed."""

from __future__ import annotations

from collections.abc import Mapping

from app.web.addresses import encode
from app.web.pages.course_state import PAGE


def view_link(query: Mapping[str, str], own: tuple[str, ...], anchor: str, **changes: object) -> str:
    """The page's address with a view's settings changed; settings of nobody are left out."""
    pairs = {name: query[name] for name in (*PAGE, *own) if query.get(name)}
    pairs |= {name: str(value) for name, value in changes.items()}
    return f"?{encode(pairs)}#{anchor}"


def kept(query: Mapping[str, str]) -> dict[str, str]:
    """What a view's form hands on unseen."""
    return {name: query[name] for name in PAGE if query.get(name)}


def number_of(query: Mapping[str, str], name: str, usual: float) -> float:
    """A number that a form sets, with a point or a comma; the usual one where it is no number."""
    try:
        return float(query.get(name, "").replace(",", "."))
    except ValueError:
        return usual
