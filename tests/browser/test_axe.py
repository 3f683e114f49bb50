"""What axe says of every lesson, and of the page's other states: panels open, a refused stack, the API, the projector."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.lessons.loader import BUILT_IN
from tests.browser.axe import violations
from tests.browser.conftest import watched
from tests.browser.scene import lab

pytestmark = pytest.mark.browser
STACK = "gray|conv(sobel_x,sobel_y)|relu"
REFUSED = "relu|conv(box,size=31,dilation=4)|abs"
SLUGS = [folder.name[3:] for folder in sorted(BUILT_IN.iterdir())]
SCREENS = ({"width": 1024, "height": 768}, {"width": 390, "height": 844})


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


@pytest.fixture(scope="module")
def tab(chromium: Browser, address: str) -> Iterator[Page]:
    """One tab for all lessons: a new one each would take as long again."""
    with watched(chromium, address) as page:
        yield page


# languages and screens take turns: all lessons are one template, whose elements are the same in both languages, so that
# each of the four ways to see it has three or four lessons; every lesson in all four would take a minute
@pytest.mark.parametrize(("place", "slug"), list(enumerate(SLUGS)))
def test_axe_finds_nothing_on_a_lesson(tab: Page, address: str, place: int, slug: str) -> None:
    tab.set_viewport_size(SCREENS[place // 2 % 2])
    lang = "en" if place % 2 else "es"
    tab.goto(f"{address}/course/{slug}?lang={lang}")  # returns when loaded, scripts run included
    assert [] == violations(tab)


def test_axe_finds_a_picture_without_words(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><img src='x.png'></main>")
    assert [("image-alt", ['<img src="x.png">'])] == violations(page) == violations(page, "main")
    page.close()
