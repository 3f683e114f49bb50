"""The views of lessons 9 and 10 on detectors, merged kernels and angles, from their addresses and by their numbers."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates
from scipy.signal import convolve2d, correlate2d

from app.kernels.registry import KERNELS
from app.store.patterns import pattern
from app.web.pages.lesson_views.angles import answers
from app.web.pages.lesson_views.stages import DETECTORS, full_kernel
from tests.lessons.oracle import cat, sobel


def page_of(client: TestClient, slug: str, **query: object) -> str:
    page = client.get(f"/course/{slug}", params={"lang": "en", **query})
    assert 200 == page.status_code
    assert "style=" not in page.text
    return page.text


def text_of(page: str) -> str:
    ungrouped = re.sub(r"(?<=\d)[\u202f\u2009\u00a0](?=\d)", "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", ungrouped))


@given(seed=st.integers(0, 2**16), sides=st.tuples(*[st.integers(1, 4)] * 4))
@settings(max_examples=20)
def test_the_merged_kernel_is_scipys_full_convolution(seed: int, sides: tuple[int, int, int, int]) -> None:
    rng = np.random.default_rng(seed)
    one, two = rng.standard_normal(sides[:2]), rng.standard_normal(sides[2:])
    assert np.allclose(convolve2d(one, two), full_kernel(one, two), atol=1e-12)


@pytest.mark.parametrize("detector", DETECTORS)
def test_each_detector_has_its_place_in_the_live_scene(client: TestClient, detector: str) -> None:
    first = page_of(client, "three-stages")
    links = re.findall(r'<li><a href="(\?[^"]+#stages)"', first)
    assert len(DETECTORS) == len(links)
    link = links[DETECTORS.index(detector)].replace("&amp;", "&")
    page = client.get(f"/course/three-stages{link}").text
    assert ("|" + detector + "|" in page) == (detector != "none")
    assert 1 == len(re.findall(r'#stages" aria-current="true"', page))


def test_the_stages_are_told_in_numbers(client: TestClient) -> None:
    measured = sobel(cat())
    detected = np.maximum(measured, 0)
    page = text_of(page_of(client, "three-stages"))
    shown = f"{measured.min():.2f} {measured.max():.2f} {measured.mean():.3f}".replace("-", "−")
    assert f"convolution 64 × 64 {shown}" in page
    share = round(100 * float((detected == 0).mean()))
    assert re.search(rf"detector 64 × 64 0\.00 {detected.max():.2f} {detected.mean():.3f} {share} ?%", page)


def test_two_kernels_are_one_unless_a_detector_stands_between(client: TestClient) -> None:
    assert "All 3600 cells are equal" in text_of(page_of(client, "three-stages"))
    between = text_of(page_of(client, "three-stages", one="sobel_x", two="sobel_x", between="relu"))
    assert "differ, by 0.714 on average" in between


@pytest.mark.parametrize("turn", [0.0, 22.5, 45.0, 90.0])
@pytest.mark.parametrize("count", [1, 4])
def test_the_bar_is_answered_as_opencv_and_scipy_answer(turn: float, count: int) -> None:
    bar = np.asarray(pattern("bar")[0], float)
    matrix = cv2.getRotationMatrix2D((31.5, 31.5), turn, 1.0)
    turned = bar if turn == 0 else np.rot90(bar) if turn == 90 else turned_by(bar, matrix)
    maps = []
    for at in range(count):
        kernel = gabor(np.radians(180 * at / count))
        maps.append(np.maximum(correlate2d(turned, kernel, "valid"), 0))
    found = answers(turn, count)
    assert np.allclose([one.max() for one in maps], found.each, atol=2e-3)
    assert pytest.approx(np.sqrt(np.square(maps).sum(axis=0).max()), abs=2e-3) == found.energy
    assert max(found.each) == found.most


def turned_by(bar: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """OpenCV rounds the places that it reads to 1/32 of a cell, so the places are computed here and read by SciPy."""
    back = cv2.invertAffineTransform(matrix)
    down, right = np.mgrid[:64, :64]
    cols = back[0, 0] * right + back[0, 1] * down + back[0, 2]
    rows = back[1, 0] * right + back[1, 1] * down + back[1, 2]
    return map_coordinates(np.pad(bar, 1), [rows + 1, cols + 1], order=1, mode="constant")


def gabor(angle: float) -> np.ndarray:
    """The course's Gabor by OpenCV; the parameters are the notation's usual ones."""
    usual = {param.name: param.default for param in KERNELS["gabor"].params}
    size = int(usual["size"])
    return cv2.getGaborKernel(
        (size, size), usual["sigma"], angle, usual["wavelength"], usual["aspect"], np.radians(usual["phase"])
    )


def test_more_gabors_leave_no_angle_out(client: TestClient) -> None:
    lowest = [min(answers(7.5 * step, count).energy for step in range(25)) for count in (1, 2, 4, 8)]
    assert lowest == sorted(lowest)
    page = text_of(page_of(client, "pooling-invariance", turn="45", gabors="4"))
    assert "Gabor at 0° 3.5" in page
    assert "root of the sum of squares 24.1" in page


def test_a_refusal_leaves_an_open_lesson_as_it_is(client: TestClient) -> None:
    query = {"lang": "en", "picture": "row", "pad": "9"}
    answer = client.get("/course/pooling-invariance", params=query, headers={"HX-Request": "true"})
    assert 422 == answer.status_code
    assert ("#lesson-fault", "false") == (answer.headers["HX-Retarget"], answer.headers["HX-Push-Url"])
    assert "“padding” can be at most 8." in answer.text
    assert "<main" not in answer.text


def test_a_dragged_setting_leaves_one_step_in_the_history(client: TestClient) -> None:
    query = {"lang": "en", "turn": "60", "history": "replace"}
    answer = client.get("/course/pooling-invariance", params=query, headers={"HX-Request": "true"})
    assert "/course/pooling-invariance?turn=60&lang=en" == answer.headers["HX-Replace-Url"]
