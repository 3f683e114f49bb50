"""Uploaded photos on disk: found by a random name, deleted on request, after their time, or to make room."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import UserError
from app.store import photo_file
from app.store.decode import Picture
from app.store.kept_files import KeptFiles, hash_of
from app.store.photo_file import Header
from app.store.shrink import Pixels

_IMAGE = re.compile(r"[0-9a-f]{32}")
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
    """Photos in one folder, shared by processes and kept over restarts; see `KeptFiles` for their end."""

    def __init__(
        self, folder: Path, ttl_seconds: float, budget_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.files = KeptFiles(folder, ".photo", ttl_seconds, budget_bytes, _MAX_PHOTOS, "store_full", clock)

    def add(self, picture: Picture) -> StoredPhoto:
        """Store a picture under a new random name of 128 bits; the oldest photos make room for it.

        Raises
        ------
        UserError
            `store_full`, see `KeptFiles.add`.
        """
        image, token, now = secrets.token_hex(16), secrets.token_urlsafe(16), self.files.clock()
        height, width = picture.pixels.shape[:2]
        original = (picture.original_width, picture.original_height, picture.format, picture.frames)
        header = Header(width, height, now, now + self.files.ttl, hash_of(token), *original)
        path = self.files.path(image)
        self.files.add(
            photo_file.file_bytes(height, width), now, lambda: photo_file.write(path, header, picture.pixels)
        )
        return _stored(image, header, token)

    def read(self, image: str) -> Pixels:
        """Pixels of a stored photo, uint8 (row, column, channel), read-only; raises as `describe` does."""
        header = self._header(image)
        try:
            return photo_file.read_pixels(self.files.path(image), header)
        except (FileNotFoundError, NotADirectoryError, ValueError):  # deleted by another process in between
            raise self._missing(image) from None
        except OSError as fault:
            raise self.files.unreadable(fault) from None

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
        if not hmac.compare_digest(hash_of(token), header.token_hash):
            raise UserError("wrong_delete_token")
        self.files.delete(image)

    def clear(self) -> int:
        """Delete all photos, and say how many there were."""
        return self.files.clear()

    def sweep(self) -> None:
        """Delete what is over its time; meant to be called every minute or so."""
        self.files.sweep()

    def is_writable(self) -> bool:
        """Whether a file can be made in the folder now."""
        return self.files.is_writable()

    def _header(self, image: str) -> Header:
        if not is_photo_name(image):
            raise UserError("photo_unknown")
        try:
            header = photo_file.read_header(self.files.path(image))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise self._missing(image) from None
        except OSError as fault:
            raise self.files.unreadable(fault) from None
        if header.expires <= self.files.clock():
            raise UserError("photo_expired")
        return header

    def _missing(self, image: str) -> UserError:
        return UserError("photo_expired" if self.files.was_here(image) else "photo_unknown")


def _stored(image: str, header: Header, token: str | None) -> StoredPhoto:
    original = (header.original_width, header.original_height, header.format, header.frames)
    return StoredPhoto(image, header.width, header.height, *original, header.created, header.expires, token)
