"""A server of our own, or a rival's, in a process of its own, for measuring."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STARTING_SECONDS = 60
APP = ("-m", "app")
FLOOR = ("-m", "uvicorn", "bench.floor:app", "--port", "{port}", "--log-level", "warning")


@dataclass(frozen=True)
class Serving:
    """A server that answers: an open connection, its port and the number of its process."""

    connection: http.client.HTTPConnection
    port: int
    pid: int


@contextmanager
def served(
    *program: str, core: int | None = None, python: str = sys.executable, warm: bool = True, **settings: str
) -> Iterator[Serving]:
    """Serve on a free port.

    `program` is what `python` runs, the app where it is left out; ``{port}`` in it is the port. `settings` go into
    the environment, `core` is the processor core that it is held to. Without `warm` it is given over at its first
    answer, when the classifier may not be there yet.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "MALLOC_MMAP_THRESHOLD_": "268435456",
            "MALLOC_TRIM_THRESHOLD_": "536870912",
            "MALLOC_ARENA_MAX": "2",
            "CONVISOR_DATA_FOLDER": folder,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            **settings,
        }
        words = [word.format(port=port) for word in program or APP]
        process = subprocess.Popen(
            [python, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            _wait_for(connection, process, warm)
            yield Serving(connection, port, process.pid)
        finally:
            connection.close()
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(connection: http.client.HTTPConnection, process: subprocess.Popen[bytes], warm: bool) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            connection.request("GET", "/ready")
            if b"warming" not in connection.getresponse().read() or not warm:
                return
        except (OSError, http.client.HTTPException):
            connection.close()
        time.sleep(0.02)
    raise RuntimeError("the server did not start")
