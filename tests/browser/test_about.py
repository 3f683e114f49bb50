"""The network's card in a real browser: fits every width, axe finds nothing, tables are reached by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import violations
from tests.browser.serving import running

pytestmark = pytest.mark.browser
BEYOND = """() => [...document.querySelectorAll('.about *')].filter((e) =>
  e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.about-scroll, .about-stack')).map((e) => e.outerHTML)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("photos")) as base:
        yield base


@pytest.mark.parametrize(
    ("width", "theme", "lang"),
    [(1440, "light", "en"), (1024, "projector", "es"), (390, "dark", "es")],
)
def test_the_card_fits_and_axe_finds_nothing(
    chromium: Browser, address: str, width: int, theme: str, lang: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    page.goto(f"{address}/about?lang={lang}&theme={theme}")
    page.wait_for_load_state("networkidle")
    assert width == page.evaluate("document.documentElement.scrollWidth")
    assert [] == page.evaluate(BEYOND)
    assert [] == violations(page)
    assert [] == faults
    context.close()


def test_the_keyboard_reaches_and_scrolls_a_wide_table(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/about?lang=en")
    box = page.locator(".about-scroll").first
    box.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.about-scroll').scrollLeft > 0")
    context.close()
