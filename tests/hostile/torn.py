"""Files cut off, with bytes changed, doubled, swapped or left out, and noise behind a true first word."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.hostile.good_files import FORMATS, File, whole

MAGIC = {
    "JPEG": b"\xff\xd8\xff\xe0",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "WEBP": b"RIFF\xff\xff\0\0WEBP",
    "BMP": b"BM\xff\xff\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
    "TIFF": b"II*\0\x08\0\0\0",
    "BigTIFF": b"MM\0+\0\x08\0\0",
    "GIF": b"GIF89a",
    "AVIF": b"\0\0\0\x1cftypavif",
}


def files(seed: int) -> Iterator[File]:
    """Some 600 of them."""
    rng = np.random.default_rng(seed)
    for format in FORMATS:
        data = whole(format)
        for cut in np.unique(
            np.concatenate([np.arange(0, 24, 2), np.linspace(1, len(data) - 1, 14).astype(int)])
        ):
            yield f"cut {format}", f"cut{cut}.{format.lower()}", data[:cut]
        for number in range(30):
            yield f"changed {format}", f"changed{number}.{format.lower()}", _changed(data, rng)
        for number in range(8):
            yield f"spliced {format}", f"spliced{number}.{format.lower()}", _spliced(data, rng)
    for name, magic in MAGIC.items():
        for length in (0, 1, 7, 40, 300, 5000):
            yield f"noise {name}", f"noise{length}.jpg", magic + rng.bytes(length)
    for length in (0, 1, 2, 3, 8, 64, 1000, 100_000):
        yield "plain noise", f"noise{length}.png", rng.bytes(length)
        yield "zeros", f"zeros{length}.png", bytes(length)


def _changed(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), rng.integers(1, 9)):
        changed[place] = rng.integers(0, 256)
    return bytes(changed)


def _spliced(data: bytes, rng: np.random.Generator) -> bytes:
    first, last = sorted(int(place) for place in rng.integers(0, len(data), 2))
    part = data[first:last]
    return [
        data + part,
        data[:first] + data[last:],
        data[:last] + part + data[last:],
        data[:first] + part[::-1],
    ][int(rng.integers(0, 4))]
