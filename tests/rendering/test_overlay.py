"""Receptive fields drawn on the photo: geometry, pixels, and SVG that parses."""

import base64
import io
import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.fields import Box, Cells
from app.domain.windows import Span
from app.rendering.overlay import BORDER, overlay_png
from app.rendering.overlay_geometry import FIELD_MARK, canvas_for, copies, holes, runs
from app.rendering.overlay_svg import StageBox, overlay_svg

PHOTO = np.random.default_rng(5).integers(0, 256, (64, 48, 3), np.uint8)
SVG = "{http://www.w3.org/2000/svg}"


def box(top, bottom, left, right):
    return Box(Span(top, bottom), Span(left, right))


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def tree(*args, **kwargs):
    return ET.fromstring(overlay_svg(*args, **kwargs))


@pytest.mark.parametrize(("longer", "factor"), [(1, 640), (64, 10), (128, 5), (200, 3), (512, 1), (2048, 1)])
def test_a_photo_is_enlarged_by_a_whole_number(longer, factor):
    assert factor == canvas_for(longer, 1, Box.cell(0, 0)).factor


def test_inside_the_field_the_photos_cells_are_true_pixels():
    shown = pixels(overlay_png(PHOTO, box(10, 20, 5, 9)))
    assert shown.shape == (64 * 10 + 2 * BORDER, 48 * 10 + 2 * BORDER, 3)
    inner = shown[BORDER + 100 : BORDER + 210, BORDER + 50 : BORDER + 100]
    assert np.array_equal(PHOTO[10:21, 5:10].repeat(10, 0).repeat(10, 1), inner)


def test_far_from_the_field_the_photo_is_untouched():
    shown = pixels(overlay_png(PHOTO, box(10, 20, 5, 9)))
    far = shown[BORDER + 400 : -BORDER, BORDER + 300 : -BORDER]
    assert np.array_equal(PHOTO[40:, 30:].repeat(10, 0).repeat(10, 1), far)


def test_the_frame_stands_just_outside_the_field():
    shown = pixels(overlay_png(PHOTO, box(10, 20, 5, 9)))
    top, bottom, left, right = BORDER + 100, BORDER + 210, BORDER + 50, BORDER + 100
    for line in (shown[top - 3 : top - 1, left:right], shown[bottom + 1 : bottom + 3, left:right]):
        assert (line == FIELD_MARK).all()
    for line in (shown[top:bottom, left - 3 : left - 1], shown[top:bottom, right + 1 : right + 3]):
        assert (line == FIELD_MARK).all()


def test_padding_that_the_field_reads_widens_the_picture():
    shown = pixels(overlay_png(PHOTO, box(-2, 2, -1, 3)))
    assert shown.shape == (66 * 10 + 2 * BORDER, 49 * 10 + 2 * BORDER, 3)
    corner = shown[BORDER : BORDER + 20, BORDER : BORDER + 10]
    blue = (corner == FIELD_MARK).all(axis=2)
    assert {True, False} == set(blue.ravel().tolist())  # hatched in the field's blue
    assert np.array_equal(PHOTO[:3, :4].repeat(10, 0).repeat(10, 1), shown[24 : 24 + 30, 14 : 14 + 40])


def test_cells_passed_over_by_dilation_are_dimmed_and_the_others_not():
    cells = Cells((10, 12, 14), (4, 6, 8))
    shown = pixels(overlay_png(PHOTO, box(10, 14, 4, 8), cells))
    at = shown[BORDER + 100 : BORDER + 150 : 10, BORDER + 40 : BORDER + 90 : 10].astype(int)
    photo = PHOTO[10:15, 4:9].astype(int)
    read = np.zeros((5, 5), bool)
    read[::2, ::2] = True
    assert (at[read] == photo[read]).all()
    assert np.array_equal(np.rint(photo[~read] * 0.4 + np.array([11, 13, 18]) * 0.6).astype(int), at[~read])


@settings(max_examples=60)
@given(st.sets(st.integers(-5, 30)))
def test_runs_cover_exactly_the_cells(cells):
    spans = runs(cells)
    assert sorted(cells) == [i for span in spans for i in range(span.first, span.last + 1)]
    assert all(a.last + 1 < b.first for a, b in itertools.pairwise(spans))


spans = st.tuples(st.integers(-8, 14), st.integers(0, 9)).map(lambda s: Span(s[0], s[0] + s[1]))
reads = st.sets(st.integers(0, 11)).map(lambda s: tuple(sorted(s)))


@settings(max_examples=80)
@given(spans, spans, reads, reads)
def test_holes_and_copies_are_the_cells_inside_unread_and_outside_read(rows, cols, read_rows, read_cols):
    canvas = canvas_for(12, 12, Box(rows, cols))
    cells = Cells(read_rows, read_cols)

    def covered(boxes):
        return {(r, c) for b in boxes for r in range(b.rows.first, b.rows.last + 1)
                for c in range(b.cols.first, b.cols.last + 1)}  # fmt: skip

    inside = {(r, c) for r in range(12) for c in range(12)
              if rows.first <= r <= rows.last and cols.first <= c <= cols.last}  # fmt: skip
    read = {(r, c) for r in read_rows for c in read_cols}
    if read:
        assert inside - read == covered(holes(canvas, cells))
    assert read - inside == covered(copies(canvas, cells))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), spans, spans, reads, reads)
