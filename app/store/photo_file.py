"""One stored photo is one file, so that it appears all at once: a JSON header of 512 bytes, then pixels."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.store.kept_files import typed, write_atomically
from app.store.shrink import Pixels

HEADER_BYTES = 512


@dataclass(frozen=True)
class Header:
    """What is kept about a photo: times in seconds since 1970, only a hash of the delete token."""

    width: int
    height: int
    created: float
    expires: float
    token_hash: str
    original_width: int
    original_height: int
    format: str
    frames: int


def file_bytes(height: int, width: int) -> int:
    """Length of a photo's file: lossless and uncompressed, because it is read far more often than written."""
    return HEADER_BYTES + 3 * height * width


def write(path: Path, header: Header, pixels: Pixels) -> None:
    """Write the whole photo at once, see `write_atomically`."""
    start = json.dumps(asdict(header)).encode().ljust(HEADER_BYTES)
    write_atomically(path, (start, np.ascontiguousarray(pixels).data), header.created, header.expires)


def read_header(path: Path) -> Header:
    """The header of a stored photo.

    Raises
    ------
    FileNotFoundError
        If there is no such photo.
    ValueError
        If the file is not a photo's, or was cut off by a full disk or a crash of the machine.
    """
    with path.open("rb") as file:
        fields = json.loads(file.read(HEADER_BYTES))
        length = os.fstat(file.fileno()).st_size
    header = typed(Header, fields)
    if header.width < 1 or header.height < 1 or length != file_bytes(header.height, header.width):
        raise ValueError("wrong length")
    return header


def read_pixels(path: Path, header: Header) -> Pixels:
    """The pixels, uint8 (row, column, channel), read-only."""
    pixels = np.fromfile(path, np.uint8, offset=HEADER_BYTES).reshape(header.height, header.width, 3)
    pixels.flags.writeable = False
    return pixels
