"""What every answer carries and what no request may exceed, as plain ASGI around the whole app."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # a photo's address is its key: no other site may see it
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FORM_BYTES = 64 * 1024  # what a multipart form may hold around its file
TEXT_BYTES = 256 * 1024  # a JSON body: stack and image of 16,000 characters each, escaped


class SecurityHeaders:
    """Adds the security headers to every answer; one that sets its own keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class HeadAsGet:
    """Answers HEAD wherever GET is answered, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, send_without_body)
        else:
            await self.app(scope, receive, send)


class BodyLimit:
    """Stops reading a body that is too long, before anything parses it; the answer is 413."""

    def __init__(self, app: ASGIApp, upload_max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.upload_max_bytes = upload_max_bytes
        self.larger = larger or {}  # forms at these paths carry files of another size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope["path"], headers.get("content-type", ""))
        declared = headers.get("content-length", "")
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            if declared.isdigit() and int(declared) > limit:
                raise TooLarge(limit)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLarge(limit)
            return message

        await self.app(scope, counted, send)

    def _limit(self, path: str, content_type: str) -> int:
        kind = content_type.partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            return self.larger.get(path, self.upload_max_bytes) + FORM_BYTES
        return self.upload_max_bytes if kind.startswith("image/") else TEXT_BYTES


class TooLarge(HTTPException):
    """The body is longer than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit
