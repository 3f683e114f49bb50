"""Servers in processes of their own, as `python -m app` starts them: to be stopped, starved, killed and measured."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[2]
STARTING_SECONDS = 90


@dataclass
class Server:
    """A running server: where it listens, its process, and the files of its two outputs."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path
    _logs: Path
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=self.address, timeout=30)

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    @property
    def log(self) -> str:
        """All that it said, on both outputs."""
        return self._logs.read_text("utf-8", "replace")

    def peak_bytes(self) -> int:
        """The most memory it ever had resident: VmHWM of Linux's /proc/<pid>/status."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

    def is_alive(self) -> bool:
        """Whether it runs and answers."""
        return self.process.poll() is None and self.client.get("/health").status_code == 200

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=30)


@contextmanager
def served(
    folder: Path, *, prefix: tuple[str, ...] = (), cwd: Path = ROOT, **settings: str
) -> Iterator[Server]:
    """Serve with uploads in `folder` and settings from the environment; `prefix` runs it under another command."""
    server = start(folder, prefix=prefix, cwd=cwd, **settings)
    try:
        _wait_for(server)
        yield server
    finally:
        server.client.close()
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()


def start(folder: Path, *, prefix: tuple[str, ...] = (), cwd: Path = ROOT, **settings: str) -> Server:
    """Start a server and do not wait for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "CONVISOR_DATA_FOLDER": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **settings,
    }
    logs = folder.with_name(f"{folder.name}-{port}.log")
    with logs.open("wb") as out:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "app"],
            env=environment,
            cwd=cwd,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    return Server(f"http://127.0.0.1:{port}", process, folder, logs)


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended at once:\n{server.log}")
        try:
            server.client.get("/health")
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")
