"""Computation off the event loop: a bounded pool with a bounded queue, given up when nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import Request

from app.domain.errors import UserError
from app.engine.trace import Cancelled

Made = TypeVar("Made")
POLL_SECONDS = 0.1  # how often it is asked whether the client is still there


class Jobs:
    """Runs jobs in `threads` threads; at most `queue_length` more may wait."""

    def __init__(self, threads: int, queue_length: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._limit = threads + queue_length
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
        if self._held >= self._limit:
            raise UserError("busy", limit=self._limit)
        gone = threading.Event()

        def guarded() -> Made:
            if gone.is_set():
                raise Cancelled
            return work(gone.is_set)

        self._held += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, guarded)
        future.add_done_callback(self._release)
        try:
            while not (await asyncio.wait({future}, timeout=POLL_SECONDS if request else None))[0]:
                if request is not None and await request.is_disconnected():
                    raise Cancelled
            return future.result()
        finally:
            gone.set()

    def close(self) -> None:
        """Take no more jobs, and drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _release(self, future: asyncio.Future[Made]) -> None:
        self._held -= 1
        if not future.cancelled():
            future.exception()  # seen, so that a job nobody waits for is no noise in the log
