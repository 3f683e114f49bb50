"""Every error that there is, for the API's page: by status, each with its sentence."""

from __future__ import annotations

from string import Formatter

from markupsafe import Markup, escape

from app.i18n import Language, load_catalogue
from app.web.problems import status_of_code

PREFIX = "errors."


def errors_by_status(language: Language) -> dict[int, list[tuple[str, Markup]]]:
    """The codes of each status with their sentences, all that the catalogue has."""
    found: dict[int, list[tuple[str, Markup]]] = {}
    catalogue = load_catalogue()
    for code in codes():
        sentence = unfilled(catalogue.template(PREFIX + code, language))
        found.setdefault(status_of_code(code), []).append((code, sentence))
    return dict(sorted(found.items()))


def codes() -> list[str]:
    """Every code in order."""
    keys = load_catalogue().keys()
    return sorted(key.removeprefix(PREFIX) for key in keys if key.startswith(PREFIX))


def unfilled(template: str) -> Markup:
    """A sentence as HTML, with the names of what is filled in."""
    parts = [
        escape(text) + (Markup("<var>{}</var>").format(name) if name else "")
        for text, name, _, _ in Formatter().parse(template)
    ]
    return Markup("").join(parts)
