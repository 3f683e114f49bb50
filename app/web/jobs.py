"""Computation off the event loop: a bounded pool with a bounded queue, given up when nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from app.domain.errors import UserError
from app.engine.trace import Cancelled

Made = TypeVar("Made")
POLL_SECONDS = 0.1  # how often it is asked whether the client is still there


@dataclass
class JobCounts:
    """What became of jobs since the start: refused because too many waited, given up because nobody did."""

    refused: int = 0
    given_up: int = 0


class Jobs:
    """Runs jobs in `threads` threads; at most `queue_length` more may wait.

    A page that moves on drops its connection (a slider's newer value does so), and its job with it: one that
    waits leaves the queue at once, one that runs is told to stop. So the latest move wins.
    """

    def __init__(self, threads: int, queue_length: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self.limit = threads + queue_length
        self.counts = JobCounts()
        self._held = 0

    @property
    def held(self) -> int:
        """Jobs that run or wait."""
        return self._held

    async def run(self, work: Callable[[], Made], request: Request | None = None) -> Made:
        """What `work` returns or raises; given up unstarted when the client of `request` is gone.

        Raises
        ------
        UserError
            `busy`, when too many jobs wait.
        Cancelled
            When the client is gone.
        """
        return await self.run_cancellable(lambda cancelled: work(), request)

    async def run_cancellable(
        self, work: Callable[[Callable[[], bool]], Made], request: Request | None = None
    ) -> Made:
        """As `run`, for work that can stop half-way: it is given the question whether to."""
        if self._held >= self.limit:
            self.counts.refused += 1
            raise UserError("busy", limit=self.limit)
        gone = threading.Event()

        def guarded() -> Made:
            if gone.is_set():
                raise Cancelled
            return work(gone.is_set)

        loop = asyncio.get_running_loop()
        job = self._pool.submit(guarded)
        self._held += 1
        # counted until its thread is free again, though nobody may wait for it any more
        job.add_done_callback(lambda done: self._soon(loop))
        future = asyncio.wrap_future(job)
        future.add_done_callback(_seen)
        try:
            while not (await asyncio.wait({future}, timeout=POLL_SECONDS if request else None))[0]:
                if request is not None and await request.is_disconnected():
                    raise Cancelled
            return future.result()
        finally:
            if not job.done():
                gone.set()
                job.cancel()
                self.counts.given_up += 1

    def close(self) -> None:
        """Take no more jobs, and drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _soon(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the event loop, which alone counts, know that a job's place is free."""
        with suppress(RuntimeError):  # the loop has ended, and its count with it
            loop.call_soon_threadsafe(self._release)

    def _release(self) -> None:
        self._held -= 1


def _seen(future: asyncio.Future[Any]) -> None:
    """Look at a fault, so that a job nobody waits for is no noise in the log."""
    if not future.cancelled():
        future.exception()
