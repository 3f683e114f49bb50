"""Turns the bytes of an upload into an upright, bounded 8-bit sRGB picture, or says why that cannot be."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from PIL import ExifTags, Image, JpegImagePlugin

from app.domain.errors import UserError
from app.store.colours import Colour, Converted, to_srgb
from app.store.frames import gif_frames, tiff_pages
from app.store.limits import DEFAULT_LIMITS, Limits
from app.store.shrink import Pixels, bounded_size, shrink
from app.store.sniff import foreign_kind, readable_format

WHITE: Colour = (255, 255, 255)

# The header's size is checked against our own, lower bound; Pillow's error at twice its bound stays a guard.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Notice:
    """Something the user should know about how the picture was read; `code` names the sentence."""

    code: str
    params: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Picture:
    """A decoded picture: `pixels` uint8 (row, column, channel), read-only, sRGB, upright, of bounded size.

    `original_width` and `original_height` are the upload's, as it is seen upright.
    """

    pixels: Pixels
    original_width: int
    original_height: int
    format: str
    frames: int
    notices: tuple[Notice, ...] = ()


def decode(data: bytes, *, background: Colour = WHITE, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """Read the first frame of a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF.

    Raises
    ------
    UserError
        `empty_picture`, `too_many_bytes`, `foreign_picture`, `not_a_picture`, `too_many_pixels`,
        `side_too_long`, `too_many_scans`, `damaged_picture` or `unreadable_numbers`.
    """
    name = _checked_format(data, limits)
    try:
        with Image.open(BytesIO(data), formats=[name]) as image:
            _check_size(image.width, image.height, limits)
            return _read(image, data, name, background, limits)
    except UserError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        pixels = re.search(r"\d+", str(fault))  # of a size beyond Pillow's own bound, found before we saw it
        raise _too_many_pixels(int(pixels[0]) if pixels else limits.max_pixels, limits) from None
    except Exception:  # decoders raise almost anything on bytes made to hurt them
        raise UserError("damaged_picture", format=_spoken(name)) from None


def _checked_format(data: bytes, limits: Limits) -> str:
    if not data:
        raise UserError("empty_picture")
    if len(data) > limits.max_bytes:
        raise UserError("too_many_bytes", limit=limits.max_bytes / 1e6, megabytes=round(len(data) / 1e6, 1))
    name = readable_format(data)
    if name is None:
        kind = foreign_kind(data)
        raise UserError("foreign_picture", kind=kind) if kind else UserError("not_a_picture")
    scans = data.count(b"\xff\xda") if name == "JPEG" else 0
    if scans > limits.jpeg_scans:
        raise UserError("too_many_scans", scans=scans, limit=limits.jpeg_scans)
    return name


def _check_size(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise _too_many_pixels(width * height, limits)
    if max(width, height) > limits.max_side:
        raise UserError("side_too_long", width=width, height=height, limit=limits.max_side)


def _too_many_pixels(pixels: int, limits: Limits) -> UserError:
    return UserError("too_many_pixels", megapixels=round(pixels / 1e6, 1), limit=limits.max_pixels / 1e6)


def _read(image: Image.Image, data: bytes, name: str, background: Colour, limits: Limits) -> Picture:
    frames = _frame_count(image, data, name)
    size = bounded_size(image.height, image.width, limits.stored_side)
    width, height = image.size
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        image.draft(None, (size[1], size[0]))  # decode at a half, quarter or eighth if that is large enough
    image.load()
    # Read after loading: in a PNG it may follow the pixels, a TIFF is turned by now.
    orientation = _orientation(image)
    converted = to_srgb(image, background)
    pixels = shrink(converted.pixels, size)
    if orientation in _TRANSPOSITIONS:
        pixels = np.asarray(Image.fromarray(pixels).transpose(_TRANSPOSITIONS[orientation]))
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    if orientation >= 5:
        width, height = height, width
    notices = _notices(frames, converted, pixels.shape, width, height)
    return Picture(pixels, width, height, _spoken(name), frames, notices)


def _notices(
    frames: int, converted: Converted, stored: tuple[int, ...], width: int, height: int
) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if frames > 1:
        notices.append(Notice("first_frame", (("frames", frames),)))
    if converted.alpha_laid:
        notices.append(Notice("alpha_on_background"))
    if converted.profile_ignored:
        notices.append(Notice("profile_ignored"))
    if stored[:2] != (height, width):
        original = (("original_width", width), ("original_height", height))
        notices.append(Notice("stored_smaller", (("width", stored[1]), ("height", stored[0]), *original)))
    return tuple(notices)


def _frame_count(image: Image.Image, data: bytes, name: str) -> int:
    if name == "GIF":
        return gif_frames(data)
    if name == "TIFF":
        return tiff_pages(data)
    if name == "JPEG":
        return 1  # a phone's second JPEG holds depth or brightness for the first: not another frame
    return int(getattr(image, "n_frames", 1))


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 (upright) where there is none or it cannot be read."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # broken metadata is no reason to refuse the pixels
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _spoken(name: str) -> str:
    return "WebP" if name == "WEBP" else name
