"""A learning as server-sent events: it is computed while somebody listens, a slice at a time, in the job pool.

A learning is a function of its question, so nothing but the question is kept. A stream that broke off goes on
where it was, in whichever process the browser reaches next: the steps before are made again, untold.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar

from app.domain.errors import UserError
from app.engine.trace import Cancelled
from app.explorer.learnings import Run, advance
from app.store.learnings import LearningStore
from app.web.jobs import Jobs
from app.web.language import Say

Made = TypeVar("Made")
TICK_SECONDS = 0.1  # between two events; a pause or a cancel is noticed as soon
SLICE_SECONDS = 0.1  # of a thread at a time, so that others have their turn
BEAT_SECONDS = 10.0  # between two signs of life of a paused stream
MOST_SECONDS = 60.0  # of computing
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Vary": "Accept-Language"}


class Streams:
    """The streams that are open in this process, at most `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.open = 0
        self.closing = False

    def close(self) -> None:
        """Let every stream end, so that the server can; a browser asks again and goes on where it was."""
        self.closing = True

    def check(self) -> None:
        """Refuse another one with `learnings_full` where there are as many as may be."""
        if self.open >= self._most:
            raise UserError("learnings_full")


class LearningStream:
    """One listener's run of a learning; `pace` is in steps a second, 0 as fast as it goes."""

    def __init__(
        self, name: str, pace: int, store: LearningStore, streams: Streams, jobs: Jobs, say: Say
    ) -> None:
        self._name, self._pace, self._store, self._say = name, pace, store, say
        self._streams, self._jobs = streams, jobs
        self._worked = 0.0

    async def events(self, run: Run, after: int) -> AsyncIterator[str]:
        """Tell a run before its first step, from behind step `after` on."""
        self._streams.open += 1
        try:
            async for told in self._told(run, after):
                yield told
        finally:
            self._streams.open -= 1

    async def _told(self, run: Run, after: int) -> AsyncIterator[str]:
        while run.step < after and not run.ended and not self._streams.closing:
            await self._in_turn(partial(self._work, run, after))
        if after:
            run.news()  # the listener has it
        yield event("start", {**run.start(), "after": run.step}, run.step)
        if not after:
            yield event("step", run.news(), run.step)
        began, first, told = time.monotonic(), run.step, "running"
        beat = began
        while not self._streams.closing:
            asked = await self._in_turn(lambda gone: self._asked())
            if asked == "cancelled" or run.ended or self._worked > MOST_SECONDS:
                yield self._end(run, asked == "cancelled")
                return
            now = time.monotonic()
            if asked != told:
                told, began, first, beat = asked, now, run.step, now
                yield event("state", {"state": asked}, run.step)
            if asked == "running":
                until = first + int((now - began) * self._pace) + 1 if self._pace else run.step + 1_000_000
                step = run.step
                await self._in_turn(partial(self._work, run, until))
                if run.step > step:
                    beat = now
                    yield event("step", run.news(), run.step)
            if now - beat > BEAT_SECONDS:
                beat = now
                yield ": still here\n\n"
            waits = asked == "paused" or self._pace
            await asyncio.sleep(TICK_SECONDS if waits else 0)

    def _work(self, run: Run, until: int, gone: Callable[[], bool]) -> None:
        start = time.thread_time()
        advance(run, until, SLICE_SECONDS, gone)
        self._worked += time.thread_time() - start

    def _asked(self) -> str:
        try:
            return self._store.listen(self._name).asked
        except UserError:  # deleted, or over its time
            return "cancelled"

    def _end(self, run: Run, cancelled: bool) -> str:
        reason = "cancelled" if cancelled else run.ended or "time"
        says = {
            "done": self._say("learnings.done", step=run.step),
            "lost": self._say("learnings.lost", step=run.step),
            "cancelled": self._say("learnings.cancelled", step=run.step),
            "time": self._say("learnings.time", step=run.step, seconds=int(MOST_SECONDS)),
        }
        return event("end", {"reason": reason, "step": run.step, "says": says[reason]}, run.step)

    async def _in_turn(self, work: Callable[[Callable[[], bool]], Made]) -> Made:
        """What a job gives; where too many wait, a learning waits too, since it is in no hurry."""
        while True:
            try:
                return await self._jobs.run_cancellable(work)
            except UserError as fault:
                if fault.code != "busy":
                    raise
                await asyncio.sleep(1)
            except Cancelled:  # the pool closes
                raise asyncio.CancelledError from None


def event(name: str, data: dict[str, Any], step: int) -> str:
    """One server-sent event; its id is the step, which the browser hands back when it asks again."""
    return f"id: {step}\nevent: {name}\ndata: {json.dumps(rounded(data), allow_nan=False)}\n\n"


def rounded(value: Any) -> Any:
    """Six significant digits, which is more than is drawn; what has no number is null."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list | tuple) else value
