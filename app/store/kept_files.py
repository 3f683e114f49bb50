"""Uploads as files of one folder: written at once, gone after their time, on request, or to make room."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar, get_origin, get_type_hints

from app.domain.errors import UserError

_TOMBSTONE, _TEMPORARY, _LOCK = ".gone", ".new-", ".lock"
_TOMBSTONE_SECONDS = 30 * 24 * 3600.0
_MAX_TOMBSTONES = 10_000
_GRACE_SECONDS = 600.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Kept = TypeVar("Kept")
_log = logging.getLogger(__name__)


def hash_of(token: str) -> str:
    """What is kept of a delete token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def typed(made: Callable[..., Kept], fields: object) -> Kept:
    """A dataclass of plain values from what a file holds; ValueError where its names or types are others."""
    if not isinstance(fields, dict):  # anything may stand in a damaged file
        raise ValueError("unknown header")
    try:
        kept = made(**fields)
        for name, kind in get_type_hints(made).items():
            value = getattr(kept, name)
            if not isinstance(value, (int, float) if kind is float else get_origin(kind) or kind):
                raise TypeError(name)
    except TypeError as fault:
        raise ValueError("unknown header") from fault
    return kept


def write_atomically(path: Path, parts: Iterable[bytes | memoryview], created: float, expires: float) -> None:
    """Write a file: whoever opens `path` finds the whole of it or none.

    The file is its owner's alone (0600), and its time of change is its end (seconds since 1970), which can
    so be told without opening it.
    """
    handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)  # mkstemp gives 0600
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts:
                file.write(part)
        os.utime(temporary, (created, expires))
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):  # the first fault is the one to tell
            os.unlink(temporary)
        raise


