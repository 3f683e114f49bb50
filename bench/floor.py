"""The floor: a bare ASGI service that only does the work, each step the fastest known way.

A 512 x 512 RGB picture kept decoded; gaussian | sobel_x | relu | maxpool(2) | laplacian4 on each colour,
one palette PNG a stage. No routing, no checks, no caches but the last trace.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Any
from urllib.parse import parse_qs

import cv2
import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from app.store.samples import read_sample

Maps = list[NDArray[np.float32]]
_photo = [
    np.ascontiguousarray(plane) / np.float32(255)
    for plane in read_sample("person-astronaut").transpose(2, 0, 1)
]
_palette = bytes(range(256)) * 3
_trace: dict[str, list[Maps]] = {}


def trace(sigma: str) -> list[Maps]:
    """The five stages for one sigma; the last one asked for is kept."""
    if sigma not in _trace:
        _trace.clear()
        _trace[sigma] = compute(float(sigma))
    return _trace[sigma]


def compute(sigma: float) -> list[Maps]:
    """gaussian, sobel_x, relu, maxpool(2), laplacian4, each without padding."""
    line = cv2.getGaussianKernel(5, sigma, cv2.CV_32F)
    blurred = [cv2.sepFilter2D(plane, -1, line, line)[2:-2, 2:-2] for plane in _photo]
    ramp, bell = np.float32([-1, 0, 1]), np.float32([1, 2, 1])
    edges = [cv2.sepFilter2D(plane, -1, ramp, bell)[1:-1, 1:-1] for plane in blurred]
    kept = [np.maximum(plane, 0) for plane in edges]
    pooled = [_pool(plane) for plane in kept]
    cross = np.float32([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    curved = [cv2.filter2D(plane, -1, cross)[1:-1, 1:-1] for plane in pooled]
    return [blurred, edges, kept, pooled, curved]


def _pool(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    even = plane[: plane.shape[0] // 2 * 2, : plane.shape[1] // 2 * 2]
    rows = np.maximum(even[::2], even[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])


def png(plane: NDArray[np.float32]) -> bytes:
    """A palette PNG of a map, filter 'up', isal level 1."""
    levels = cv2.normalize(plane, None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
    rows, cols = levels.shape
    lines = np.empty((rows, cols + 1), np.uint8)
    lines[:, 0] = 2
    lines[0, 1:] = levels[0]
    np.subtract(levels[1:], levels[:-1], out=lines[1:, 1:])
    data = isal_zlib.compress(lines.tobytes(), 1)
    header = pack(">IIBBBBB", cols, rows, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


async def app(scope: dict[str, Any], receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Answer /{stage}?sigma=... with that stage's first map."""
    if scope["type"] != "http":
        return
    query = parse_qs(scope["query_string"].decode())
    body = png(trace(query["sigma"][0])[int(scope["path"][1:]) - 1][0])
    headers = [(b"content-type", b"image/png"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
