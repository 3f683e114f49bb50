"""Two workers and a real start: uploads, the class and the counts are one; a stream does not keep the server alive."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.browser.scene import png

TOKEN = "k7mw-2qxd-9fhr"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    folder = tmp_path_factory.mktemp("workers")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "CONVISOR_WORKERS": "2",
        "CONVISOR_DATA_FOLDER": str(folder / "data"),
        "CONVISOR_TEACHER_TOKEN": TOKEN,
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "app"], env=environment, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if httpx2.get(f"{base}/health", timeout=5).status_code == 200:
                break
        except httpx2.TransportError:
            time.sleep(0.1)
    yield base, process, folder
    process.kill()
    process.wait(30)


def asked(base: str, path: str) -> httpx2.Response:
    """Ask with a connection of its own, which any worker may take."""
    return httpx2.get(f"{base}{path}", timeout=60)


def test_two_workers_are_one_server(served: tuple[str, subprocess.Popen[bytes], Path]) -> None:
    base, process, folder = served
    own = {"Origin": base, "HX-Request": "true"}
    with httpx2.Client(base_url=base, headers=own, timeout=60) as teacher:
        _lesson(base, teacher, process, folder)


def _lesson(base: str, teacher: httpx2.Client, process: subprocess.Popen[bytes], folder: Path) -> None:
    teacher.post("/teacher/enter", data={"token": TOKEN})

    stored = teacher.post("/api/v1/images", files={"file": ("a.png", png(), "image/png")}).json()["image"]
    for _ in range(12):
        assert 200 == asked(base, f"/api/v1/images/{stored}").status_code
    learning = teacher.post("/api/v1/learnings", json={"kernel": "box", "pace": 1}).json()["events_url"]
    heard: list[dict[str, object]] = []
    ended, learned = threading.Event(), threading.Event()

    def learn() -> None:
        with httpx2.stream("GET", f"{base}{learning}", timeout=60) as stream:
            assert "event: end" not in list(stream.iter_lines())
        learned.set()

    def listen() -> None:
        with httpx2.stream("GET", f"{base}/class/events?as=following", timeout=60) as stream:
            heard.extend(json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        ended.set()

    threading.Thread(target=learn, daemon=True).start()
    for _ in range(3):
        threading.Thread(target=listen, daemon=True).start()
    teacher.post("/teacher/do", data={"do": "show", "address": "/network"})
    deadline = time.monotonic() + 30
    while sum(one["address"] == "/network" for one in heard) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert 3 == sum(one["address"] == "/network" for one in heard)

    teacher.post("/teacher/do", data={"do": "clear"})
    assert {410} == {asked(base, f"/api/v1/images/{stored}").status_code for _ in range(12)}
    counts = {
        float(
            re.findall(
                r'^convisor_requests_total.*route="/api/v1/images/\{image\}",status="410".* (\S+)$',
                text,
                re.M,
            )[0]
        )
        for text in (asked(base, "/metrics").text for _ in range(6))
    }
    assert {12.0} == counts  # whichever worker tells them

    process.send_signal(signal.SIGTERM)
    assert process.wait(30) is not None
    assert ended.wait(10)
    assert learned.wait(10)
    log = (folder / "log").read_text()
    assert TOKEN in log
    assert "Traceback" not in log
    assert stored not in log
