"""One program in this process for the quick part, one in a process of its own for the whole."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.hostile.serving import Server, served


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The program as shipped."""
    return create_app(Settings(data_folder=tmp_path_factory.mktemp("hostile")))


@pytest.fixture(scope="session")
def site(program: FastAPI) -> Iterator[TestClient]:
    """A client that gets an answer of 500 where the program fails, and follows no redirect."""
    with TestClient(program, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server, for a whole module."""
    with served(tmp_path_factory.mktemp("served") / "data") as running:
        yield running
