"""A layer's controls as HTML, kept until its line changes: a third of the lab, of which a move changes one layer's."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from app.explorer.explorer import Cache
from app.i18n import Language
from app.web.pages.columns import Column
from app.web.pages.view import LabView
from app.web.templating import render

HOLE = "\0"  # where the page's state goes, which every move changes


def controls_writer(cache: Cache, lang: Language, view: LabView) -> Callable[[Column, Markup], Markup]:
    """What writes a column's controls into a page, given the page's state as hidden fields."""

    def write(column: Column, hidden_state: Markup) -> Markup:
        def made() -> str:
            values = {"column": column, "view": view, "hidden_state": HOLE}
            return render("lab/_controls.html", lang, values)

        told = any(one.layer == column.stage for one in view.refused)
        key = ("controls", lang, column.stage, column.text, column.formula, column.unread)
        html = made() if told else cache.get_or_make(key, made)
        return Markup(html.replace(HOLE, hidden_state))  # nosec B704  # rendered and escaped by the template

    return write
