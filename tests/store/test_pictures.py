"""Patterns and grids to the cell, the samples with their licences, and the addresses that find them all."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from app.domain.errors import NotationError
from app.store.decode import Picture
from app.store.grids import grid
from app.store.patterns import PATTERNS, pattern
from app.store.photos import PhotoStore
from app.store.samples import SAMPLES, read_sample
from app.store.sources import Sources
from tests.store.made_files import coloured, refused

TEXTS = Path(__file__).parents[2] / "app" / "i18n" / "texts"


@pytest.fixture
def photos(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path, 3600, 1_000_000, lambda: 1000.0)


@pytest.fixture
def sources(photos: PhotoStore) -> Sources:
    return Sources(photos)


@pytest.mark.parametrize("kind", PATTERNS)
@pytest.mark.parametrize("size", [1, 2, 5, 64])
def test_patterns_are_three_equal_channels_from_0_to_1(kind, size):
    cells = pattern(kind, size)
    assert ((3, size, size), np.float32) == (cells.shape, cells.dtype)
    assert cells.min() >= 0
    assert cells.max() <= 1
    np.testing.assert_array_equal(cells[0], cells[2])


def test_patterns_are_defined_to_the_cell():
    def rows(kind, size):
        return pattern(kind, size)[0].tolist()

    assert [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]] == rows("impulse", 4)
    assert [[0, 0, 0, 1, 1]] * 5 == rows("edge", 5)
    assert [[0, 0, 0, 1, 1, 1, 0, 0]] * 8 == rows("bar", 8)
    assert [[0, 1], [1, 0]] == pattern("checkerboard", 64)[0][7:9, 7:9].tolist()
    assert [0] * 8 + [1] * 8 == pattern("checkerboard", 64)[0][0, :16].tolist()
    assert [[0, 0.25, 0.5, 0.75, 1]] * 5 == rows("gradient", 5)
    assert [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]] == rows("circle", 4)
    np.testing.assert_allclose(np.random.default_rng(0).random((6, 6)), pattern("noise", 6)[1], rtol=1e-6)


def test_a_pattern_and_the_impulse_share_a_middle():
    assert pattern("bar", 64)[0, 0, [31, 32, 33]].all()
    assert 3 == pattern("bar", 64)[0, 0].sum()


def test_the_largest_curvature_on_noise_is_the_published_one():
    # H = 2 XᵀX/N over the 3x3 patches; its largest eigenvalue bounds the step of gradient descent.
    patches = sliding_window_view(pattern("noise")[0].astype(np.float64), (3, 3)).reshape(-1, 9)
    largest = np.linalg.eigvalsh(2 * patches.T @ patches / len(patches))[-1]
    np.testing.assert_allclose(4.579, largest, atol=5e-4)


@pytest.mark.parametrize("size", [0, -1, 1025, 2.5])
def test_pattern_sizes_are_bounded(size):
    refused("pattern_size", pattern, "edge", size)


FLOATS = st.floats(-(2.0**99), 2.0**99, width=32)


ROWS = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(FLOATS, min_size=n, max_size=n), min_size=1, max_size=5)
)


@given(ROWS)
def test_grids_keep_every_number(rows):
    cells = grid(tuple(tuple(row) for row in rows))
    np.testing.assert_array_equal(np.array([rows] * 3, np.float32), cells)


def test_three_matrices_are_three_channels():
    np.testing.assert_array_equal([[[1, 2]], [[3, 4]], [[5, 6]]], grid(((1, 2),), ((3, 4),), ((5, 6),)))


@pytest.mark.parametrize(
    ("matrices", "code"),
    [
        ((), "grid_channels"),
        ((((1.0,),),) * 2, "grid_channels"),
        ((((1.0,),), ((1.0, 2.0),), ((1.0,),)), "grid_shapes"),
        ((((1.0,), (1.0, 2.0)),), "grid_ragged"),
        ((((0.0,) * 257,),), "grid_too_large"),
        ((((1e39,),),), "grid_number_too_large"),
        ((((float("nan"),),),), "grid_number_too_large"),
    ],
)
def test_grids_that_cannot_be_are_refused(matrices, code):
    refused(code, grid, *matrices)


def test_the_first_sample_is_a_cat_and_every_kind_is_there():
    assert "cat-chelsea" == SAMPLES[0].name
    assert {"cat", "dog", "both", "neither"} == {sample.kind for sample in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_samples_have_their_size_a_licence_and_titles_in_both_languages(sample):
    assert (sample.height, sample.width, 3) == read_sample(sample.name).shape
    assert sample.author
    assert sample.licence
    assert sample.source
    titles = tomllib.loads((TEXTS / "samples.toml").read_text(encoding="utf-8"))["samples"][sample.name]
    assert {"en", "es"} == set(titles)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("cat-chelsea", "cat-chelsea"),
        ("pattern(circle)", "pattern(circle)"),
        ("pattern( circle , size = 64.0 )", "pattern(circle)"),
        ("pattern(noise,32)", "pattern(noise,size=32)"),
        ("grid([0.50,1e0;-0,2])", "grid([0.5,1;0,2])"),
        ("grid([1],[2],[3])", "grid([1],[2],[3])"),
    ],
)
def test_addresses_have_one_spelling_which_is_a_fixed_point(sources, text, key):
    card = sources.describe(text)
    assert key == card.key == sources.describe(card.key).key == sources.read(text).key
    assert card.expires is None


def test_only_grids_are_exact(sources):
    assert sources.describe("grid([1])").exact
    assert not sources.describe("pattern(edge)").exact


def test_pixels_are_bytes_over_255_channel_first(sources):
    source = sources.read("cat-chelsea")
    expected = read_sample("cat-chelsea").transpose(2, 0, 1) / 255
    assert np.float32 == source.pixels.dtype
    np.testing.assert_allclose(expected, source.pixels, rtol=1e-6)


def test_an_upload_is_found_and_expires(sources, photos):
    stored = photos.add(Picture(coloured(4, 5), 5, 4, "PNG", 1))
    source = sources.read(stored.image)
    card = source.card
    assert ("photo", 4, 5, 4600.0) == (card.origin, card.height, card.width, card.expires)
    assert (3, 4, 5) == source.pixels.shape
    refused("photo_unknown", sources.read, "f" * 32)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("", "image_unknown"),
        ("../licences.csv", "image_unknown"),
        ("pattern", "image_unknown"),
        ("picture(edge)", "image_unknown"),
        ("grid(" * 1000, "image_unknown"),
        ("pattern()", "pattern_form"),
        ("pattern(kind=edge)", "pattern_form"),
        ("pattern(3)", "pattern_form"),
        ("pattern(edge,3,4)", "pattern_form"),
        ("pattern(edge,width=4)", "pattern_form"),
        ("pattern(edge,size=big)", "pattern_form"),
        ("pattern(edges)", "pattern_unknown"),
        ("pattern(edge,size=1e9)", "pattern_size"),
        ("grid()", "grid_channels"),
        ("grid(3)", "grid_form"),
        ("grid(a=[1])", "grid_form"),
        ("grid([" + "1," * 8000 + "1])", "image_too_long"),
    ],
)
def test_addresses_of_nothing_are_refused(sources, image, code):
    refused(code, sources.read, image)


def test_a_slip_in_a_sample_is_answered_with_the_nearest(sources):
    assert "cat-chelsea" == refused("image_unknown", sources.read, "cat-chelsee").params["nearest"]


def test_a_fault_in_a_grid_names_its_position(sources):
    with pytest.raises(NotationError) as fault:
        sources.read("grid([1,x])")
    assert 8 == fault.value.position
