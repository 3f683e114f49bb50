"""The three colour maps as 256 x 3 tables, by formula in OKLCH: equal steps of value look like equal steps.

OKLCH is the polar form of Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Colors = Literal["gray", "sequential", "diverging"]
Rgb = tuple[int, int, int]

_GAMUT_SLACK = 1e-4
_CHROMA_STEP = 0.002


def _linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH (hue in degrees) to linear sRGB, which may lie outside 0..1."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _srgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """The nearest sRGB colour of the same lightness and hue: chroma gives way until it fits."""
    while True:
        linear = _linear_rgb(lightness, chroma, hue)
        if (min(linear) >= -_GAMUT_SLACK and max(linear) <= 1 + _GAMUT_SLACK) or chroma <= 0.001:
            break
        chroma -= _CHROMA_STEP
    red, green, blue = (_encode(min(1.0, max(0.0, value))) for value in linear)
    return red, green, blue


def _encode(linear: float) -> int:
    """One linear channel to 8 bits with the sRGB curve (IEC 61966-2-1)."""
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return math.floor(255 * curved + 0.5)


def _gray(t: float) -> Rgb:
    level = round(255 * t)
    return level, level, level


def _sequential(t: float) -> Rgb:
    return _srgb(0.20 + 0.75 * t, 0.10 + 0.09 * abs(2 * t - 1) ** 1.6, 305 - 200 * t)


def _diverging(signed: float) -> Rgb:
    """The colour of -1..1."""
    size = abs(signed)
    return _srgb(0.972 - 0.50 * size, 0.15 * size**0.85, 50 if signed > 0 else 205)


def _table(color: Callable[[float], Rgb], places: Iterable[float]) -> NDArray[np.uint8]:
    table = np.array([color(place) for place in places], np.uint8)
    table.setflags(write=False)
    return table


_UNIT = [i / 255 for i in range(256)]
# 256 has no middle: index 128 is 0 exactly, so one step more lies below than above.
_SIGNED = [(i - 128) / (128 if i < 128 else 127) for i in range(256)]

COLOR_MAPS: Mapping[Colors, NDArray[np.uint8]] = MappingProxyType(
    {
        "gray": _table(_gray, _UNIT),
        "sequential": _table(_sequential, _UNIT),
        "diverging": _table(_diverging, _SIGNED),
    }
)
"""(256, 3) uint8, read-only; diverging is teal below 0, near-white at 0 (index 128), burnt orange above."""


def hex_color(rgb: Rgb) -> str:
    """The colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def ink_on(rgb: Rgb) -> str:
    """Black or white, whichever reads better on a colour (relative luminance of WCAG 2)."""
    scaled = (channel / 255 for channel in rgb)
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in scaled)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"
