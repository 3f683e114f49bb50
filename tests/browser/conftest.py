"""Chromium for the browser tests, and pages served from memory and static/ without any network."""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

STATIC = Path(__file__).parents[2] / "static"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Answer = tuple[str, bytes]  # content type, body
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium found")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open a page from memory: `answers` maps paths to (content type, body), /static/ comes from the tree."""
    contexts = []

    def open_it(answers: dict[str, Answer], path: str = "/", **options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()

        def answer(route: Route) -> None:
            asked = route.request.url.split("//", 1)[1].split("?")[0]
            asked = asked[asked.index("/") :]
            if asked in answers:
                kind, body = answers[asked]
                route.fulfill(
                    status=200, body=body, headers={"Content-Type": kind, "Content-Security-Policy": CSP}
                )
            elif asked.startswith("/static/") and (file := STATIC / asked.removeprefix("/static/")).is_file():
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                route.fulfill(status=200, body=file.read_bytes(), headers={"Content-Type": kind})
            else:
                route.fulfill(status=404, body="")

        page.route("**/*", answer)
        page.goto(f"http://convisor.test{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
