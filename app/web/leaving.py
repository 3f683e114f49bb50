"""Hears of the end early: a server waits for its connections before it tells the program, and streams never end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_the_way_out(*ends: Callable[[], None]) -> Iterator[None]:
    """Call `ends` on the event loop when a signal asks the server to end, then do what the server does itself."""
    if threading.current_thread() is not threading.main_thread():
        yield  # a test's server: no signal comes here
        return
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {one: signal.getsignal(one) for one in SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        for end in ends:
            loop.call_soon_threadsafe(end)
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)

    for one in SIGNALS:
        if callable(before[one]):
            signal.signal(one, heard)
    try:
        yield
    finally:
        for one, handler in before.items():
            if callable(handler):
                signal.signal(one, handler)
