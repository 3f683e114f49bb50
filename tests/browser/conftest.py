"""Chromium for the browser tests: a server of the whole program, tabs that notice faults, pages from memory."""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.browser.serving import running

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


SKIP = "CONVISOR_SKIP_BROWSER"  # set to 1 where there is no Chromium and none is wanted


def executable() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; its absence is a failure, lest a run without it pass for a whole one."""
    if os.environ.get(SKIP) == "1":
        pytest.skip(f"{SKIP}=1")
    path = executable()
    if not path:
        pytest.fail(f"no Chromium found: install it, give CHROMIUM=<path>, or set {SKIP}=1", pytrace=False)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the whole program, one server for all browser tests."""
    with running(tmp_path_factory.mktemp("photos")) as base:
        yield base


def watch(page: Page, base: str) -> list[str]:
    """The faults of this tab from now on: scripts, console errors, blocked content, requests to others."""
    faults: list[str] = []

    def heard(kind: str, text: str, where: str) -> None:
        # a browser reports answers of 4xx as well; the page turns those of its own questions into sentences
        told = "status of 4" in text and "/static/" not in where
        if kind == "error" and not told:
            faults.append(f"{text} ({where})")

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(base).netloc:
            faults.append(f"asked {url}")

    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: heard(message.type, message.text, message.location["url"]))
    page.on("request", lambda request: asked(request.url))
    return faults


@contextmanager
def watched(browser: Browser, base: str, **options: object) -> Iterator[Page]:
    """A tab in a browser of its own; any fault of its page fails the test at the end."""
    settings = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
    context = browser.new_context(**settings)
    try:
        page = context.new_page()
        faults = watch(page, base)
        yield page
        assert [] == faults
    finally:
        context.close()


@pytest.fixture
def watched_page(chromium: Browser, address: str) -> Iterator[Page]:
    """A desktop's tab in which every fault of the page fails the test."""
    with watched(chromium, address) as page:
        yield page


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open a page from memory: `answers` maps paths to (content type, body), /static/ comes from the tree."""
    contexts: list[BrowserContext] = []

    def open_it(answers: dict[str, Answer], path: str = "/", **options: object) -> Page:
        context = chromium.new_context(**options)
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
