"""Files that are no pictures, broken, or made to cost much are answered with a code, and soon."""

from __future__ import annotations

import struct
import time
import zipfile
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import UserError
from app.store.decode import decode
from app.store.frames import gif_frames, tiff_pages
from app.store.limits import Limits
from tests.store.made_files import coloured, encoded, png, refused


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    return file.getvalue()


FOREIGN = [
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg/>", "SVG"),
    (b"<!DOCTYPE html><title>a</title>", "HTML"),
    (b"%PDF-1.7\n", "PDF"),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "MP4"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "QuickTime"),
    (b"\x1a\x45\xdf\xa3webm", "WebM"),
    (b"RIFF\0\0\0\0AVI LIST", "AVI"),
    (b"\xff\x0a\0\0", "JPEG XL"),
    (b"8BPS\0\1", "PSD"),
    (b"\0\0\1\0\1\0", "ICO"),
    (b"II*\0\x10\0\0\0CR\2\0", "RAW"),
    (zipped(), "ZIP"),
]


@pytest.mark.parametrize(("data", "kind"), FOREIGN)
def test_known_kinds_of_other_files_are_named(data, kind):
    assert {"kind": kind} == refused("foreign_picture", decode, data).params


@pytest.mark.parametrize(
    "data", [b"hello", b"BMW is a car", b"\0" * 100, b"RIFF", b"<a>", b"P6 1 1 255\nabc"]
)
def test_anything_else_is_not_a_picture(data):
    refused("not_a_picture", decode, data)


def test_an_empty_file_is_said_to_be_empty():
    refused("empty_picture", decode, b"")


def test_bytes_are_bounded_before_anything_is_read():
    data = b"\xff\xd8\xff" + bytes(1_999_997)
    fault = refused("too_many_bytes", decode, data, limits=Limits(max_bytes=1_000_000))
    assert {"megabytes": 2.0, "limit": 1.0} == fault.params


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (8000, 5001), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_from_the_header(width, height):
    data = png(width, height, 8, 2, b"\0" * 100)
    started = time.perf_counter()
    fault = refused("too_many_pixels", decode, data)
    assert time.perf_counter() - started < 1
    assert round(width * height / 1e6, 1) == fault.params["megapixels"]
    assert 40 == fault.params["limit"]


def test_a_large_webp_is_refused_from_the_header():
    canvas = (16_383 - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas + canvas
    with pytest.raises(UserError) as fault:
        decode(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert fault.value.code in ("too_many_pixels", "damaged_picture")


def test_a_side_beyond_the_bound_is_refused():
    assert 30_000 == refused("side_too_long", decode, png(30_000, 1, 8, 0, b"\0" * 30_001)).params["width"]


def test_forty_megapixels_are_read_and_kept_small():
    picture = decode(png(8000, 5000, 1, 0, b"\0" * (5000 * 1001)))
    assert (1280, 2048, 3) == picture.pixels.shape
    assert not picture.pixels.any()


def test_text_that_inflates_is_refused():
    bomb = b"Comment\0\0" + zlib.compress(bytes(30_000_000), 9)
    refused("damaged_picture", decode, png(1, 1, 8, 0, b"\0\0", (b"zTXt", bomb)))


def test_a_jpeg_of_many_passes_is_refused():
    data = encoded(Image.new("L", (8, 8)), "JPEG") + b"\xff\xda" * 300
    assert {"scans": 301, "limit": 200} == refused("too_many_scans", decode, data).params


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_cut_off_files_are_damaged(format, share):
    data = encoded(Image.fromarray(coloured(64, 64)), format)
    assert "format" in refused("damaged_picture", decode, data[: int(len(data) * share)]).params


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_without_an_agreed_white_are_refused(mode):
    refused("unreadable_numbers", decode, encoded(Image.new(mode, (4, 4), 300), "TIFF"))


def test_floats_that_are_not_numbers_are_refused():
    data = encoded(Image.fromarray(np.full((2, 2), np.nan, np.float32)), "TIFF")
    refused("unreadable_numbers", decode, data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_changed_bytes_give_a_picture_or_a_code_and_nothing_else(format, data):
    whole = bytearray(encoded(Image.fromarray(coloured(16, 16)), format))
    places = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=8))
    for place in places:
        whole[place] = data.draw(st.integers(0, 255))
    try:
        picture = decode(bytes(whole), limits=Limits(max_pixels=1_000_000))
    except UserError:
        return
    assert picture.pixels.ndim == 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_frames_are_counted_in_any_bytes(body):
    assert 1 <= gif_frames(b"GIF89a" + body)
    for start in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        assert 1 <= tiff_pages(start + body)


def test_a_gif_of_a_million_frames_is_counted_no_further_than_needed():
    frame = b"\x2c" + bytes(9) + b"\x02\x00"
    assert 10_000 == gif_frames(b"GIF89a\1\0\1\0\0\0\0" + frame * 1_000_000)
