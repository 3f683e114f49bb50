"""The use cases without a server: what is computed, drawn, cached, and left alone."""

import io
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import UserError
from app.engine.cells import Place
from app.engine.network import Shelf
from app.explorer import Explorer, LoosePhoto, Scene, Shade, scale_of, stack_range
from app.settings import ROOT
from app.store.decode import decode
from app.store.memory import ByteBoundedCache
from app.store.photos import PhotoStore
from app.store.sources import Sources
from tests.web.api.pictures import picture_bytes

Cache = ByteBoundedCache[Hashable, Any]


class NoNetworks:
    """Fails when it is asked for."""

    def __call__(self) -> Any:
        raise AssertionError("no network is needed here")


@pytest.fixture
def explorer(tmp_path: Path) -> Explorer:
    store = PhotoStore(tmp_path, 3600, 10_000_000)
    traces: Cache = ByteBoundedCache(50_000_000, lambda stage: stage.nbytes)
    pictures: Cache = ByteBoundedCache(10_000_000, len)
    return Explorer(Sources(store), NoNetworks(), traces, pictures)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_lines_without_tensors_need_no_network(explorer):
    assert 3 == len(explorer.trace(Scene("pattern(edge)", "relu|conv(sobel_x)")).stages)
    with pytest.raises(AssertionError, match="no network"):
        explorer.parse("weights(catdog.c1)")


def test_spellings_of_one_picture_share_the_cache(explorer):
    explorer.trace(Scene("pattern(edge,size=64)", "relu"))
    misses = explorer.traces.counts().misses
    explorer.trace(Scene(" pattern( edge )", "relu"))

    assert misses == explorer.traces.counts().misses


def test_pictures_are_encoded_once(explorer):
    scene = Scene("pattern(noise)", "conv(sobel_x)")
    shades = [Shade("diverging"), Shade("diverging"), Shade("gray"), Shade("diverging", "layer")]
    for shade in shades:
        explorer.map_picture(scene, 1, 0, shade)
        explorer.atlas_picture(scene, 1, shade)

    # a layer whose maps are equal has the range of each, so the last shade's pictures are known
    assert (4, 4) == (explorer.pictures.counts().misses, explorer.pictures.counts().hits)


def test_a_stages_picture_computes_no_stage_behind_it(explorer):
    explorer.map_picture(Scene("pattern(noise)", "relu|conv(box,size=31,dilation=9)|relu"), 1, 0, Shade())

    assert 2 == explorer.traces.counts().entries


def test_the_stacks_scope_is_that_of_every_stage(explorer):
    scene = Scene("pattern(gradient)", "conv([2])|conv([5])")
    trace = explorer.trace(scene)

    assert (0.0, 10.0) == stack_range(trace)
    assert 10.0 == scale_of(trace, 1, 0, Shade(scope="stack")).high
    assert 2.0 == scale_of(trace, 1, 0, Shade(scope="map")).high
    assert 7.0 == scale_of(trace, 1, 0, Shade(scope="stack", low=0, high=7)).high
    narrow = explorer.map_picture(scene, 1, 0, Shade("gray", "stack"))
    assert round(255 * 2 / 10) == pixels(narrow).max()


def test_a_given_range_needs_no_later_stage(explorer):
    scene = Scene("pattern(gradient)", "conv([2])|conv([5])")
    explorer.map_picture(scene, 1, 0, Shade("gray", "stack", 0, 10))

    assert 2 == explorer.traces.counts().entries


@pytest.mark.parametrize(
    ("shade", "code"), [(Shade("pink"), "unknown_colors"), (Shade(scope="world"), "unknown_scope")]
)
def test_unknown_shades_are_refused(explorer, shade, code):
    with pytest.raises(UserError, match=code):
        explorer.map_picture(Scene("pattern(edge)"), 0, 0, shade)


def test_a_cell_is_opened_with_arithmetic_and_boxes(explorer):
    opened = explorer.open_cell(Scene("grid([1,2;3,4])", "conv([1,10;100,1000])"), Place(1, 2, 0, 0))

    assert (4321.0, 4321.0) == (opened.value, opened.explanation.value)
    assert [0, 1] == [box.stage for box in opened.boxes]


def test_a_grids_numbers_are_left_as_they_are(explorer):
    maps = explorer.stage(Scene("grid([-3.5,1e6;0,2])"), 0).maps

    np.testing.assert_array_equal(np.broadcast_to(np.float32([[-3.5, 1e6], [0, 2]]), (3, 2, 2)), maps)


def test_a_loose_photo_is_labelled_like_a_stored_one_and_leaves_nothing(tmp_path):
    store = PhotoStore(tmp_path, 3600, 10_000_000)
    traces: Cache = ByteBoundedCache(50_000_000, lambda stage: stage.nbytes)
    explorer = Explorer(Sources(store), Shelf(ROOT / "models"), traces, ByteBoundedCache(0, len))
    picture = decode(picture_bytes("PNG", 50, 60))

    loose = explorer.classify_once(LoosePhoto(picture.pixels))[1]
    assert 0 == traces.counts().entries
    assert loose == explorer.classify(store.add(picture).image)[1]


def test_a_leading_resize_is_kept_for_the_inputs_own_picture(explorer):
    scene = Scene("cat-chelsea", "resize(20,20)|relu", size=16)

    assert (341, 512, 3) == pixels(explorer.input_picture(scene)).shape
    assert (341, 512) == pixels(explorer.map_picture(scene, 0, 0, Shade())).shape[:2]
