"""Ordinary and odd pictures come out as the sRGB pixels that a viewer would show."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, features

from app.store.decode import Notice, decode
from app.store.limits import Limits
from tests.store.made_files import coloured, encoded, png

LOSSLESS = [
    ("PNG", {}),
    ("BMP", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("WEBP", {"lossless": True}),
]
SPOKEN = [("JPEG", "JPEG"), ("WEBP", "WebP"), ("AVIF", "AVIF"), ("GIF", "GIF")]


def codes(notices: tuple[Notice, ...]) -> list[str]:
    return [notice.code for notice in notices]


@pytest.mark.parametrize(("format", "options"), LOSSLESS)
def test_lossless_formats_give_the_pixels_that_were_saved(format, options):
    pixels = coloured(9, 13)
    picture = decode(encoded(Image.fromarray(pixels), format, **options))
    np.testing.assert_array_equal(pixels, picture.pixels)
    assert (13, 9, 1, ()) == (
        picture.original_width,
        picture.original_height,
        picture.frames,
        picture.notices,
    )
    assert not picture.pixels.flags.writeable
    assert picture.pixels.dtype == np.uint8


@pytest.mark.parametrize(("format", "spoken"), SPOKEN)
def test_lossy_formats_are_read_and_named(format, spoken):
    if format == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    picture = decode(encoded(Image.new("RGB", (40, 30), (200, 100, 50)), format))
    assert spoken == picture.format
    np.testing.assert_allclose(picture.pixels, np.broadcast_to([200, 100, 50], (30, 40, 3)), atol=4)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1)])
def test_thin_pictures_are_read(size):
    assert (*size, 3) == decode(encoded(Image.new("L", size[::-1], 7))).pixels.shape


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation, format):
    # Four flat quarters survive JPEG; each orientation puts them elsewhere.
    quarters = Image.new("RGB", (32, 48))
    colours = {(0, 0): (250, 0, 0), (16, 0): (0, 250, 0), (0, 24): (0, 0, 250), (16, 24): (250, 250, 0)}
    for (left, top), colour in colours.items():
        quarters.paste(colour, (left, top, left + 16, top + 24))
    exif = Image.Exif()
    exif[0x0112] = orientation
    tagged = quarters.copy()
    tagged.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(tagged))
    best = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}
    options = best.get(format, {})
    picture = decode(encoded(quarters, format, exif=exif, **options))
    np.testing.assert_allclose(expected, picture.pixels, atol=8)
    assert expected.shape[:2] == (picture.original_height, picture.original_width)


def test_a_large_turned_picture_is_shrunk_before_it_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = decode(encoded(Image.new("RGB", (300, 100)), "JPEG", exif=exif), limits=Limits(stored_side=60))
    assert (60, 20, 3) == picture.pixels.shape
    assert (100, 300) == (picture.original_width, picture.original_height)
    assert ["stored_smaller"] == codes(picture.notices)


def test_a_draft_decode_shows_the_same_picture():
    ramp = np.broadcast_to(np.linspace(0, 255, 800)[None, :, None], (400, 800, 3)).astype(np.uint8)
    picture = decode(encoded(Image.fromarray(ramp), "JPEG", quality=95), limits=Limits(stored_side=100))
    expected = ramp.reshape(50, 8, 100, 8, 3).mean((1, 3))
    np.testing.assert_allclose(expected, picture.pixels, atol=2)


def test_alpha_is_laid_on_the_background():
    rgba = coloured(6, 7, 4)
    picture = decode(encoded(Image.fromarray(rgba)), background=(10, 200, 30))
    alpha = rgba[..., 3:] / 255
    expected = rgba[..., :3] * alpha + np.array([10, 200, 30]) * (1 - alpha)
    np.testing.assert_allclose(expected, picture.pixels, atol=1)
    assert ["alpha_on_background"] == codes(picture.notices)


def test_an_opaque_alpha_channel_is_not_worth_a_notice():
    assert () == decode(encoded(Image.new("RGBA", (3, 3), (1, 2, 3, 255)))).notices


def test_grey_with_alpha_is_laid_on_white():
    image = Image.frombytes("LA", (2, 1), bytes([100, 0, 100, 255]))
    np.testing.assert_array_equal([[[255] * 3, [100] * 3]], decode(encoded(image)).pixels)


def test_a_palette_with_a_transparent_entry_is_laid_on_white():
    palette = (b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255]))
    data = png(3, 1, 8, 3, b"\0\0\1\2", palette, (b"tRNS", b"\xff\x00\x80"))
    np.testing.assert_allclose([[[255, 0, 0], [255, 255, 255], [127, 127, 255]]], decode(data).pixels, atol=1)


def test_sixteen_bit_grey_is_divided_by_257():
    values = np.array([0, 128, 129, 257, 32896, 65407, 65535], ">u2")
    picture = decode(png(7, 1, 16, 0, b"\0" + values.tobytes()))
    np.testing.assert_array_equal(np.floor(values / 257 + 0.5), picture.pixels[0, :, 0])


def test_sixteen_bit_grey_keeps_its_transparent_value():
    values = np.array([1000, 1001], ">u2")
    picture = decode(png(2, 1, 16, 0, b"\0" + values.tobytes(), (b"tRNS", struct.pack(">H", 1000))))
    np.testing.assert_array_equal([255, 4], picture.pixels[0, :, 0])


def test_sixteen_bit_colour_is_right_to_one_level():
    values = np.random.default_rng(1).integers(0, 65536, (1, 5, 3)).astype(">u2")
    picture = decode(png(5, 1, 16, 2, b"\0" + values.tobytes()))
    np.testing.assert_allclose(values / 257, picture.pixels, atol=1)


def test_sixteen_bit_colour_keeps_its_transparent_colour():
    values = np.array([[[40000, 20000, 60000], [1, 2, 3]]], ">u2")
    data = png(2, 1, 16, 2, b"\0" + values.tobytes(), (b"tRNS", struct.pack(">3H", 40000, 20000, 60000)))
    np.testing.assert_array_equal([[[255] * 3, [0] * 3]], decode(data).pixels)


@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_a_sixteen_bit_tiff_is_read_in_either_byte_order(order):
    values = np.array([[0, 25700, 65535]], np.uint16)
    mode = "I;16B" if order == ">u2" else "I;16"
    data = encoded(Image.frombytes(mode, (3, 1), values.astype(order).tobytes()), "TIFF")
    np.testing.assert_array_equal([[0, 100, 255]], decode(data).pixels[..., 1])


def test_one_bit_pictures_are_black_and_white():
    image = Image.frombytes("1", (2, 1), b"\x40")
    np.testing.assert_array_equal([[[0] * 3, [255] * 3]], decode(encoded(image)).pixels)


def test_floats_from_0_to_1_are_read():
    values = np.array([[0, 0.5, 1]], np.float32)
    picture = decode(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_array_equal([[0, 128, 255]], picture.pixels[..., 0])


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_inks_without_a_profile_become_colours(format):
    # Full cyan, no other ink: Pillow writes JPEG inks inverted, as Adobe does, and TIFF inks plainly.
    picture = decode(encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), format))
    np.testing.assert_allclose(np.broadcast_to([0, 255, 255], (16, 16, 3)), picture.pixels, atol=3)


def other_profile() -> bytes:
    """A display profile that is not sRGB: the same primaries with red and green exchanged in their places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = {bytes(profile[i : i + 4]): i for i in range(132, 132 + 12 * 20, 12)}
    red, green = at[b"rXYZ"], at[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "oRGB".encode("utf-16-be"))


