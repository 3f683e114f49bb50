"""What every page stands in: which part of it is asked for, its navigation, theme and languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.i18n import Language
from app.web.addresses import READABLE
from app.web.deps import theme_of
from app.web.templating import render

VARIES = "Accept-Language, HX-Request, Cookie"  # the theme, and what this browser may delete, are in cookies

PRIVATE = {"Cache-Control": "private, no-cache"}  # a page's address may hold a photo's name


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part; a restored history entry is a whole page."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def view_url(image: str) -> str:
    """Where a picture is, made for looking at."""
    return f"/view/{quote(image, safe=READABLE)}.webp"


def part(template: str, lang: Language, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """The part of a page that htmx swaps in. It shares the page's address, so no browser may keep it:
    Back would show the bare part.
    """
    headers = {"Vary": VARIES, "Cache-Control": "no-store"}
    return HTMLResponse(render(template, lang, values), status_code=status, headers=headers)


def page(
    request: Request,
    template: str,
    lang: Language,
    name: str,
    language_url: Callable[[str], str],
    values: Mapping[str, Any],
    status: int = 200,
    **headers: str,
) -> HTMLResponse:
    """A whole page called `name` in the navigation; `language_url` gives its address in another language."""
    frame = {"page": name, "theme": theme_of(request), "language_url": language_url}
    content = render(template, lang, {**frame, **values})
    return HTMLResponse(content, status_code=status, headers={"Vary": VARIES, **PRIVATE, **headers})


def spoken_time(seconds: int) -> str:
    """A lifetime with its unit, which both languages write alike."""
    return f"{seconds // 3600} h" if seconds % 3600 == 0 else f"{max(1, seconds // 60)} min"
