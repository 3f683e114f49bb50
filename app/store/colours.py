"""Turns an opened picture of any mode into 8-bit sRGB: depth, palette, alpha, inks and colour profile."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from app.domain.errors import UserError

Colour = tuple[int, int, int]

_STRIP_ROWS = 256
_SRGB = ImageCms.createProfile("sRGB")
_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}  # the space a mode's profile must be in


@dataclass(frozen=True)
class Converted:
    """uint8 sRGB (row, column, channel), and what had to be decided on the way."""

    pixels: NDArray[np.uint8]
    alpha_laid: bool
    profile_ignored: bool


def to_srgb(image: Image.Image, background: Colour) -> Converted:
    """Convert a loaded picture; transparent places show `background`.

    A strip at a time: the copies on the way would cost three times a large picture's memory.

    Raises
    ------
    UserError
        `unreadable_numbers` for pixels that are not grey or colour values of a known range.
    """
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    alpha_laid = profile_ignored = False
    for top in range(0, image.height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, image.height)
        strip, laid, ignored = _converted_strip(image.crop((0, top, image.width, bottom)), background)
        pixels[top:bottom] = np.asarray(strip)
        alpha_laid |= laid
        profile_ignored |= ignored
    return Converted(pixels, alpha_laid, profile_ignored)


def _converted_strip(image: Image.Image, background: Colour) -> tuple[Image.Image, bool, bool]:
    """A part in sRGB, whether alpha was laid on the background, whether a profile was of no use."""
    colours, alpha = _split_alpha(image)
    profile = image.info.get("icc_profile")
    converted = _through_profile(colours, profile) if profile else None
    rgb = converted or _without_profile(colours)
    profile_ignored = bool(profile) and converted is None
    if alpha is None or alpha.getextrema()[0] == 255:
        return rgb, False, profile_ignored
    laid = Image.composite(rgb, Image.new("RGB", rgb.size, background), alpha)
    return laid, True, profile_ignored


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colours in mode L, RGB, CMYK or LAB, and the alpha channel where there is one."""
    mode = image.mode
    if mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if mode == "F":
        return _from_floats(image), None
    if mode == "I":
        raise UserError("unreadable_numbers", mode="int32")
    if mode == "La":
        image, mode = image.convert("LA"), "LA"
    if mode == "LA":
        return image.getchannel("L"), image.getchannel("A")
    if mode in ("RGBA", "RGBa", "PA") or "transparency" in image.info:
        rgba = _unshifted(image).convert("RGBA")
        return rgba.convert("RGB"), rgba.getchannel("A")
    if mode in ("L", "1"):
        return image.convert("L"), None
    if mode in ("CMYK", "LAB"):
        return image, None
    return image.convert("RGB"), None


def _unshifted(image: Image.Image) -> Image.Image:
    """The picture with its transparent colour at 8 bits: of a PNG with 16, Pillow cuts only the pixels."""
    clear = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(clear, tuple) and max(clear) > 255:
        image.info["transparency"] = tuple(value >> 8 for value in clear)
    return image


def _from_sixteen_bits(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Grey of 0..65535 to 0..255 by 1/257, rounded; Pillow's own conversion would clip at 255."""
    values = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((values + 128) // 257).astype(np.uint8))
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey, None
    return grey, Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))


def _from_floats(image: Image.Image) -> Image.Image:
    """Grey of 0..1 to 0..255; any other range has no agreed white, so it is refused."""
    values: NDArray[np.float32] = np.asarray(image, np.float32)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 1):  # also false for NaN
        raise UserError("unreadable_numbers", mode="float32")
    return Image.fromarray(np.floor(values * 255 + 0.5).astype(np.uint8))


def _without_profile(colours: Image.Image) -> Image.Image:
    if colours.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _transformed(colours, ImageCms.ImageCmsProfile(lab))
    return colours.convert("RGB")


def _through_profile(colours: Image.Image, profile_bytes: bytes) -> Image.Image | None:
    """The picture in sRGB, or None if its profile is broken or made for other colours."""
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(profile_bytes))
        if profile.profile.xcolor_space.strip() != _PROFILE_SPACES.get(colours.mode):
            return None
        if "sRGB" in (profile.profile.profile_description or ""):
            return colours.convert("RGB")
        return _transformed(colours, profile)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _transformed(colours: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    target = ImageCms.ImageCmsProfile(_SRGB)
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    converted = ImageCms.profileToProfile(colours, profile, target, intent, outputMode="RGB")
    if converted is None:
        raise ValueError("no picture came back")  # only inPlace=True returns None
    return converted
