"""The PNG writer against Pillow: the same pixels come back."""

import builtins
import importlib.util
import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from app.rendering import png
from app.rendering.colormaps import COLOR_MAPS


def decoded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@settings(max_examples=50)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_palette_pixels_round_trip(indices):
    image = decoded(png.palette_png(indices, COLOR_MAPS["sequential"]))
    assert image.mode == "P"
    assert np.array_equal(indices, np.asarray(image))
    assert np.array_equal(COLOR_MAPS["sequential"][indices], np.asarray(image.convert("RGB")))


@settings(max_examples=50)
@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=30).map(lambda s: (*s, 3))))
def test_truecolour_pixels_round_trip(pixels):
    image = decoded(png.rgb8_png(pixels))
    assert image.mode == "RGB"
    assert np.array_equal(pixels, np.asarray(image))


def test_pixels_with_other_strides_round_trip():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 20, 31), np.uint8)
    photo = pixels.transpose(1, 2, 0)
    assert np.array_equal(photo, np.asarray(decoded(png.rgb8_png(photo))))
    assert np.array_equal(pixels[0].T, np.asarray(decoded(png.palette_png(pixels[0].T, COLOR_MAPS["gray"]))))


def test_a_smooth_map_is_packed():
    ramp = np.add.outer(np.arange(256), np.arange(256)).astype(np.uint8)
    assert len(png.palette_png(ramp, COLOR_MAPS["gray"])) < 256 * 256 / 20


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_empty_picture_is_refused(shape):
    with pytest.raises(ValueError, match="pixel"):
        png.palette_png(np.zeros(shape, np.uint8), COLOR_MAPS["gray"])


def test_without_isal_the_stdlib_gives_the_same_pixels(monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith("isal"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    spec = importlib.util.spec_from_file_location("png_without_isal", png.__file__)
    plain = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(builtins, "__import__", refuse)
    spec.loader.exec_module(plain)
    monkeypatch.undo()
    assert plain.compress is zlib.compress
    indices = np.random.default_rng(1).integers(0, 256, (33, 17), np.uint8)
    assert np.array_equal(indices, np.asarray(decoded(plain.palette_png(indices, COLOR_MAPS["gray"]))))
