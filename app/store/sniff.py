"""Tells what a file is from its first bytes, whatever its name or declared type says."""

from __future__ import annotations

READABLE = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_BMP_HEADER_SIZES = frozenset((12, 16, 40, 52, 56, 64, 108, 124))
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))

_FOREIGN_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"8BPS", "PSD"),
    (b"\0\0\1\0", "ICO"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"FUJIFILMCCD-RAW", "RAW"),
    (b"qoif", "QOI"),
    (b"\x1a\x45\xdf\xa3", "WebM"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x93NUMPY", "NPY"),
)


def readable_format(data: bytes) -> str | None:
    """Pillow's name of the format if it is one that is read here (one of READABLE), else None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "BMP"
    if data.startswith(_TIFF_STARTS) and data[8:10] != b"CR":
        return "TIFF"
    if not _brands(data).isdisjoint((b"avif", b"avis")):
        return "AVIF"
    return None


def foreign_kind(data: bytes) -> str | None:
    """Name of a known kind of file that is not read here ("SVG", "PDF", "HEIC" ...), or None."""
    for start, kind in _FOREIGN_STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"II*\0" and data[8:10] == b"CR":
        return "RAW"
    if data[:4] == b"RIFF":
        return {b"AVI ": "AVI", b"WAVE": "WAV"}.get(data[8:12])
    if data[4:8] == b"ftyp":
        return _container_kind(data)
    return _markup_kind(data)


def _brands(data: bytes) -> frozenset[bytes]:
    """Brands of an ISO media file: its own and those it says it is compatible with."""
    if data[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(data[:4], "big"), 256)
    return frozenset(data[at : at + 4] for at in (8, *range(16, end - 3, 4)))


def _container_kind(data: bytes) -> str:
    if not _brands(data).isdisjoint(_HEIF_BRANDS):
        return "HEIC"
    return {b"qt  ": "QuickTime", b"crx ": "RAW"}.get(data[8:12], "MP4")


def _markup_kind(data: bytes) -> str | None:
    start = data[:2048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not start.startswith(b"<"):
        return None
    if b"<svg" in start:
        return "SVG"
    if b"<html" in start or b"<!doctype html" in start:
        return "HTML"
    return "XML" if start.startswith(b"<?xml") else None
