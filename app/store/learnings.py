"""Learnings asked for, one small file each: what is to be learned, and whether it goes on, pauses or ends."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from app.domain.errors import UserError
from app.store.kept_files import KeptFiles, write_atomically

Asked = Literal["running", "paused", "cancelled"]

_NAME = re.compile(r"[0-9a-f]{32}")
MAX_BYTES = 64 * 1024  # of one file; a question holds a picture or a stack as text
IDLE_SECONDS = 60.0  # kept so long with nobody listening
LONGEST_SECONDS = 1800.0  # kept at most, paused or not


@dataclass(frozen=True)
class Learning:
    """A learning in the store; `id` is random and the key to it, times are seconds since 1970."""

    id: str
    question: Mapping[str, Any]
    asked: Asked
    created: float


class LearningStore:
    """Learnings in one folder, shared by processes, so that any of them can pause what another one runs.

    A learning goes once nobody has listened for a minute. At most `most` are kept.
    """

    def __init__(self, folder: Path, most: int, clock: Callable[[], float] = time.time) -> None:
        self.most = most
        self._files = KeptFiles(
            folder, ".learning", IDLE_SECONDS, most * MAX_BYTES, most, "learnings_full", clock
        )

    def add(self, question: Mapping[str, Any], asked: Asked) -> Learning:
        """Keep a question under a new random name.

        Raises
        ------
        UserError
            `learnings_full` when as many as may be are kept, `learning_too_long` for a question too long.
        """
        now = self._files.clock()
        made = Learning(secrets.token_hex(16), question, asked, now)
        data = _bytes(made)
        if len(data) > MAX_BYTES:
            raise UserError("learning_too_long", limit=MAX_BYTES)
        self._files.add(MAX_BYTES, now, lambda: self._write(made, data, now))
        return made

    def find(self, name: str) -> Learning:
        """A learning by its id.

        Raises
        ------
        UserError
            `learning_expired` if its time is over, `learning_unknown` otherwise.
        """
        if not _NAME.fullmatch(name):
            raise UserError("learning_unknown")
        path = self._files.path(name)
        try:
            ends, fields = path.stat().st_mtime, json.loads(path.read_bytes())
        except (FileNotFoundError, ValueError):
            gone = self._files.was_here(name)
            raise UserError("learning_expired" if gone else "learning_unknown") from None
        if ends <= self._files.clock():
            raise UserError("learning_expired")
        return Learning(name, **fields)

    def ask(self, name: str, asked: Asked) -> Learning:
        """Let a learning run on, pause or end; one that was cancelled stays so. Raises as `find` does."""
        found = self.find(name)
        if found.asked == "cancelled":
            return found
        changed = replace(found, asked=asked)
        self._write(changed, _bytes(changed), self._files.clock())
        return changed

    def listen(self, name: str) -> Learning:
        """As `find`, by somebody who listens: the learning is kept for another while."""
        found, now = self.find(name), self._files.clock()
        with suppress(FileNotFoundError):
            os.utime(self._files.path(name), (now, self.end(found, now)))
        return found

    def now(self) -> float:
        """The time that ends are counted by."""
        return self._files.clock()

    def end(self, learning: Learning, now: float) -> float:
        """When a learning goes that is listened to for the last time now."""
        return min(now + IDLE_SECONDS, learning.created + LONGEST_SECONDS)

    def delete(self, name: str) -> None:
        """Let a learning go at once; whoever listens is told that it was cancelled. Raises as `find` does."""
        self.find(name)
        self._files.delete(name)

    def sweep(self) -> None:
        """Delete what is over its time; meant to be called every minute or so."""
        self._files.sweep()

    def _write(self, learning: Learning, data: bytes, now: float) -> None:
        write_atomically(self._files.path(learning.id), (data,), now, self.end(learning, now))


def _bytes(learning: Learning) -> bytes:
    fields = asdict(learning)
    del fields["id"]
    return json.dumps(fields).encode()
