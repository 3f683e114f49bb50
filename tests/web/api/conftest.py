"""One program for all of the API's tests, and the ways to talk to it."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.web.api.pictures import jpeg_bytes

API = "/api/v1"


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The program with small bounds, so that they can be reached."""
    return create_app(Settings(data_folder=tmp_path_factory.mktemp("data"), upload_max_bytes=300_000))


@pytest.fixture(scope="session")
def api(program: FastAPI) -> Iterator[TestClient]:
    """A client whose addresses begin behind /api/v1."""
    with TestClient(program, base_url=f"http://testserver{API}") as client:
        yield client


@pytest.fixture(scope="session")
def numbers(api: TestClient) -> Callable[..., np.ndarray]:
    """Fetch an NPY."""

    def fetch(path: str, **params: Any) -> np.ndarray:
        answer = api.get(f"http://testserver{path}" if path.startswith(API) else path, params=params or None)
        assert 200 == answer.status_code, answer.text
        return np.load(io.BytesIO(answer.content))

    return fetch


@pytest.fixture
def upload(api: TestClient) -> dict[str, Any]:
    """A photo of 40 x 30 noise, stored."""
    answer = api.post("/images", files={"file": ("cat.jpg", jpeg_bytes(), "image/jpeg")})
    assert 201 == answer.status_code
    return answer.json()
