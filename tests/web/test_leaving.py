"""The end is heard before the server acts on it, and the server's own handler is left as it was."""

from __future__ import annotations

import asyncio
import signal
import threading

import pytest

from app.web.leaving import on_the_way_out


@pytest.fixture
def heard():
    """What the server's own handler was called with; one signal is not listened to at all."""
    calls: list[int] = []
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGTERM, lambda number, frame: calls.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield calls
    for one, handler in before.items():
        signal.signal(one, handler)


def test_the_end_is_told_on_the_loop_and_to_the_server(heard: list[int]) -> None:
    own = signal.getsignal(signal.SIGTERM)

    async def served() -> list[str]:
        ended: list[str] = []
        with on_the_way_out(lambda: ended.append(threading.current_thread().name)):
            assert own is not signal.getsignal(signal.SIGTERM)
            assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)  # who ignores it goes on doing so
            signal.raise_signal(signal.SIGTERM)
            assert [] == ended  # not within the handler
            await asyncio.sleep(0)
        return ended

    assert ["MainThread"] == asyncio.run(served())
    assert [signal.SIGTERM] == heard
    assert own is signal.getsignal(signal.SIGTERM)


def test_a_server_in_another_thread_hears_no_signal(heard: list[int]) -> None:
    own, found = signal.getsignal(signal.SIGTERM), []

    def serve() -> None:
        with on_the_way_out(lambda: None):
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    assert [own] == found
