"""The colour maps: published anchors, lightness, read-only."""

import itertools

import numpy as np
import pytest

from app.rendering.colormaps import COLOR_MAPS, hex_color, ink_on

ANCHORS = {
    "gray": {0: (0, 0, 0), 1: (1, 1, 1), 150: (150, 150, 150), 255: (255, 255, 255)},
    "sequential": {
        0: (34, 0, 58), 1: (34, 0, 60), 32: (37, 17, 119), 64: (2, 67, 133), 100: (5, 108, 138),
        127: (0, 136, 148), 128: (2, 138, 148), 150: (31, 161, 152), 192: (104, 203, 141),
        224: (176, 229, 111), 254: (255, 244, 65), 255: (255, 244, 101),
    },
    "diverging": {
        0: (2, 104, 113), 1: (1, 105, 114), 32: (3, 144, 156), 64: (96, 181, 190), 126: (240, 244, 244),
        127: (243, 245, 245), 128: (246, 246, 246), 129: (246, 244, 243), 192: (208, 149, 117),
        224: (182, 103, 56), 254: (146, 66, 2), 255: (144, 66, 1),
    },
}  # fmt: skip


def luminance(rgb):
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in (c / 255 for c in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ANCHORS)
def test_a_color_map_has_its_published_anchors(name):
    table = COLOR_MAPS[name]
    assert table.shape == (256, 3)
    assert np.uint8 == table.dtype
    assert ANCHORS[name] == {i: tuple(table[i].tolist()) for i in ANCHORS[name]}


@pytest.mark.parametrize("name", ["gray", "sequential"])
def test_brightness_rises_along_the_one_sided_maps(name):
    bright = [luminance(color) for color in COLOR_MAPS[name].tolist()]
    assert all(b >= a - 0.002 for a, b in itertools.pairwise(bright))
    assert bright[-1] > bright[0] + 0.8


def test_the_diverging_map_is_brightest_in_the_middle():
    bright = [luminance(color) for color in COLOR_MAPS["diverging"].tolist()]
    assert int(np.argmax(bright)) == 128


def test_color_maps_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        COLOR_MAPS["gray"][0] = 1
    with pytest.raises(TypeError):
        COLOR_MAPS["gray"] = COLOR_MAPS["diverging"]


@pytest.mark.parametrize("name", ANCHORS)
def test_ink_has_readable_contrast_on_every_color(name):
    for color in COLOR_MAPS[name].tolist():
        ink = 0.0 if ink_on(tuple(color)) == "#000000" else 1.0
        low, high = sorted((ink, luminance(color)))
        assert (high + 0.05) / (low + 0.05) >= 4.5


def test_hex_color_is_six_digits():
    assert hex_color((255, 0, 10)) == "#ff000a"
