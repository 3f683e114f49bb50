"""The guided tour: by keyboard through its steps, left and resumed from the address, in both languages, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def test_the_tour_by_keyboard(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/?lang=en")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Take the tour").press("Enter")
    card = page.get_by_role("dialog", name="The photo")
    expect(card).to_be_visible()
    expect(page.locator("#tour-h")).to_be_focused()
    expect(page.locator(".col.photo.tour-here")).to_have_count(1)
    for title in ("The stack, in one line", "A map", "Why this number?", "A layer's settings"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("dialog", name=title)).to_be_visible()
        expect(page.locator(".tour-here")).to_have_count(1)
    assert [] == violations(page)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#cell.tour-here")).to_have_count(1)
    page.wait_for_url("**tour=4*")
    page.locator("#p2sigma").press("ArrowRight")  # the slider keeps its arrows, and the step stays
    page.wait_for_url("**sigma=1.3*")
    expect(page.get_by_role("dialog", name="Why this number?")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog", name="Why this number?")).to_be_visible()
    expect(page.locator("#cell.tour-here")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_have_count(0)
    assert "tour" not in page.url
    assert "at=" in page.url  # leaving does not release the pinned cell
    expect(page.get_by_role("link", name="Take the tour")).to_be_focused()


def test_every_step_stands_on_a_phone_in_spanish(watched_page: Page, address: str) -> None:
    page = watched_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    for step in range(1, 9):
        page.goto(f"{address}/?lang=es&tour={step}")
        expect(page.locator("#tour .kick")).to_have_text(f"Recorrido, paso {step} de 8")
        expect(page.locator(".tour-here").first).to_be_in_viewport()
        assert 0 >= page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.get_by_role("link", name="Terminar").click()
    expect(page.locator("#tour")).to_have_count(0)