def test_every_field_can_be_drawn(height, width, rows, cols, read_rows, read_cols):
    photo = np.zeros((height, width, 3), np.uint8)
    cells = Cells(tuple(r for r in read_rows if r < height), tuple(c for c in read_cols if c < width))
    stages = [StageBox("0", (height, width), Box(rows, cols)), StageBox("1", (1, 1), Box.cell(0, 0))]
    assert overlay_png(photo, Box(rows, cols), cells).startswith(b"\x89PNG")
    assert f"{SVG}svg" == tree(photo, stages, cells).tag


def test_a_huge_field_is_cut_half_a_photo_beyond_the_edge_and_says_so():
    canvas = canvas_for(10, 20, box(-1000, 1000, 3, 1000))
    assert box(-10, 19, 0, 29) == canvas.view
    assert canvas.cut == (True, True, False, True)
    shown = pixels(overlay_png(np.zeros((10, 20, 3), np.uint8), box(-1000, 1000, 3, 1000)))
    left = BORDER + 3 * 32
    line = (shown[1, left:-BORDER] == FIELD_MARK).all(axis=1)
    assert {True, False} == set(line.tolist())  # dashed


@pytest.mark.parametrize("empty", [Box(Span(0, -1), Span(0, -1)), box(500, 510, 0, 3)])
def test_a_field_with_nothing_in_view_leaves_the_photo_plain(empty):
    shown = pixels(overlay_png(PHOTO, empty))
    assert np.array_equal(PHOTO.repeat(10, 0).repeat(10, 1), shown[BORDER:-BORDER, BORDER:-BORDER])


STAGES = [
    StageBox("photo", (64, 48), box(-1, 6, 8, 15)),
    StageBox("1 conv <a>", (64, 48), box(0, 5, 9, 14)),
    StageBox("2 maxpool & more", (32, 24), Box.cell(1, 5)),
]


def test_the_svg_names_every_stage_and_its_box():
    root = tree(PHOTO, STAGES, None, "A <title>", "what & where\x00")
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == ("A <title>", "what & where")
    groups = [g for g in root.iter(f"{SVG}g") if g.get("data-stage")]
    assert [s.label for s in STAGES] == [g.find(f"{SVG}title").text for g in groups]
    edges = [tuple(int(g.get(f"data-{e}")) for e in ("top", "left", "bottom", "right")) for g in groups]
    assert edges == [(-1, 8, 6, 15), (0, 9, 5, 14), (1, 5, 1, 5)]
    assert [s.label for s in STAGES] == [t.text for t in root.iter(f"{SVG}text")]


def test_frames_lie_on_the_photo_by_the_ratio_of_the_sizes():
    groups = [g for g in tree(PHOTO, STAGES).iter(f"{SVG}g") if g.get("data-stage")]
    cell = groups[2].find(f"{SVG}rect")
    assert tuple(cell.get(k) for k in ("x", "y", "width", "height")) == ("100", "20", "20", "20")


def test_the_svg_carries_the_photo_and_neither_script_nor_style():
    text = overlay_svg(PHOTO, STAGES)
    image = next(ET.fromstring(text).iter(f"{SVG}image"))
    data = base64.b64decode(image.get("href").removeprefix("data:image/png;base64,"))
    assert np.array_equal(PHOTO, pixels(data))
    assert not {"script", "style"} & {e.tag.removeprefix(SVG) for e in ET.fromstring(text).iter()}
    assert "style=" not in text


@pytest.mark.parametrize(
    "nothing",
    [Box(Span(0, -1), Span(0, 3)), Box(Span(0, 3), Span(2, 1)), box(500, 510, 0, 3), box(0, 3, -90, -80)],
)
def test_a_stage_with_nothing_in_view_is_named_and_has_no_frame(nothing):
    stages = [STAGES[0], StageBox("empty", (64, 48), nothing), STAGES[2]]
    groups = [g for g in tree(PHOTO, stages).iter(f"{SVG}g") if g.get("data-stage")]
    assert [2, 0, 2] == [len(g.findall(f"{SVG}rect")) for g in groups]
    assert "empty" == groups[1].find(f"{SVG}title").text
    assert str(nothing.rows.first) == groups[1].get("data-top")


def test_without_a_field_the_svgs_margin_is_plain():
    text = overlay_svg(PHOTO, [StageBox("photo", (64, 48), Box(Span(0, -1), Span(0, -1)))])
    assert 0 == text.count('fill="url(#overlay-field)"')
    assert 1 == overlay_svg(PHOTO, STAGES).count('fill="url(#overlay-field)"')
    assert (False, False, False, False) == canvas_for(64, 48, Box(Span(0, -1), Span(0, -1))).cut
