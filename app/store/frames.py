"""Counts the frames of a GIF or the pages of a TIFF from the file's structure alone, without decoding one."""

from __future__ import annotations

MAX_COUNTED = 10_000  # a hostile file can hold millions; nobody needs their exact number


def gif_frames(data: bytes) -> int:
    """Number of pictures in a GIF, 1 to MAX_COUNTED; counting ends quietly where the file is cut off."""
    at = 13 + _table_bytes(data[10:11])
    count = 0
    while count < MAX_COUNTED and at < len(data):
        mark = data[at]
        if mark == 0x2C:  # image descriptor, 10 bytes, its colours, one byte of code size, then sub-blocks
            count += 1
            at = _after_blocks(data, at + 11 + _table_bytes(data[at + 9 : at + 10]))
        elif mark == 0x21:  # extension: two bytes, then sub-blocks
            at = _after_blocks(data, at + 2)
        else:
            break
    return max(count, 1)


def tiff_pages(data: bytes) -> int:
    """Number of directories in a TIFF's or BigTIFF's chain, 1 to MAX_COUNTED; a loop in the chain ends it."""
    order = "little" if data[:2] == b"II" else "big"
    big = 43 in data[2:4]
    entry_bytes, count_bytes, link_bytes = (20, 8, 8) if big else (12, 2, 4)

    def number(at: int, length: int) -> int:
        return int.from_bytes(data[at : at + length], order)  # type: ignore[arg-type]  # one of the two literals

    seen: set[int] = set()
    at = number(8, 8) if big else number(4, 4)
    while 0 < at < len(data) and at not in seen and len(seen) < MAX_COUNTED:
        seen.add(at)
        at += count_bytes + entry_bytes * number(at, count_bytes)
        at = number(at, link_bytes)
    return max(len(seen), 1)


def _table_bytes(flags: bytes) -> int:
    """Length of a GIF colour table from its flags: 3 bytes for each of 2 to 256 colours, or none."""
    return 3 * (2 << (flags[0] & 7)) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1
