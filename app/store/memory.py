"""A cache bounded in bytes that never makes one value twice at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_PART_BYTES = 80  # of an object and its place in the dictionary


@dataclass(frozen=True)
class CacheCounts:
    """Hits and misses since the start, and what is held now."""

    hits: int
    misses: int
    entries: int
    bytes: int


class _Flight(Generic[Value]):
    """A value being made: those who wait for it are woken when it landed or failed."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.values: list[Value] = []  # empty after a failure; a list, because None is a value too


def key_bytes(key: Any) -> int:
    """About what an entry costs besides its value: a stack's prefix in the key may outweigh a small map."""
    if isinstance(key, tuple):
        return sum(key_bytes(part) for part in key)
    return _PART_BYTES + (len(key) if isinstance(key, str | bytes) else 0)


class ByteBoundedCache(Generic[Key, Value]):
    """Least recently used goes first; `size` gives a value's bytes; safe to use from several threads.

    Keys count too. A value larger than the whole bound is handed out but not kept.
    """

    def __init__(
        self, max_bytes: int, size: Callable[[Value], int], key_size: Callable[[Key], int] = key_bytes
    ) -> None:
        self._max_bytes = max_bytes
        self._size = size
        self._key_size = key_size
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._flights: dict[Key, _Flight[Value]] = {}
        self._bytes = self._hits = self._misses = 0

    def get(self, key: Key) -> Value | None:
        """The kept value, which becomes the most recently used, or None."""
        with self._lock:
            entry = self._touched(key)
            self._hits += entry is not None
            self._misses += entry is None
            return entry[0] if entry else None

    def put(self, key: Key, value: Value) -> None:
        """Keep a value in place of any earlier one, and let the oldest go until the bound holds."""
        length = self._size(value) + self._key_size(key)
        with self._lock:
            self._drop(key)
            if length > self._max_bytes:
                return
            self._entries[key] = (value, length)
            self._bytes += length
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def get_or_make(self, key: Key, make: Callable[[], Value]) -> Value:
        """The kept value, or the one that `make` returns, kept from then on.

        Threads that ask for the same key meanwhile wait and share the result. If `make` raises, its caller
        gets the exception, nothing is kept, and one of those waiting makes the value itself: the fault may
        be the caller's own, such as a cancelled request.
        `make` may use the cache, but not for the key being made.
        """
        while True:
            with self._lock:
                entry = self._touched(key)
                if entry is not None:
                    self._hits += 1
                    return entry[0]
                flight = self._flights.get(key)
                if flight is None:
                    self._misses += 1
                    flight = self._flights[key] = _Flight()
                    break
            flight.done.wait()
            if flight.values:
                with self._lock:
                    self._hits += 1
                return flight.values[0]
        return self._make(key, make, flight)

    def discard(self, wanted: Callable[[Key], bool]) -> None:
        """Let go of every entry whose key is wanted gone, such as all of a deleted photo."""
        with self._lock:
            for key in [key for key in self._entries if wanted(key)]:
                self._drop(key)

    def counts(self) -> CacheCounts:
        """Hits, misses and what is held, at one moment."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, len(self._entries), self._bytes)

    def _make(self, key: Key, make: Callable[[], Value], flight: _Flight[Value]) -> Value:
        try:
            value = make()
            flight.values.append(value)
            self.put(key, value)
            return value
        finally:
            with self._lock:
                del self._flights[key]
            flight.done.set()

    def _touched(self, key: Key) -> tuple[Value, int] | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry[1]