class KeptFiles:
    """The files with one suffix in one folder (0700), shared by any number of processes.

    An expired file leaves an empty one with its name for 30 days, so that its old address answers "gone"
    and not "unknown"; the name is random and says nothing about the file. One that is deleted by its owner
    leaves nothing. `most_files` bounds their number within the budget; `full` is the code of the fault when
    there is no room. A folder that cannot be made or written to is named in the log and tried again at every call.
    """

    def __init__(
        self,
        folder: Path,
        suffix: str,
        ttl_seconds: float,
        budget_bytes: int,
        most_files: int,
        full: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ttl = ttl_seconds
        self.clock = clock
        self._folder = folder
        self._suffix = suffix
        self._budget = budget_bytes
        self._most_files = most_files
        self._full = full
        try:
            self._make_folder()
            with suppress(PermissionError):  # a mounted folder may belong to someone else
                folder.chmod(0o700)
        except OSError as fault:
            _log.error("uploads cannot be kept: %s", fault)

    def path(self, name: str) -> Path:
        """Where a file is, or would be."""
        return self._folder / (name + self._suffix)

    def was_here(self, name: str) -> bool:
        """Whether a file of this name had its time and is gone."""
        return self._tombstone(name).exists()

    def unreadable(self, fault: OSError) -> UserError:
        """The system's fault in reading a file as the user's; its name, the key to it, is not logged."""
        _log.error("an upload cannot be read: %s", fault.strerror)
        return UserError("store_unreadable")

    def add(self, length: int, now: float, write: Callable[[], None]) -> None:
        """Let `write` add a file of `length` bytes; the oldest make room for it.

        Raises
        ------
        UserError
            `full` if it cannot fit: the budget is too small for it, or what fills the budget was added
            within the last ten minutes and is likely to be in use, or the disk itself is full.
            `store_unwritable` if the folder cannot be written to.
        """
        with self._told(), self._locked():
            self._bury_expired(now)
            self._make_room(length, now)
            write()

    def delete(self, name: str) -> None:
        """Delete a file for good; `store_unwritable` if the folder cannot be written to."""
        with self._told():
            self.path(name).unlink(missing_ok=True)

    def clear(self) -> int:
        """Delete every file, whoever's it is, and say how many; their addresses answer "gone"."""
        with self._locked():
            kept = self._kept()
            for entry, _ in kept:
                self._bury(entry, self.clock())
            return len(kept)

    def sweep(self) -> None:
        """Delete what is over its time; meant to be called every minute or so. A fault of the disk is logged."""
        now = self.clock()
        try:
            with self._locked():
                self._bury_expired(now)
                self._clear_tombstones(now)
        except OSError as fault:
            _log.error("expired uploads stay: %s", fault.strerror)

    def is_writable(self) -> bool:
        """Whether a file can be made in the folder now."""
        try:
            self._make_folder()
            with tempfile.TemporaryFile(dir=self._folder) as file:
                file.write(b"0")
                file.flush()
        except OSError:
            return False
        return True

    def charge(self, length: int) -> int:
        """What a file counts against the budget: the smallest a share too, which bounds their number."""
        return max(length, self._budget // self._most_files)

    def _tombstone(self, name: str) -> Path:
        return self._folder / (name + _TOMBSTONE)

    def _make_folder(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The system's fault in writing as the user's: a full disk, or a folder that takes nothing."""
        try:
            yield
        except OSError as fault:
            if fault.errno in _NO_ROOM:
                raise UserError(self._full) from None
            _log.error("an upload cannot be kept: %s", fault.strerror)
            raise UserError("store_unwritable") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder's lock against other threads and processes; the system frees it if one dies."""
        self._make_folder()  # it may have been removed since the start
        handle = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _files(self, suffix: str) -> list[os.DirEntry[str]]:
        with os.scandir(self._folder) as entries:
            return [entry for entry in entries if entry.name.endswith(suffix)]

    def _bury_expired(self, now: float) -> None:
        with os.scandir(self._folder) as entries:
            unfinished = [entry for entry in entries if entry.name.startswith(_TEMPORARY)]
        for entry in unfinished:  # files are written under the lock, so these are of a process that died
            os.unlink(entry.path)
        for entry, status in self._kept():
            if status.st_mtime <= now:
                self._bury(entry, now)

    def _clear_tombstones(self, now: float) -> None:
        tombstones = sorted(self._files(_TOMBSTONE), key=lambda entry: entry.stat().st_mtime_ns)
        surplus = max(0, len(tombstones) - _MAX_TOMBSTONES)
        for count, entry in enumerate(tombstones):
            if count < surplus or entry.stat().st_mtime < now - _TOMBSTONE_SECONDS:
                os.unlink(entry.path)

    def _make_room(self, needed: int, now: float) -> None:
        kept = self._kept()
        used = sum(self.charge(status.st_size) for _, status in kept)
        excess = used + self.charge(needed) - self._budget
        removable = [pair for pair in kept if pair[1].st_mtime - self.ttl <= now - _GRACE_SECONDS]
        if excess > sum(self.charge(status.st_size) for _, status in removable):
            raise UserError(self._full)
        for entry, status in sorted(removable, key=lambda pair: pair[1].st_mtime_ns):
            if excess <= 0:
                return
            self._bury(entry, now)
            excess -= self.charge(status.st_size)

    def _kept(self) -> list[tuple[os.DirEntry[str], os.stat_result]]:
        """Files with their status; a DELETE, which takes no lock, may remove one at any time."""
        found = []
        for entry in self._files(self._suffix):
            with suppress(FileNotFoundError):
                found.append((entry, entry.stat()))
        return found

    def _bury(self, entry: os.DirEntry[str], now: float) -> None:
        """Replace a file by its tombstone; a disk too full for one more name loses the tombstone alone."""
        tombstone = self._tombstone(entry.name.removesuffix(self._suffix))
        with suppress(OSError):
            tombstone.touch(mode=0o600)
            os.utime(tombstone, (now, now))
        with suppress(FileNotFoundError):
            os.unlink(entry.path)
