"""A small PNG writer (W3C PNG, 3rd edition): palette and truecolour, 8 bits, filter 'up', fast deflate.

About ten times cheaper than a general encoder on feature maps, because the filter is fixed.
"""

from __future__ import annotations

import base64
import struct

import numpy as np
from numpy.typing import NDArray

try:
    from isal.isal_zlib import compress, crc32
except ImportError:  # isal has no wheel for every processor; the stdlib gives the same pixels, slower
    from zlib import compress, crc32

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR, _PALETTE = 2, 3
_FILTER_UP = 2


def palette_png(
    indices: NDArray[np.uint8], palette: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None
) -> bytes:
    """Indices (rows, cols) into a palette (at most 256, 3) as a PNG; `alpha` is each colour's opacity."""
    seen = _chunk(b"tRNS", alpha.tobytes()) if alpha is not None else b""
    return _png(indices, _PALETTE, _chunk(b"PLTE", palette.tobytes()) + seen)


def rgb8_png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels (rows, cols, 3) as a PNG."""
    return _png(pixels.reshape(pixels.shape[0], -1), _TRUECOLOUR, b"", channels=3)


def data_url(png: bytes) -> str:
    """A PNG as an address that holds the picture itself (RFC 2397)."""
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


def _png(samples: NDArray[np.uint8], color_type: int, palette: bytes, channels: int = 1) -> bytes:
    rows, width = samples.shape
    if not rows or not width:
        raise ValueError("a PNG has at least one pixel")
    header = struct.pack(">IIBBBBB", width // channels, rows, 8, color_type, 0, 0, 0)
    lines = np.empty((rows, 1 + width), np.uint8)
    lines[:, 0] = _FILTER_UP
    lines[0, 1:] = samples[0]  # the row above the first counts as zeros
    np.subtract(samples[1:], samples[:-1], out=lines[1:, 1:])  # wraps modulo 256, as the filter asks
    data = compress(lines.data, 1)
    return _SIGNATURE + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(data, crc32(kind)))
