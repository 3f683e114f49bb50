"""What every test may ask for: settings with a folder of their own, the app and a client that talks to it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings as hypothesis_settings

from app.settings import Settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server sets it, before NumPy is imported
os.environ.setdefault("KERAS_BACKEND", "torch")
# A busy machine is no reason to fail; a fixed seed keeps runs alike.
hypothesis_settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
hypothesis_settings.load_profile("suite")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings as shipped, with uploads in a folder of this test."""
    return Settings(data_folder=tmp_path / "data")


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The whole program, built anew."""
    from app.main import create_app

    return create_app(settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Talk to the app as a browser would, its start and stop included; no network."""
    with TestClient(app) as client:
        yield client


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running in the thread that others use."""
    folder = Path(__file__).parent / "browser"
    for item in items:
        if folder in item.path.parents:
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
