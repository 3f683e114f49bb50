"""Headers that promise more than there is: huge sides, bombs of nothing, directories without end, many passes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.hostile.good_files import File, chunk, ihdr, noise, png_of, saved, whole

SIDES = (0, 1, 19_999, 20_001, 65_535, 65_536, 2**31 - 1, 2**32 - 1)


def files(seed: int) -> Iterator[File]:
    """Some 190 of them; none is larger than a megabyte."""
    yield from _sides()
    yield from _bombs()
    yield from _directories()
    yield from _passes()


def _sides() -> Iterator[File]:
    """Every pair of sides, one format after the other, with next to no pixels behind."""
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    for width in SIDES:
        for height in SIDES:
            name = f"{width}x{height}"
            yield "huge PNG", f"{name}.png", png_of(ihdr(width, height), pixels, chunk(b"IEND", b""))
            if max(width, height) < 2**31:
                head = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 24, 0, 0, 0, 0, 0, 0)
                yield "huge BMP", f"{name}.bmp", b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head + bytes(99)
            if max(width, height) < 2**16:
                screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
                frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\x00\x3b"
                yield "huge GIF", f"{name}.gif", screen + frame
                yield "huge JPEG", f"{name}.jpg", _jpeg_of_size(width, height)
    for canvas in (1, 16_383, 2**24 - 1):
        body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas.to_bytes(3, "little") * 2
        yield "huge WebP", f"{canvas}.webp", b"RIFF" + struct.pack("<I", len(body)) + body


def _jpeg_of_size(width: int, height: int) -> bytes:
    data = bytearray(whole("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _bombs() -> Iterator[File]:
    """Much from little: pixels, texts and profiles that inflate a thousandfold."""
    zeros = zlib.compress(bytes(30_000_000), 9)
    end = chunk(b"IEND", b"")
    one = chunk(b"IDAT", zlib.compress(bytes(4)))
    yield "bomb", "pixels.png", png_of(ihdr(1, 1), chunk(b"IDAT", zeros), end)
    yield "bomb", "many-idat.png", png_of(ihdr(8000, 5000, 1, 0), *[chunk(b"IDAT", b"")] * 9000, end)
    yield (
        "bomb",
        "forty.png",
        png_of(ihdr(8000, 5000, 1, 0), chunk(b"IDAT", zlib.compress(bytes(5000 * 1001))), end),
    )
    for kind, start in ((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0")):
        body = chunk(kind, start + zeros)
        yield "bomb", f"{kind.decode()}.png", png_of(ihdr(1, 1, 8, 0), body, one, end)
        yield "bomb", f"{kind.decode()}-many.png", png_of(ihdr(1, 1, 8, 0), *[body] * 12, one, end)
    yield "bomb", "texts.png", png_of(ihdr(1, 1, 8, 0), *[chunk(b"tEXt", b"a\0b")] * 50_000, one, end)
    for length in (0, 5, 2**31 - 1, 2**32 - 1):
        yield "bomb", f"chunk{length}.png", png_of(ihdr(4, 4), chunk(b"IDAT", b"abc", length), end)
    for squeeze in ("tiff_adobe_deflate", "tiff_lzw", "packbits"):
        flat = saved(Image.new("L", (5000, 5000)), "TIFF", compression=squeeze)
        yield "bomb", f"{squeeze}.tif", flat
        yield "bomb", f"{squeeze}-cut.tif", flat[: len(flat) // 2]


def _directories() -> Iterator[File]:
    """TIFFs whose chains of directories loop, and whose entries lie about their counts."""
    for order, mark in (("<", b"II*\0"), (">", b"MM\0*")):
        for target in (8, 0, 4, 20, 2**32 - 1):
            entry = struct.pack(f"{order}HHII", 256, 4, 1, 10)
            yield (
                "TIFF loop",
                f"loop{target}.tif",
                (mark + struct.pack(f"{order}IH", 8, 1) + entry + struct.pack(f"{order}I", target)),
            )
        for kind in (0, 1, 2, 5, 12, 99):
            for count in (0, 2**16, 2**31, 2**32 - 1):
                entries = [
                    (256, 4, 1, 16),
                    (257, 4, 1, 16),
                    (259, 3, 1, 1),
                    (273, kind, count, 8),
                    (279, kind, count, 8),
                ]
                body = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
                head = mark + struct.pack(f"{order}IH", 8, len(entries))
                yield "TIFF counts", f"count{kind}-{count}.tif", head + body + bytes(64)


def _passes() -> Iterator[File]:
    """JPEGs that cost a whole picture's time again and again, and animations of very many frames."""
    picture = saved(Image.fromarray(noise(64, 64)), "JPEG", progressive=True)
    scan = picture[picture.index(b"\xff\xda") : -2]
    for times in (10, 150, 199, 400, 3000):
        yield (
            "many scans",
            f"scans{times}.jpg",
            picture[:-2] + scan[: 40_000 // 8] * min(times, 150) + b"\xff\xda" * times,
        )
    frame = b"\x2c" + bytes(4) + struct.pack("<HHB", 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    for frames in (2, 1000, 60_000):
        screen = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
        yield "many frames", f"frames{frames}.gif", screen + frame * frames + b"\x3b"
