"""The misconceptions: each opens a scene or page that stands, and the scene's numbers are those told."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from scipy.signal import correlate2d

from app.explorer import Scene
from app.lessons.beliefs import Belief, beliefs
from app.web.pages.lesson_scene import belief_url


def about(words: str) -> Belief:
    return next(one for one in beliefs() if words in one.believed["en"])


def stages(app: FastAPI, words: str) -> list[NDArray[np.float32]]:
    scene = about(words).scene
    assert scene is not None
    asked = Scene(scene.image, scene.stack, scene.size, scene.fit)
    return [stage.maps for stage in app.state.services.explorer.trace(asked).stages]


def test_every_scene_and_page_stands(client: TestClient) -> None:
    page = client.get("/course/misconceptions?lang=es")
    assert 200 == page.status_code
    for belief in beliefs():
        assert belief.believed["es"] in page.text
        address = belief_url(belief, "es")
        assert 200 == client.get(address).status_code, address
        if belief.scene is not None:
            asked = Scene(belief.scene.image, belief.scene.stack, belief.scene.size, belief.scene.fit)
            assert client.app.state.services.explorer.trace(asked).refused is None, address


@pytest.mark.parametrize(
    ("words", "shape"),
    [("8192", (2, 62, 62)), ("enlarge", (3, 62, 62)), ("divide", (1, 31, 31)), ("deconv", (1, 4, 4))],
)
def test_the_sizes_told_are_the_scenes(app: FastAPI, words: str, shape: tuple[int, ...]) -> None:
    assert shape == stages(app, words)[-1].shape


def test_the_numbers_told_are_the_scenes(app: FastAPI) -> None:
    assert [2, 1] == stages(app, "commute")[-1].ravel().tolist()
    print_of = stages(app, "flips")[-1][0]
    assert [[9, 8, 7], [6, 5, 4], [3, 2, 1]] == print_of[3:6, 3:6].tolist()
    gray, noisy, after = stages(app, "removes noise")[1:]
    assert 0.09 < (after - gray).std() <= (noisy - gray).std() < 0.11
    row = stages(app, "blind to shifts")
    unmoved = row[0][0, 0]
    assert 9 == (unmoved != row[2][0, 0]).sum()
    assert 5 == (unmoved.reshape(7, 2).max(axis=1) != row[-1][0, 0]).sum()
    before, *_, back = stages(app, "deconv")[1:]
    assert [1, 2, 0, 1] == before[0, 0].tolist()
    assert [12, 32, 16, 0] == back[0, 0].tolist()


def test_the_darkest_cell_told_is_scipys(app: FastAPI) -> None:
    grey = stages(app, "brightness")[1][0].astype(float)
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    lowest = f"−{-correlate2d(np.pad(grey, 1, 'reflect'), sobel, 'valid').min():.2f}"
    says = about("brightness").says
    assert f"Cells reach {lowest}:" in says["en"]
    assert f"celdas de {lowest.replace('.', ',')}:" in says["es"]


def test_half_of_the_weight_lies_on_few_pixels(app: FastAPI) -> None:
    spread = np.sort(stages(app, "evenly")[-1][0].ravel())[::-1].astype(float)
    assert 441 == (spread > 0).sum()
    assert 30 == 1 + np.argmax(np.cumsum(spread) >= 0.5 * spread.sum())
