"""Uploaded photos on disk: found by a random name, deleted on request, after their time, or to make room."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import UserError
from app.store import photo_file
from app.store.decode import Picture
from app.store.photo_file import Header
from app.store.shrink import Pixels

_IMAGE = re.compile(r"[0-9a-f]{32}")
_PHOTO, _TOMBSTONE, _TEMPORARY, _LOCK = ".photo", ".gone", ".new-", ".lock"
_TOMBSTONE_SECONDS = 30 * 24 * 3600.0
_MAX_TOMBSTONES = 10_000
_GRACE_SECONDS = 600.0
_MAX_PHOTOS = 20_000


@dataclass(frozen=True)
class StoredPhoto:
    """A photo in the store; `image` is its name in addresses, `expires` seconds since 1970.

    `delete_token` is known once, to whoever added the photo; the store keeps only its hash.
    """

    image: str
    width: int
    height: int
    original_width: int
    original_height: int
    format: str
    frames: int
    created: float
    expires: float
    delete_token: str | None = field(default=None, repr=False)


def is_photo_name(image: str) -> bool:
    """Whether a text has the form of a photo's name, 32 hexadecimal digits, and so may touch the disk."""
    return _IMAGE.fullmatch(image) is not None


class PhotoStore:
    """Photos in one folder (0700), shared by any number of processes and kept over restarts.

    An expired photo leaves an empty file with its name for 30 days, so that its old address answers "gone"
    and not "unknown"; the name is random and says nothing about the photo. A photo deleted by its owner
    leaves nothing.
    """

    def __init__(
        self, folder: Path, ttl_seconds: float, budget_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._ttl = ttl_seconds
        self._budget = budget_bytes
        self._clock = clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(PermissionError):  # a mounted folder may belong to someone else
            folder.chmod(0o700)

    def add(self, picture: Picture) -> StoredPhoto:
        """Store a picture under a new random name of 128 bits; the oldest photos make room for it.

        Raises
        ------
        UserError
            `store_full` if it cannot fit: the budget is too small for it, or what fills the budget was added
            within the last ten minutes and is likely to be in use, or the disk itself is full.
        """
        image, token, now = secrets.token_hex(16), secrets.token_urlsafe(16), self._clock()
        height, width = picture.pixels.shape[:2]
        original = (picture.original_width, picture.original_height, picture.format, picture.frames)
        header = Header(width, height, now, now + self._ttl, _hash(token), *original)
        with self._locked():
            self._bury_expired(now)
            self._make_room(photo_file.file_bytes(height, width), now)
            try:
                photo_file.write(self._path(image), header, picture.pixels, _TEMPORARY)
            except OSError:
                raise UserError("store_full") from None
        return _stored(image, header, token)

    def read(self, image: str) -> Pixels:
        """Pixels of a stored photo, uint8 (row, column, channel), read-only; raises as `describe` does."""
        header = self._header(image)
        try:
            return photo_file.read_pixels(self._path(image), header)
        except (FileNotFoundError, ValueError):  # deleted by another process in between
            raise self._missing(image) from None

    def describe(self, image: str) -> StoredPhoto:
        """What is known about a stored photo.

        Raises
        ------
        UserError
            `photo_expired` if its time is over or it had to make room, `photo_unknown` otherwise.
        """
        return _stored(image, self._header(image), None)

    def delete(self, image: str, token: str) -> None:
        """Delete a photo for good, given the token that `add` returned; `wrong_delete_token` for another."""
        header = self._header(image)
        if not hmac.compare_digest(_hash(token), header.token_hash):
            raise UserError("wrong_delete_token")
        self._path(image).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what is over its time; meant to be called every minute or so."""
        now = self._clock()
        with self._locked():
            self._bury_expired(now)
            tombstones = sorted(self._files(_TOMBSTONE), key=_age_key)
            surplus = max(0, len(tombstones) - _MAX_TOMBSTONES)
            for count, entry in enumerate(tombstones):
                if count < surplus or entry.stat().st_mtime < now - _TOMBSTONE_SECONDS:
                    os.unlink(entry.path)

    def is_writable(self) -> bool:
        """Whether a file can be made in the folder now."""
        try:
            with tempfile.TemporaryFile(dir=self._folder) as file:
                file.write(b"0")
                file.flush()
        except OSError:
            return False
        return True

    def _path(self, image: str, suffix: str = _PHOTO) -> Path:
        return self._folder / (image + suffix)

    def _header(self, image: str) -> Header:
        if not is_photo_name(image):
            raise UserError("photo_unknown")
        try:
            header = photo_file.read_header(self._path(image))
        except (FileNotFoundError, ValueError):
            raise self._missing(image) from None
        if header.expires <= self._clock():
            raise UserError("photo_expired")
        return header

    def _missing(self, image: str) -> UserError:
        return UserError("photo_expired" if self._path(image, _TOMBSTONE).exists() else "photo_unknown")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder's lock against other threads and processes; the system frees it if one dies."""
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
        for entry, status in self._photos():
            if status.st_mtime <= now:
                self._bury(entry, now)

    def _make_room(self, needed: int, now: float) -> None:
        photos = self._photos()
        used = sum(self._charge(status.st_size) for _, status in photos)
        excess = used + self._charge(needed) - self._budget
        removable = [pair for pair in photos if pair[1].st_mtime - self._ttl <= now - _GRACE_SECONDS]
        if excess > sum(self._charge(status.st_size) for _, status in removable):
            raise UserError("store_full")
        for entry, status in sorted(removable, key=lambda pair: pair[1].st_mtime_ns):
            if excess <= 0:
                return
            self._bury(entry, now)
            excess -= self._charge(status.st_size)

    def _charge(self, length: int) -> int:
        """What a file counts against the budget: the smallest a share too, which bounds their number."""
        return max(length, self._budget // _MAX_PHOTOS)

    def _photos(self) -> list[tuple[os.DirEntry[str], os.stat_result]]:
        """Photos with their status; a DELETE, which takes no lock, may remove one at any time."""
        photos = []
        for entry in self._files(_PHOTO):
            with suppress(FileNotFoundError):
                photos.append((entry, entry.stat()))
        return photos

    def _bury(self, entry: os.DirEntry[str], now: float) -> None:
        """Replace a photo by its tombstone."""
        tombstone = self._path(entry.name.removesuffix(_PHOTO), _TOMBSTONE)
        tombstone.touch(mode=0o600)
        os.utime(tombstone, (now, now))
        with suppress(FileNotFoundError):
            os.unlink(entry.path)


def _age_key(entry: os.DirEntry[str]) -> int:
    return entry.stat().st_mtime_ns


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _stored(image: str, header: Header, token: str | None) -> StoredPhoto:
    original = (header.original_width, header.original_height, header.format, header.frames)
    return StoredPhoto(image, header.width, header.height, *original, header.created, header.expires, token)
