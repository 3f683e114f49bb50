"""The code page in a real browser: a layer is marked in all scripts, tabs on a phone, widths, themes and axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import watched

pytestmark = pytest.mark.browser
STACK = (
    "gray|conv(gaussian,sigma=1.2,padding=same,mode=reflect)|conv(sobel_x,sobel_y,stride=2)|relu|maxpool(2)"
)

IN_SIGHT = """(id) => { const line = document.getElementById(id), box = line.closest('pre').getBoundingClientRect();
  const at = line.getBoundingClientRect(); return at.top >= box.top && at.bottom <= box.bottom; }"""


def at(address: str, lang: str = "en", theme: str = "light") -> str:
    scene = f"image=cat-chelsea&stack={STACK}&size=64&fit=crop"
    return f"{address}/code?{scene}&lang={lang}&theme={theme}"


def marked(page: Page) -> set[tuple[str, str]]:
    """The scripts that have marked lines, with the layers marked."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('.code-line.marked')].map((line) =>
        [line.closest('[data-script]').dataset.script, line.dataset.layer])"""
    )
    return {(script, layer) for script, layer in found}


def all_of(layer: str) -> set[tuple[str, str]]:
    return {(script, layer) for script in ("torch", "keras", "numpy")}


def test_a_layer_is_marked_in_all_scripts_by_pointer_keyboard_and_address(
    watched_page: Page, address: str
) -> None:
    page = watched_page
    page.goto(at(address))
    page.locator("#torch-4").hover()
    assert all_of("4") == marked(page)
    page.locator("#keras-2 a").focus()
    assert all_of("2") == marked(page)
    page.locator("#numpy-3 a").click()
    page.get_by_role("heading", level=1).hover()
    assert all_of("3") == marked(page)
    page.reload()
    page.wait_for_function("document.querySelector('.code-line.marked')")
    assert all_of("3") == marked(page)
    for framework in ("torch", "keras", "numpy"):  # inside of its own scrolling box
        assert page.evaluate(IN_SIGHT, f"{framework}-3")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()


def test_a_phone_shows_one_script_at_a_time_and_says_so_in_the_address(
    chromium: Browser, address: str
) -> None:
    with watched(chromium, address, viewport={"width": 390, "height": 844}) as page:
        page.goto(at(address))
        expect(page.locator("[data-script=torch]")).to_be_visible()
        expect(page.locator("[data-script=keras]")).to_be_hidden()
        page.get_by_role("link", name="Keras 3").click()
        expect(page.locator("[data-script=keras]")).to_be_visible()
        expect(page.locator("[data-script=torch]")).to_be_hidden()
        page.reload()
        expect(page.locator("[data-script=keras]")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme", "lang"),
    [(1440, "light", "en"), (1024, "projector", "es"), (390, "dark", "es")],
)
def test_the_page_fits_and_axe_finds_nothing(
    chromium: Browser, address: str, width: int, theme: str, lang: str
) -> None:
    with watched(chromium, address, viewport={"width": width, "height": 900}) as page:
        page.goto(f"{at(address, lang, theme)}#torch-3")
        page.wait_for_load_state("networkidle")
        assert width == page.evaluate("document.documentElement.scrollWidth")
        assert [] == violations(page)
