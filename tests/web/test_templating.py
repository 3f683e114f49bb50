"""A page that was answered holds nothing: its contexts and macros let go of what they showed at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.engine.trace import Trace


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Python looks for no circles meanwhile, as it often does not for many pages."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def traces() -> int:
    return sum(type(found) is Trace for found in gc.get_objects())


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_no_trace_outlives_its_page(
    client: TestClient, headers: dict[str, str], without_collector: None
) -> None:
    before = traces()
    scene = {"image": "cat-chelsea", "stack": "conv(gaussian)|relu", "size": "32", "lang": "en"}
    answer = client.get("/", params=scene, headers=headers)
    assert "32 × 32" in answer.text
    assert before == traces()
