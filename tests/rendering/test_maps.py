"""Maps, contact sheets and photos as PNG, read back with Pillow."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.rendering.colormaps import COLOR_MAPS
from app.rendering.maps import atlas_grid, atlas_png, map_png, rgb_png, to_rgb8
from app.rendering.scale import Scale, to_indices

RNG = np.random.default_rng(3)


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_map_has_one_pixel_a_cell_in_the_scales_color():
    plane = RNG.standard_normal((7, 11)).astype(np.float32)
    scale = Scale(-2, 2, "diverging")
    shown = pixels(map_png(plane, scale))
    assert shown.shape == (7, 11, 3)
    assert scale.color(float(plane[4, 9])) == tuple(shown[4, 9].tolist())


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((1, 8, 8), (1, 1)),
        ((16, 8, 8), (4, 4)),
        ((17, 8, 8), (5, 4)),
        ((3, 8, 8), (2, 2)),
        ((6, 1, 64), (1, 6)),
        ((6, 64, 1), (6, 1)),
    ],
)
def test_the_sheet_is_about_square(args, expected):
    assert expected == atlas_grid(*args)


@settings(max_examples=50)
@given(st.integers(1, 512), st.integers(1, 300), st.integers(1, 300))
def test_the_sheet_has_room_for_all_and_no_empty_line(count, rows, cols):
    columns, lines = atlas_grid(count, rows, cols)
    assert columns * (lines - 1) < count <= columns * lines
    assert columns <= count


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("columns", [None, 2, 5])
def test_every_map_stands_at_its_place_in_the_sheet(mixed, columns):
    maps = RNG.standard_normal((5, 3, 4)).astype(np.float32)
    scales = [Scale(-1, 1, "diverging")] * 4 + [Scale(0, 1 + mixed, "gray" if mixed else "sequential")]
    scales = scales if mixed else scales[0]
    shown = pixels(atlas_png(maps, scales, columns))
    across = columns or atlas_grid(5, 3, 4)[0]
    for channel, plane in enumerate(maps):
        scale = scales[channel] if mixed else scales
        row, col = divmod(channel, across)
        cut = shown[row * 3 : row * 3 + 3, col * 4 : col * 4 + 4]
        assert np.array_equal(COLOR_MAPS[scale.colors][to_indices(plane, scale)], cut)


def test_places_after_the_last_map_have_the_color_of_zero():
    scale = Scale(-1, 1, "diverging")
    shown = pixels(atlas_png(np.ones((3, 2, 2), np.float32), scale))
    assert {scale.color(0)} == {tuple(p) for p in shown[2:, 2:].reshape(-1, 3).tolist()}


def test_a_sheet_needs_a_scale_for_each_map():
    with pytest.raises(ValueError, match="3 maps need 3 scales, not 1"):
        atlas_png(np.zeros((3, 2, 2), np.float32), [Scale(0, 1, "gray")])


def test_a_photo_of_bytes_comes_back_to_the_byte():
    photo = RNG.integers(0, 256, (16, 9, 3), np.uint8)
    assert np.array_equal(photo, pixels(rgb_png((photo / 255).astype(np.float32).transpose(2, 0, 1))))


def test_values_outside_the_photos_range_are_cut_and_gray_becomes_three_channels():
    gray = np.array([[[-1, 0.5, 2]]], np.float32)
    assert to_rgb8(gray).tolist() == [[[0] * 3, [128] * 3, [255] * 3]]
