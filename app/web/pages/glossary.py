"""The glossary's page: every term with an anchor, searched by ?q= without a script."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from app.lessons.glossary import glossary, search
from app.web.deps import LanguageOf
from app.web.pages.frame import is_partial, page, part

router = APIRouter(include_in_schema=False)
LONGEST = 80


@router.get("/glossary")
async def show(request: Request, lang: LanguageOf) -> Response:
    """All terms, or those that `q` finds."""
    asked = request.query_params.get("q", "")[:LONGEST]
    values = {"asked": asked, "terms": search(asked, lang), "count": len(glossary())}
    if is_partial(request):
        return part("course/_glossary.html", lang, {"page": "course", **values})
    return page(request, "course/glossary.html", lang, "course", lambda code: _url(asked, code), values)


def _url(asked: str, lang: str) -> str:
    pairs = {"q": asked, "lang": lang} if asked else {"lang": lang}
    return f"/glossary?{urlencode(pairs, quote_via=quote)}"
