"""The class that shares a server: what its teacher shows, and answers as bare counts; one database for all.

Nothing in it says who is there: no name, no number of a pupil, no address; a vote is one added to a count.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from app.domain.errors import UserError

Stage = Literal["none", "open", "revealed"]
ENDS_AFTER = 8 * 3600.0  # seconds without a change, after which the next class finds an empty room
GONE_AFTER = 10.0  # seconds without a beat, after which a worker's numbers no longer count
_TABLES = """
CREATE TABLE IF NOT EXISTS room (id INTEGER PRIMARY KEY CHECK (id = 1), changed REAL, state TEXT);
CREATE TABLE IF NOT EXISTS answers (option INTEGER PRIMARY KEY, count INTEGER);
CREATE TABLE IF NOT EXISTS workers (worker INTEGER PRIMARY KEY, seen REAL, beat TEXT);
"""


@dataclass(frozen=True)
class RoomState:
    """What the class is shown. `version` grows with every change.

    `address` is a page of this server; `follow` lets the screens go with it. `lesson` is the one whose question
    is asked, `options` how many answers it has, `poll` the random name of this round. `code` shows the way in on
    the projector, `blank` nothing at all. `cleared` counts how often all uploads were deleted.
    """

    version: int = 0
    address: str = ""
    follow: bool = True
    blank: bool = False
    code: bool = True
    lesson: str = ""
    options: int = 0
    poll: str = ""
    stage: Stage = "none"
    cleared: int = 0


@dataclass(frozen=True)
class Beat:
    """What one worker tells of itself: open screens by kind, its load, and its last minute."""

    following: int = 0
    away: int = 0
    boards: int = 0
    jobs: int = 0
    places: int = 0
    answered: int = 0
    p95_ms: float = 0.0
    refused: int = 0
    failed: int = 0

    @property
    def connected(self) -> int:
        """Pupils' screens."""
        return self.following + self.away

    def joined(self, other: Beat) -> Beat:
        """Two workers' numbers together; of the times the longer."""
        mine, its = asdict(self), asdict(other)
        sums = {name: mine[name] + its[name] for name in mine}
        return Beat(**sums | {"p95_ms": max(self.p95_ms, other.p95_ms)})


class Room:
    """The class of one folder, shared by any number of processes; safe to use from several threads.

    Every call raises `UserError` with `class_unkept` where the folder cannot be read or written.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = folder / "class.db"
        self._clock = clock
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None

    def state(self) -> RoomState:
        """What is shown now."""
        with self._using():
            return self._state()

    def change(self, **changes: Any) -> RoomState:
        """Show something else."""
        with self._writing():
            return self._changed(**changes)

    def ask(self, lesson: str, options: int) -> RoomState:
        """Open a lesson's question with no answers yet; those of the question before are deleted."""
        with self._writing():
            self._base.execute("DELETE FROM answers")
            poll = secrets.token_hex(4)
            return self._changed(
                lesson=lesson, options=options, poll=poll, stage="open", blank=False, code=False
            )

    def end(self) -> RoomState:
        """Empty the room."""
        with self._writing():
            return self._emptied()

    def vote(self, poll: str, option: int, before: int | None = None) -> None:
        """Count an answer; `before` is the one that the same screen gave first, which is taken back.

        Raises
        ------
        UserError
            `class_question_closed` when this question takes no answers (any more), `class_no_such_answer`.
        """
        with self._writing():
            state = self._state()
            if state.stage != "open" or state.poll != poll:
                raise UserError("class_question_closed")
            if not 0 <= option < state.options:
                raise UserError("class_no_such_answer")
            if before is not None:
                self._base.execute("UPDATE answers SET count = max(0, count - 1) WHERE option = ?", (before,))
            self._base.execute(
                "INSERT INTO answers VALUES (?, 1) ON CONFLICT (option) DO UPDATE SET count = count + 1",
                (option,),
            )

    def counts(self) -> tuple[int, ...]:
        """How often each answer to the question was given."""
        with self._using():
            found = dict(self._base.execute("SELECT option, count FROM answers").fetchall())
            return tuple(found.get(option, 0) for option in range(self._state().options))

    def beat(self, worker: int, beat: Beat | None) -> None:
        """Take a worker's numbers; None when it ends."""
        with self._writing():
            if beat is None:
                self._base.execute("DELETE FROM workers WHERE worker = ?", (worker,))
                return
            row = (worker, self._clock(), json.dumps(asdict(beat)))
            self._base.execute("INSERT OR REPLACE INTO workers VALUES (?, ?, ?)", row)

    def together(self) -> Beat:
        """The numbers of all workers that are alive."""
        since = self._clock() - GONE_AFTER
        with self._using():
            rows = self._base.execute("SELECT beat FROM workers WHERE seen >= ?", (since,)).fetchall()
        sum_ = Beat()
        for (text,) in rows:
            sum_ = sum_.joined(Beat(**json.loads(text)))
        return sum_

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    @property
    def _base(self) -> sqlite3.Connection:
        if self._open is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._open = self._opened()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged, as by a full disk: a class holds nothing worth a repair
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                self._open = self._opened()
        return self._open

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            with suppress(PermissionError):
                self.path.chmod(0o600)
            base.execute("PRAGMA journal_mode = WAL")  # readers never wait for a writer
            base.execute("PRAGMA synchronous = NORMAL")
            base.execute("PRAGMA secure_delete = ON")
            base.executescript(_TABLES)
        except sqlite3.DatabaseError:
            base.close()
            raise
        return base

    @contextmanager
    def _using(self) -> Iterator[None]:
        """The file for this thread alone; what keeps it from being read or written is a fault with a name."""
        with self._lock:
            try:
                yield
            except (sqlite3.DatabaseError, OSError):
                self._close()  # the next use opens it again, and mends what can be mended
                raise UserError("class_unkept") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One change, whole or not at all, after any that another process is making."""
        with self._using():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def _state(self) -> RoomState:
        row = self._base.execute("SELECT changed, state FROM room").fetchone()
        if row is None:
            return RoomState()
        known = {field.name for field in fields(RoomState)}  # another release may have written it
        state = RoomState(**{name: value for name, value in json.loads(row[1]).items() if name in known})
        if row[0] < self._clock() - ENDS_AFTER:
            # an old poll's counts go with the next question; nobody can ask for them before
            return RoomState(version=state.version + 1, cleared=state.cleared)
        return state

    def _changed(self, **changes: Any) -> RoomState:
        state = self._state()
        return self._kept(replace(state, version=state.version + 1, **changes))

    def _emptied(self) -> RoomState:
        state = self._state()
        self._base.execute("DELETE FROM answers")
        return self._kept(RoomState(version=state.version + 1, cleared=state.cleared))

    def _kept(self, state: RoomState) -> RoomState:
        self._base.execute(
            "INSERT OR REPLACE INTO room VALUES (1, ?, ?)", (self._clock(), json.dumps(asdict(state)))
        )
        return state
