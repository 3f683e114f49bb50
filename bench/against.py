"""A single Gaussian on 512 x 512, against Gradio and Streamlit: over HTTP, through gradio_client, in Chromium.

All use OpenCV for the arithmetic and all servers are held to one core. They are asked in turn with a pause before
each, as a person would; PEERS names the Python that has `bench/rivals/requirements.txt`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import cv2
from playwright.sync_api import Browser, Page, sync_playwright

from app.store.samples import read_sample
from bench.asking import IMAGE, Work, get, medians, scene, send
from bench.server import Serving, served

FOLDER = Path(__file__).with_name("rivals")
SETTLING = 0.3  # seconds before each question
TURNS = 30
JSON = {"Content-Type": "application/json"}
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def measure() -> dict[str, dict[str, float]]:
    """Milliseconds by way (http, client, browser) and by who answers."""
    with tempfile.TemporaryDirectory() as folder:
        photo = str(Path(folder) / "photo.png")
        cv2.imwrite(photo, cv2.cvtColor(read_sample(IMAGE), cv2.COLOR_RGB2BGR))
        with rivals(photo) as (ours, gradio, streamlit):
            return {
                "http": medians(_over_http(ours, gradio, photo), TURNS, SETTLING),
                "client": _through_client(gradio, photo),
                "browser": _in_browser(
                    {
                        "ours": f"{_address(ours)}/?{scene('gray|conv(gaussian)')}",
                        "gradio": _address(gradio),
                        "streamlit": _address(streamlit),
                    }
                ),
            }


@contextmanager
def rivals(photo: str) -> Iterator[tuple[Serving, Serving, Serving]]:
    """Ours, Gradio's and Streamlit's server, all on one core."""
    python = os.environ.get("PEERS", ".venv-bench/bin/python")
    core = min(os.sched_getaffinity(0))
    streamlit = ("-m", "streamlit", "run", str(FOLDER / "streamlit_app.py"), "--server.port", "{port}")
    quiet = ("--server.headless", "true", "--browser.gatherUsageStats", "false", "--", photo)
    offline = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    with ExitStack() as stack:
        yield (
            stack.enter_context(served(core=core)),
            stack.enter_context(
                served(str(FOLDER / "gradio_app.py"), "{port}", photo, core=core, python=python, **offline)
            ),
            stack.enter_context(served(*streamlit, *quiet, core=core, python=python)),
        )


def _address(server: Serving) -> str:
    return f"http://127.0.0.1:{server.port}"


def _over_http(ours: Serving, gradio: Serving, photo: str) -> dict[str, Work]:
    """What a program asks for, until it has the last byte of the picture."""
    bytes_of_photo = Path(photo).read_bytes()

    def scene_of(number: int) -> str:
        return scene(f"conv(gaussian,sigma={1 + number / 1000:g})")

    def call(name: str, *data: object) -> None:
        path = f"/gradio_api/call/{name}"
        made = send(gradio.connection, "POST", path, json.dumps({"data": data}).encode(), JSON)
        events = get(gradio.connection, f"{path}/{json.loads(made)['event_id']}").decode()
        answer = json.loads(events.split("data: ")[-1])[0]
        get(gradio.connection, answer["url"].split(str(gradio.port), 1)[1])

    def given(number: int) -> None:
        body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="photo.png"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        sent = send(
            gradio.connection, "POST", "/gradio_api/upload", body + bytes_of_photo + b"\r\n--x--\r\n", kind
        )
        image = {"path": json.loads(sent)[0], "meta": {"_type": "gradio.FileData"}}
        call("given", image, 1 + number / 1000)

    def part_and_picture(number: int) -> None:
        get(ours.connection, f"/?{scene_of(number)}", {"HX-Request": "true"})
        get(ours.connection, f"/api/v1/maps/1/0.png?{scene_of(number)}")

    return {
        "ours": lambda number: get(ours.connection, f"/api/v1/maps/1/0.png?{scene_of(number)}"),
        "ours_with_page": lambda number: part_and_picture(number + 1000),
        "gradio": given,
        "gradio_kept": lambda number: call("kept", 1 + number / 1000),
        "gradio_encoded": lambda number: call("encoded", 1 + number / 1000),
    }


def _through_client(gradio: Serving, photo: str) -> dict[str, float]:
    """Through gradio_client, which gives a path of the saved picture."""
    python = os.environ.get("PEERS", ".venv-bench/bin/python")
    words = [python, str(FOLDER / "client.py"), str(gradio.port), photo, str(TURNS), str(SETTLING)]
    done = subprocess.run(words, check=True, capture_output=True, timeout=300)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _in_browser(addresses: dict[str, str]) -> dict[str, float]:
    """From the press of an arrow key on the slider to the new picture's load."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ["CHROMIUM"], args=CHROMIUM_FLAGS)
        pages = {name: _open(browser, address) for name, address in addresses.items()}
        for _ in range(TURNS):
            for page in pages.values():
                page.bring_to_front()
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(1000 * SETTLING + 200)
        found = {name: median(page.evaluate("window.convisorTimes")[3:]) for name, page in pages.items()}
        browser.close()
    return found


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.add_init_script(path=FOLDER / "keys.js")
    page.goto(address)
    slider = page.locator("input[type=range]:visible").first
    slider.wait_for(timeout=30_000)
    page.wait_for_timeout(1500)
    slider.focus()
    return page
