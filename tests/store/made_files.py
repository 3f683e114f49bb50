"""Files made for the tests of picture intake: ordinary, odd and hostile ones."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import UserError


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """The picture as a file's bytes."""
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def coloured(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """A random 8-bit picture."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG written by hand, not by Pillow; `extra` chunks stand before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), *extra, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def refused(code: str, call: Any, *args: Any, **options: Any) -> UserError:
    """The UserError of this code that the call raises."""
    with pytest.raises(UserError) as fault:
        call(*args, **options)
    assert code == fault.value.code
    return fault.value
