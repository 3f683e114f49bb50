"""Takes changes only from its own pages and from programs: another site's page may not send a form or a file here.

Browsers say where a request comes from: `Sec-Fetch-Site` over https and on localhost, `Origin` everywhere. A program
such as curl sends neither, and holds nobody's cookies.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.errors import UserError
from app.web.problems import answer

_CHANGES = frozenset(("POST", "PUT", "PATCH", "DELETE"))


class SameSite:
    """Refuses what changes something and comes from another site's page, with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _CHANGES and not is_own(Headers(scope=scope)):
            await answer(Request(scope), UserError("cross_site"))(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def is_own(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from no page at all.

    A proxy that asks under another name says the browser's in `X-Forwarded-Host`; no page can set that header on a
    form.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if origin := headers.get("origin"):
        hosts = {headers.get(name, "").lower() for name in ("host", "x-forwarded-host")}
        return urlsplit(origin).netloc.lower() in hosts - {""}
    return True
