"""A corpus of bad and strange files, made anew from a seed: the same bytes at every run, nothing kept in git."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.hostile import disguised, headers, metadata, modes, torn, weights_files

SEED = 20260101
Route = Literal["photo", "network"]


@dataclass(frozen=True)
class Sent:
    """A file as it is uploaded: to the photos or the networks, under a name; `kind` groups it in reports."""

    kind: str
    name: str
    data: bytes
    route: Route = "photo"


def corpus(seed: int = SEED) -> list[Sent]:
    """All files, in a fixed order."""
    return [
        *_photos(seed),
        *(Sent(kind, name, data, "network") for kind, name, data in weights_files.files(seed)),
    ]


def sample(share: int, seed: int = SEED) -> list[Sent]:
    """One file in `share` of every kind, at least one of each."""
    found: list[Sent] = []
    counts: dict[str, int] = {}
    for file in corpus(seed):
        number = counts.get(file.kind, 0)
        counts[file.kind] = number + 1
        if number % share == 0:
            found.append(file)
    return found


def _photos(seed: int) -> Iterator[Sent]:
    for module in (torn, headers, modes, metadata, disguised):
        for kind, name, data in module.files(seed):
            yield Sent(kind, name, data)
