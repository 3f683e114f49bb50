"""Bounds that a picture has to keep before and after it is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of an upload; all are checked from the file's header, before any pixel is decoded.

    `stored_side` is the longer side of the copy that is kept, in pixels; `jpeg_scans` bounds the passes of a
    progressive JPEG, which cost the time of a whole picture each, however few bytes they hold.
    """

    max_bytes: int = 20_000_000
    max_pixels: int = 40_000_000
    max_side: int = 20_000
    stored_side: int = 2048
    jpeg_scans: int = 200


DEFAULT_LIMITS = Limits()
