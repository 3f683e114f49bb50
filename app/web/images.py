"""Bytes with an address: how long they may be kept, and the short answer for those who have them already."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping

from fastapi import Request, Response

from app.store.sources import SourceCard
from app.web.deps import Services

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def cache_control(card: SourceCard) -> str:
    """An upload is kept for the rest of its life and in no shared cache; everything else for ever."""
    if card.expires is None:
        return FOREVER
    return f"private, max-age={max(0, int(card.expires - time.time()))}"


async def serve(
    request: Request, services: Services, image: str, make: Callable[[], bytes], media_type: str
) -> Response:
    """What `make` gives of the picture `image`, computed off the event loop."""

    def work() -> tuple[SourceCard, bytes]:
        return services.explorer.sources.describe(image), make()

    card, body = await services.jobs.run(work, request)
    return answer_bytes(request, body, media_type, {"Cache-Control": cache_control(card)})


def answer_bytes(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """The bytes with their tag, or 304 when the client has them."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    sent = {**headers, "ETag": tag}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if request.method in ("GET", "HEAD") and known & {tag, "*"}:
        return Response(status_code=304, headers=sent)
    return Response(body, headers=sent, media_type=media_type)
