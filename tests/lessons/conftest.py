"""The lab as the course's pages use it: a scene's maps, and two scenes compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from fastapi import FastAPI
from numpy.typing import NDArray

from app.explorer.comparison import Compared, Pair, compare_scenes
from tests.lessons.stacks import Last, scene


@pytest.fixture
def lab(app: FastAPI) -> Last:
    """All maps of a scene's last stage at 64 cells, as the page traces it."""

    def last(stack: str, image: str = "cat-chelsea") -> NDArray[np.float32]:
        return app.state.services.explorer.trace(scene(image, stack)).stages[-1].maps

    return last


@pytest.fixture
def both(app: FastAPI) -> Callable[..., Compared]:
    """Two stacks on one picture, compared at the last stage."""

    def compared(first: str, second: str, image: str = "cat-chelsea") -> Compared:
        return compare_scenes(app.state.services.explorer, Pair(scene(image, first), scene(image, second)))

    return compared
