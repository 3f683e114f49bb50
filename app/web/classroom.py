"""The class as one worker sees it: open screens hear of every change; the worker tells the others its numbers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio.to_thread

from app.domain.errors import UserError
from app.store.room import Beat, Room, RoomState
from app.web.jobs import Jobs
from app.web.pulse import Pulse

Role = Literal["following", "away", "boards", "teacher"]
ROLES: tuple[Role, ...] = ("following", "away", "boards", "teacher")
MOST_SCREENS = 2_000  # a worker's open streams; more are answered with 503
LOOK_SECONDS, IDLE_SECONDS, BEAT_SECONDS, ALIVE_SECONDS = 0.25, 2.0, 2.0, 15.0
LONGEST = 20_000  # characters of an address; a stack may have 16,000
_PAGES = re.compile(r"/|/(?:network|glossary|code|about|course(?:/[a-z0-9-]{1,80})?)")
_OWN = re.compile(r"(?:lang|theme|history|step)=")  # each screen's own choice, or of a move and not a place


@dataclass(frozen=True)
class Snapshot:
    """All that there is to tell: the room, the counts of answers, all workers' numbers."""

    state: RoomState
    counts: tuple[int, ...] = ()
    together: Beat = field(default_factory=Beat)

    @property
    def answers(self) -> int:
        return sum(self.counts)

    def told(self, role: Role) -> dict[str, Any]:
        """What a screen hears; how many answered only where the teacher wants it seen."""
        state = self.state
        heard: dict[str, Any] = {
            "version": state.version,
            "address": state.address,
            "follow": state.follow,
            "blank": state.blank,
            "code": state.code,
            "lesson": state.lesson if state.stage == "open" else "",
            "stage": state.stage,
            "poll": state.poll,
        }
        if role in ("boards", "teacher"):
            heard |= {"answers": self.answers, "connected": self.together.connected}
        if role == "teacher":
            heard |= {"numbers": [self.together.following, self.together.jobs, self.together.failed]}
        return heard


class Classroom:
    """Screens that listen, over a room that all workers share."""

    def __init__(self, room: Room, jobs: Jobs, pulse: Pulse, cleared: Callable[[], None]) -> None:
        self.room = room
        self.latest = Snapshot(RoomState())
        self._jobs = jobs
        self._pulse = pulse
        self._cleared = cleared
        self._screens: Counter[Role] = Counter()
        self._changed = asyncio.Event()
        self._beaten = 0.0
        self._crowd = (0,) * len(ROLES)
        self.closing = False
        self._looked = False

    async def watch(self) -> None:
        """Look at the room again and again, to tell the screens what any worker changed."""
        while True:
            with suppress(UserError):  # a folder that cannot be written to: pages say so when they need it
                await self.look()
            await anyio.sleep(LOOK_SECONDS if self._screens.total() else IDLE_SECONDS)

    async def look(self) -> Snapshot:
        """Look now."""
        found = await anyio.to_thread.run_sync(self._seen)
        before, self.latest = self.latest, found
        if found.state.cleared != before.state.cleared and self._looked:
            self._cleared()
        self._looked = True
        if found != before:
            self._wake()
        return found

    async def change(self, work: Callable[[], object]) -> Snapshot:
        """Do something to the room, off the event loop, and tell of it at once."""
        await anyio.to_thread.run_sync(work)
        return await self.look()

    async def stream(self, role: Role) -> AsyncIterator[str]:
        """Server-sent events for one screen, until it goes or the server ends; ask `require_room` before."""
        heard = ""
        self._screens[role] += 1
        try:
            yield "retry: 2000\n\n"
            while not self.closing:
                changed = self._changed
                news = json.dumps(self.latest.told(role))
                if news != heard:
                    heard = news
                    yield f"data: {news}\n\n"
                try:
                    await asyncio.wait_for(changed.wait(), ALIVE_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"  # so that a screen that has gone is noticed
        finally:
            self._screens[role] -= 1

    def require_room(self) -> None:
        """Refuse a further screen with `busy` when there are too many."""
        if self._screens.total() >= MOST_SCREENS:
            raise UserError("busy", limit=MOST_SCREENS)

    def close(self) -> None:
        """Let every stream end, so that the server can."""
        self.closing = True
        self._wake()

    def leave(self) -> None:
        """Take this worker's numbers out of the sum."""
        with suppress(UserError):
            self.room.beat(os.getpid(), None)
        self.room.close()

    def _seen(self) -> Snapshot:
        due = bool(self._screens.total()) and time.monotonic() - self._beaten >= BEAT_SECONDS
        if self._crowd_changed() or due:
            self.room.beat(os.getpid(), self._beat())
            self._beaten = time.monotonic()
        return Snapshot(self.room.state(), self.room.counts(), self.room.together())

    def _crowd_changed(self) -> bool:
        now = tuple(self._screens[role] for role in ROLES)
        changed, self._crowd = now != self._crowd, now
        return changed

    def _beat(self) -> Beat:
        last = self._pulse.reading()
        return Beat(
            following=self._screens["following"],
            away=self._screens["away"],
            boards=self._screens["boards"],
            jobs=self._jobs.held,
            places=self._jobs.limit,
            answered=last.answered,
            p95_ms=last.p95_ms,
            refused=last.refused,
            failed=last.failed,
        )

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def shown_address(text: str) -> str:
    """A page of this server as all screens can open it: path and query, without language or appearance.

    Raises
    ------
    UserError
        `class_address_wrong` for anything else.
    """
    bare = re.sub(r"^https?://[^/]+(?=/)", "", text.strip())
    path, _, query = bare.partition("#")[0].partition("?")
    if len(bare) > LONGEST or not _PAGES.fullmatch(path) or re.search(r"[\x00-\x20\x7f\\\"<>]", query):
        raise UserError("class_address_wrong", address=text[:80])
    kept = "&".join(part for part in query.split("&") if part and not _OWN.match(part))
    return path + (f"?{kept}" if kept else "")
