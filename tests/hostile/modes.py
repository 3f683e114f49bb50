"""Pictures in every mode and depth, sensible or not: palettes, alphas, inks, floats, one row, animations."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from tests.hostile.good_files import File, chunk, ihdr, noise, png_of, saved

_WRITTEN = {
    "1": ("PNG", "TIFF", "BMP", "GIF"),
    "L": ("PNG", "TIFF", "JPEG", "WEBP", "GIF", "AVIF"),
    "LA": ("PNG", "TIFF", "WEBP", "GIF"),
    "P": ("PNG", "TIFF", "GIF", "BMP"),
    "RGB": ("PNG", "TIFF", "JPEG", "WEBP", "GIF", "BMP", "AVIF"),
    "RGBA": ("PNG", "TIFF", "WEBP", "GIF", "AVIF", "BMP"),
    "CMYK": ("TIFF", "JPEG"),
    "YCbCr": ("TIFF", "JPEG"),
    "LAB": ("TIFF",),
    "I": ("TIFF",),
    "F": ("TIFF",),
    "I;16": ("TIFF", "PNG"),
}


def files(seed: int) -> Iterator[File]:
    """Some 180 of them."""
    for mode, formats in _WRITTEN.items():
        for format in formats:
            yield "mode", f"{mode}.{format}", saved(_made(mode), format)
    for depth in (0, 1, 2, 3, 4, 8, 16, 32, 255):
        for colour in (0, 1, 2, 3, 4, 6, 7):
            for interlace in (0, 1):
                rows = zlib.compress(bytes(4000))
                body = (ihdr(9, 7, depth, colour, interlace), chunk(b"IDAT", rows), chunk(b"IEND", b""))
                yield "PNG depth", f"d{depth}c{colour}i{interlace}.png", png_of(*body)
    for entries in (0, 1, 5, 256, 400):
        palette, clear = chunk(b"PLTE", bytes(3 * entries)), chunk(b"tRNS", bytes(max(entries, 1)))
        pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(range(200, 208)) for _ in range(8))))
        yield (
            "palette",
            f"short{entries}.png",
            png_of(ihdr(8, 8, 8, 3), palette, clear, pixels, chunk(b"IEND", b"")),
        )
    for value in (np.nan, np.inf, -1.0, 2.0, 1e-45):
        yield (
            "floats",
            f"float{value}.tif",
            saved(Image.fromarray(np.full((3, 3), value, np.float32)), "TIFF"),
        )
    for rows, cols in ((1, 1), (1, 9000), (9000, 1), (20_000, 1), (2, 2)):
        for format in ("PNG", "JPEG", "TIFF", "BMP"):
            yield "thin", f"{rows}x{cols}.{format}", saved(Image.fromarray(noise(rows, cols)), format)
    frames = [Image.fromarray(noise(9, 9, seed=number)) for number in range(4)]
    for format in ("GIF", "PNG", "WEBP", "TIFF", "AVIF"):
        for options in ({"duration": 0}, {"duration": 100, "loop": 0}):
            moving = saved(frames[0], format, save_all=True, append_images=frames[1:], **options)
            yield "animated", f"moving.{format}", moving
            yield "animated", f"moving-cut.{format}", moving[: len(moving) * 2 // 3]


def _made(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.arange(99, dtype=np.uint16).reshape(9, 11) * 600)
    if mode == "F":
        return Image.fromarray(np.linspace(0, 1, 99, dtype=np.float32).reshape(9, 11))
    if mode == "LAB":
        return Image.frombytes("LAB", (11, 9), noise(9, 11).tobytes())
    return Image.fromarray(noise(9, 11)).convert(mode)
