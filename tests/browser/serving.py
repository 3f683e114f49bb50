"""A real server for the browser tests: the whole program on a free port, in a thread of the test process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[str]:
    """Serve with uploads in `folder` and other `settings`; gives the address and stops the server at the end."""
    with serving(create_app(Settings(data_folder=folder, **settings))) as base:
        yield base


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve a program that is built already."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=20)
