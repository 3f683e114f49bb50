"""A server of our own in a process of its own, for measuring."""

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

STARTING_SECONDS = 60


@contextmanager
def served(
    *program: str, core: int | None = None, **settings: str
) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    """Serve on a free port; gives an open connection and the process's number.

    `program` is what Python runs, the app where it is left out; ``{port}`` in it is the port. `settings` go into
    the environment, `core` is the processor core that it is held to.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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
        words = [word.format(port=port) for word in program or ("-m", "app")]
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            _wait_for(connection, process)
            yield connection, process.pid
        finally:
            connection.close()
            process.terminate()
            process.wait(timeout=30)


def _wait_for(connection: http.client.HTTPConnection, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            connection.request("GET", "/ready")
            if b"warming" not in connection.getresponse().read():
                return
        except OSError:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
