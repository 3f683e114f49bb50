"""Bytes with an address: how long they may be kept, and the short answer for those who have them already."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping

from fastapi import Request, Response

from app.store.network_files import network_names_in
from app.store.sources import SourceCard
from app.web.deps import Services

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def cache_control(card: SourceCard, *others: float) -> str:
    """What is made of uploads is kept until the first of them ends, and in no shared cache; all else for ever.

    `others` are the ends of uploads beside the picture, in seconds since 1970.
    """
    ends = [*others, *([card.expires] if card.expires is not None else [])]
    return f"private, max-age={max(0, int(min(ends) - time.time()))}" if ends else FOREVER


def network_ends(request: Request, services: Services) -> list[float]:
    """When the uploaded networks end that an address names, by themselves or in a stack."""
    return [services.own.store.describe(name).expires for name in network_names_in(request.url.query)]


async def serve(
    request: Request, services: Services, image: str, make: Callable[[], bytes], media_type: str
) -> Response:
    """What `make` gives of the picture `image`, computed off the event loop."""

    def work() -> tuple[str, bytes]:
        card = services.explorer.sources.describe(image)
        return cache_control(card, *network_ends(request, services)), make()

    kept, body = await services.jobs.run(work, request)
    return answer_bytes(request, body, media_type, {"Cache-Control": kept})


def answer_bytes(request: Request, body: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """The bytes with their tag, or 304 when the client has them."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    sent = {**headers, "ETag": tag}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if request.method in ("GET", "HEAD") and known & {tag, "*"}:
        return Response(status_code=304, headers=sent)
    return Response(body, headers=sent, media_type=media_type)
