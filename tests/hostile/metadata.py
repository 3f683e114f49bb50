"""Good pixels with EXIF and colour profiles that lie, loop, are cut off or hold noise."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

from tests.hostile.good_files import File, noise, saved

_CARRIERS = ("JPEG", "PNG", "WEBP", "TIFF")


def files(seed: int) -> Iterator[File]:
    """Some 190 of them."""
    rng = np.random.default_rng(seed + 1)
    picture = Image.fromarray(noise(12, 16))
    for number, exif in enumerate(_exifs(rng)):
        for format in _CARRIERS[:3]:
            yield f"EXIF {format}", f"exif{number}.{format}", saved(picture, format, exif=exif)
    for number, profile in enumerate(_profiles(rng)):
        for format in _CARRIERS:
            yield f"ICC {format}", f"icc{number}.{format}", saved(picture, format, icc_profile=profile)
    for mode in ("L", "CMYK"):
        carrier = picture.convert(mode)
        yield "ICC of another space", f"{mode}.jpg", saved(carrier, "JPEG", icc_profile=_srgb())


def _srgb() -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + bytes(12) + made[36:]  # without the time at which it was made


def _exifs(rng: np.random.Generator) -> Iterator[bytes]:
    start = b"Exif\0\0"
    for order, mark in (("<", b"II*\0"), (">", b"MM\0*")):
        for kind, count, value in (
            (3, 1, 0), (3, 1, 9), (3, 1, 65_535), (3, 0, 6), (3, 2**31, 6), (4, 1, 6), (2, 4, 6), (5, 1, 2**32 - 1),
            (7, 2**32 - 1, 8), (99, 1, 6), (10, 1, 8),
        ):  # fmt: skip
            entry = struct.pack(f"{order}HHII", 0x112, kind, count, value)
            yield start + mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)
        pointers = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, 0xA005))
        yield (
            start + mark + struct.pack(f"{order}IH", 8, 3) + pointers + struct.pack(f"{order}I", 8)
        )  # each points to all
        yield start + mark + struct.pack(f"{order}IH", 8, 65_535) + bytes(40)
        yield start + mark + struct.pack(f"{order}I", 2**32 - 1)
    yield start
    yield b"not exif at all"
    yield start + rng.bytes(200)
    yield start + b"II*\0" + rng.bytes(3000)


def _profiles(rng: np.random.Generator) -> Iterator[bytes]:
    good = _srgb()
    yield good
    for cut in (1, 50, 127, 128, 132, len(good) // 2, len(good) - 1):
        yield good[:cut]
    for _ in range(8):
        changed = bytearray(good)
        for place in rng.integers(0, len(good), 6):
            changed[place] = rng.integers(0, 256)
        yield bytes(changed)
    yield good[:128] + struct.pack(">I", 2**32 - 1) + good[132:]  # tags without end
    yield good[:16] + b"CMYK" + good[20:]
    yield good[:12] + b"link" + good[16:]
    yield rng.bytes(3000)
    yield b"\0" * 128
