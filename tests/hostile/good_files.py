"""Small whole pictures of every format that is read, from which the bad ones are made."""

from __future__ import annotations

import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")
File = tuple[str, str, bytes]  # kind, name, bytes


def noise(rows: int, cols: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """A random 8-bit picture."""
    return np.random.default_rng(seed).integers(0, 256, (rows, cols, channels), np.uint8)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    """The picture as a file's bytes."""
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


@cache
def whole(format: str) -> bytes:
    """A good 24 x 18 picture."""
    return saved(Image.fromarray(noise(18, 24)), format)


def zipped(name: str, body: bytes) -> bytes:
    """A ZIP of one file, without the time at which it was made."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def chunk(kind: bytes, body: bytes, length: int | None = None) -> bytes:
    """A PNG chunk; `length` overrides the true one."""
    size = len(body) if length is None else length
    return struct.pack(">I", size) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(*chunks: bytes) -> bytes:
    """A PNG of these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def ihdr(width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    """A PNG's header chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