def test_colours_go_through_the_profile():
    picture = decode(encoded(Image.new("RGB", (2, 2), (255, 0, 0)), icc_profile=other_profile()))
    np.testing.assert_allclose(np.broadcast_to([0, 255, 0], (2, 2, 3)), picture.pixels, atol=2)
    assert () == picture.notices


def test_transparent_colours_go_through_the_profile_and_keep_their_alpha():
    data = encoded(Image.new("RGBA", (2, 2), (255, 0, 0, 0)), icc_profile=other_profile())
    np.testing.assert_array_equal(255, decode(data).pixels)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"no profile at all", other_profile()[:200]])
def test_a_broken_profile_costs_a_notice_and_not_the_picture(mode, profile):
    picture = decode(encoded(Image.new(mode, (8, 8)), "JPEG", icc_profile=profile))
    assert ["profile_ignored"] == codes(picture.notices)


def test_a_profile_for_other_colours_is_ignored():
    picture = decode(encoded(Image.new("L", (8, 8)), icc_profile=other_profile()))
    assert ["profile_ignored"] == codes(picture.notices)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_only_the_first_frame_is_used_and_said_so(format):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ["red", "lime", "blue", "white"]]
    options = {"lossless": True} if format == "WEBP" else {}
    picture = decode(encoded(frames[0], format, save_all=True, append_images=frames[1:], **options))
    np.testing.assert_array_equal(np.broadcast_to([255, 0, 0], (8, 8, 3)), picture.pixels)
    assert 4 == picture.frames
    assert Notice("first_frame", (("frames", 4),)) in picture.notices


def test_a_picture_of_several_strips_has_no_seams():
    rgba = coloured(700, 3, 4)
    rgba[:600, :, 3] = 255  # transparent in the last strip alone
    picture = decode(encoded(Image.fromarray(rgba)), background=(0, 0, 0))
    np.testing.assert_allclose(rgba[..., :3] * (rgba[..., 3:] / 255), picture.pixels, atol=1)
    assert ["alpha_on_background"] == codes(picture.notices)
