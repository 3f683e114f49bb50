"""How long the server waits for a client: whole heads soon, whole bodies in minutes; what is slower is let go.

uvicorn waits for ever for the first request of a connection and for the rest of a body, so that a few hundred
idle or dripping connections (Slowloris) would hold their memory and their descriptors until the server ends.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
BODY_SECONDS = 300.0  # 20 MB at 70 kB/s
HEAD_BYTES = (
    128 * 1024
)  # a stack may have 16,000 characters, three bytes each once escaped; twice that, and room
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with an end to its patience, and to the length of a head."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect a whole head from now on."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has become too long."""
        if not self._in_head and self._timer is None:
            self._expect_head()  # the next request of a connection that was kept
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is whole: expect the body."""
        self._in_head = False
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: the answer may take as long as it takes."""
        self._stop_waiting()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._wait(HEAD_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
