"""What axe says of the page's other states: panels open, a refused stack, the API's page, the projector's colours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.scene import lab

pytestmark = pytest.mark.browser
STACK = "gray|conv(sobel_x,sobel_y)|relu"
REFUSED = "relu|conv(box,size=31,dilation=4)|abs"


def open_settings(page: Page) -> None:
    page.locator("#col2").get_by_role("button", name="Settings").click()
    expect(page.locator("#settings2")).to_be_visible()


def open_editor(page: Page) -> None:
    page.get_by_role("button", name="Edit the kernel sobel_x").click()
    expect(page.locator("#kerneleditor")).to_be_visible()


def enlarge(page: Page) -> None:
    page.locator("#col2").get_by_role("button", name="Enlarge").click()
    expect(page.get_by_role("dialog", name="Map enlarged")).to_be_visible()


def to_projector(page: Page) -> None:
    page.get_by_role("button", name="Projector").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "projector")


def refused(page: Page) -> None:
    expect(page.locator(".col.refused").get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    ("stack", "change"),
    [
        (STACK, open_settings),
        (STACK, open_editor),
        (STACK, enlarge),
        (STACK, to_projector),
        (REFUSED, refused),
    ],
    ids=["settings", "editor", "enlarged", "projector", "refused"],
)
def test_axe_finds_nothing_in_other_states(
    watched_page: Page, address: str, stack: str, change: Callable[[Page], None]
) -> None:
    watched_page.goto(lab(address, stack=stack))
    watched_page.wait_for_load_state("networkidle")
    change(watched_page)
    assert [] == violations(watched_page)


def test_axe_finds_nothing_on_the_apis_page(watched_page: Page, address: str) -> None:
    watched_page.goto(f"{address}/docs?lang=en")
    assert [] == violations(watched_page)


@pytest.mark.parametrize("query", ["lang=en", "lang=es&of=cat-chelsea&theme=dark"])
def test_axe_finds_nothing_on_the_batch_s_page(watched_page: Page, address: str, query: str) -> None:
    watched_page.goto(f"{address}/batch?{query}")
    assert [] == violations(watched_page)


def test_axe_finds_a_picture_without_words(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><img src='x.png'></main>")
    assert [("image-alt", ['<img src="x.png">'])] == violations(page) == violations(page, "main")
    page.close()
