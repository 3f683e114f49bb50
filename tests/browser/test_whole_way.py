"""The whole way in a real browser: a photo, a stack, a pin and its card, at other widths and with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.scene import add, asked, expect_own_photo, lab, png, tensor, written

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (390, 844)])
def test_a_photo_is_uploaded_and_its_stack_built_by_clicking(
    chromium: Browser, address: str, width: int, height: int
) -> None:
    with watched(
        chromium, address, viewport={"width": width, "height": height}, has_touch=width < 500
    ) as page:
        page.goto(lab(address, stack=""))
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name="Upload", exact=True).first.click()
        file = {"name": "g.png", "mimeType": "image/png", "buffer": png(90, 90)}
        page.get_by_role("tabpanel", name="Upload").get_by_label("Picture").set_input_files([file])
        expect_own_photo(page)
        add(page, 0, "gaussian")
        page.locator("#col1").get_by_role("slider").first.fill("1.2")
        expect(page.locator("#stackline")).to_have_value("conv(gaussian,sigma=1.2)")
        for after, name in enumerate(("sobel_x", "relu", "maxpool"), start=1):
            add(page, after, name)
        assert "conv(gaussian,sigma=1.2)|conv(sobel_x)|relu|maxpool(2)" == asked(page, "stack")
        expect(page.locator("#col4 .dim")).to_have_text("3 maps of 29 × 29")
        assert width >= page.evaluate("document.documentElement.scrollWidth")
        page.locator("#col1 .frame img").click()
        expect(page.locator("#cell")).to_have_attribute("data-at", re.compile(r"^1\.0\."))
        _, _, row, col = map(int, asked(page, "at").split("."))
        value = tensor(address, 1, image=asked(page, "image"), stack=asked(page, "stack"))[0, row, col]
        expect(page.locator("#whyh")).to_contain_text(written(float(value), 2))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus stands on it; round the whole page at most."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}")


def test_everything_is_done_with_the_keyboard_alone(watched_page: Page, address: str) -> None:
    page, line = watched_page, watched_page.locator("#stackline")
    page.goto(lab(address, stack=""))
    page.wait_for_load_state("networkidle")
    tab_to(page, '[data-add="0"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Search layers and kernels")).to_be_focused()
    page.keyboard.type("sobel_x")
    page.keyboard.press("Enter")
    expect(line).to_have_value("conv(sobel_x)")
    tab_to(page, "#col1 .settings")
    page.keyboard.press("Enter")
    expect(page.locator("#settings1")).to_be_visible()
    tab_to(page, '#settings1 [name="set.stride"]')
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(line).to_have_value("conv(sobel_x,stride=2)")
    page.keyboard.press("Escape")
    expect(page.locator("#settings1")).to_be_hidden()
    tab_to(page, '.stack .frame[data-view="1"]')
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#cell")).to_have_attribute("data-at", re.compile(r"^1\.0\.16\.\d+$"))
    _, _, row, col = map(int, asked(page, "at").split("."))
    value = float(tensor(address, 1, stack="conv(sobel_x,stride=2)")[0, row, col])
    expect(page.locator("[data-announce]")).to_contain_text(f"row {row}, column {col}, {written(value, 3)}")
    expect(page.get_by_role("heading", name=f"Why is this cell {written(value, 2)}?")).to_be_visible()
    expect(page.locator("[data-pinned-card] .fin")).to_contain_text(written(value, 3))
    tab_to(page, '[data-source="samples"]')
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog", name="Choose a picture")).to_be_visible()
    tab_to(page, '[data-image="dog-retriever"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**image=dog-retriever**")
    expect(page.get_by_role("dialog", name="Choose a picture")).to_be_hidden()
    page.keyboard.press("ControlOrMeta+Z")
    page.wait_for_url("**image=cat-chelsea**")
    expect(line).to_have_value("conv(sobel_x,stride=2)")
    page.keyboard.press("ControlOrMeta+Z")
    expect(line).to_have_value("conv(sobel_x)")
    page.keyboard.press("ControlOrMeta+Shift+Z")
    expect(line).to_have_value("conv(sobel_x,stride=2)")
