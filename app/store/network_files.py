"""Uploaded networks on disk, one file each: a line of JSON about it, then the weights file as it was sent."""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.domain.errors import UserError
from app.store.kept_files import KeptFiles, hash_of, typed, write_atomically

_NAME = re.compile(r"n[0-9a-f]{32}")
_NAMED = re.compile(r"(?<![0-9a-z_])n[0-9a-f]{32}(?![0-9a-z_])")
_MAX_NETWORKS = 2_000
_MAX_HEADER = 256 * 1024


@dataclass(frozen=True)
class Header:
    """What is kept about a network: as its owner wrote it, times in seconds since 1970, a hash of the token."""

    stack: str
    classes: tuple[str, ...]
    title: str
    created: float
    expires: float
    token_hash: str
    length: int  # bytes of the weights file behind this line


@dataclass(frozen=True)
class StoredNetwork:
    """A network in the store; `name` is its name in the notation and in addresses, a random one.

    `stack` names tensors as the file does. `delete_token` is known once, to whoever added the network.
    """

    name: str
    stack: str
    classes: tuple[str, ...]
    title: str
    created: float
    expires: float
    delete_token: str | None = field(default=None, repr=False)


def is_network_name(name: str) -> bool:
    """Whether a text has the form of an uploaded network's name, and so may touch the disk."""
    return _NAME.fullmatch(name) is not None


def network_names_in(text: str) -> set[str]:
    """The names of uploaded networks that stand in a text, such as a stack's line."""
    return set(_NAMED.findall(text))


class NetworkStore:
    """Networks in one folder, shared by processes and kept over restarts; see `KeptFiles` for their end."""

    def __init__(
        self, folder: Path, ttl_seconds: float, budget_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self.files = KeptFiles(
            folder, ".network", ttl_seconds, budget_bytes, _MAX_NETWORKS, "network_store_full", clock
        )

    def add(self, data: bytes, stack: str, classes: tuple[str, ...], title: str) -> StoredNetwork:
        """Store a weights file under a new random name; the oldest networks make room for it.

        Raises
        ------
        UserError
            `network_store_full`, see `KeptFiles.add`.
        """
        name, token, now = "n" + secrets.token_hex(16), secrets.token_urlsafe(16), self.files.clock()
        header = Header(stack, classes, title, now, now + self.files.ttl, hash_of(token), len(data))
        start = json.dumps(asdict(header)).encode() + b"\n"
        path = self.files.path(name)
        self.files.add(
            len(start) + len(data),
            now,
            lambda: write_atomically(path, (start, data), header.created, header.expires),
        )
        return _stored(name, header, token)

    def describe(self, name: str) -> StoredNetwork:
        """What is known about a stored network.

        Raises
        ------
        UserError
            `network_expired` if its time is over or it had to make room, `own_network_unknown` otherwise.
        """
        return _stored(name, self._opened(name)[0], None)

    def read(self, name: str) -> bytes:
        """The weights file as it was sent; raises as `describe` does."""
        return self._opened(name, whole=True)[1]

    def delete(self, name: str, token: str) -> None:
        """Delete a network for good, given the token that `add` returned; `wrong_network_token` for another."""
        header, _ = self._opened(name)
        if not hmac.compare_digest(hash_of(token), header.token_hash):
            raise UserError("wrong_network_token")
        self.files.delete(name)

    def clear(self) -> int:
        """Delete all networks, and say how many there were."""
        return self.files.clear()

    def sweep(self) -> None:
        """Delete what is over its time; meant to be called every minute or so."""
        self.files.sweep()

    def _opened(self, name: str, whole: bool = False) -> tuple[Header, bytes]:
        """The header, and with `whole` the weights file, read from one and the same open file."""
        if not is_network_name(name):
            raise UserError("own_network_unknown")
        try:
            with self.files.path(name).open("rb") as file:
                line = file.readline(_MAX_HEADER)
                header = _header(line)
                if os.fstat(file.fileno()).st_size != len(line) + header.length:
                    raise ValueError("wrong length")
                data = file.read() if whole else b""
        except (FileNotFoundError, NotADirectoryError, ValueError):
            gone = self.files.was_here(name)
            raise UserError("network_expired" if gone else "own_network_unknown") from None
        except OSError as fault:
            raise self.files.unreadable(fault) from None
        if header.expires <= self.files.clock():
            raise UserError("network_expired")
        return header, data


def _header(line: bytes) -> Header:
    """A header from its line; ValueError where it is none, as after a crash of the machine."""
    fields = json.loads(line)
    if not isinstance(fields, dict) or not isinstance(fields.get("classes"), list):
        raise ValueError("unknown header")
    if not all(isinstance(name, str) for name in fields["classes"]):
        raise ValueError("unknown header")
    return typed(Header, {**fields, "classes": tuple(fields["classes"])})


def _stored(name: str, header: Header, token: str | None) -> StoredNetwork:
    return StoredNetwork(
        name, header.stack, header.classes, header.title, header.created, header.expires, token
    )
