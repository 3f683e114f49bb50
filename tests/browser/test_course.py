"""A lesson in the browser: answered by keyboard, progress kept here and forgotten, terms explained, views kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def test_a_question_by_keyboard_leads_to_a_second_round_and_is_remembered(
    watched_page: Page, address: str
) -> None:
    page = watched_page
    page.goto(f"{address}/course/receptive-field?lang=en&layers=4")
    page.wait_for_load_state("networkidle")
    page.get_by_role("radio", name="3 times.").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told = page.locator(".reveal-place")
    expect(told.get_by_role("status")).to_contain_text("Not quite.")
    expect(told.locator(".scene").first).to_be_visible()
    assert "layers=4" in page.url
    told.get_by_role("link", name="Ask me again").press("Enter")
    expect(page.locator(".ask legend")).to_contain_text("3 layers that slide a window")
    page.get_by_role("radio", name="7", exact=True).check()
    page.get_by_role("button", name="Reveal").click()
    expect(told.get_by_role("status")).to_contain_text("Yes.")
    expect(page.locator(".toc [data-progress='receptive-field']")).to_have_text("✓")
    assert [] == violations(page)
    page.goto(f"{address}/course?lang=en")
    expect(page.locator("[data-progress='receptive-field']")).to_have_text("✓ answered right")
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("[data-progress='receptive-field']")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('convisor.progress')") is None


def test_a_terms_meaning_shows_on_focus_and_escape_closes_it(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/stride-padding?lang=es")
    page.wait_for_load_state("networkidle")
    term = page.locator("a[data-term]").first
    term.scroll_into_view_if_needed()
    page.keyboard.press("Tab")  # so that the browser shows focus
    term.focus()
    says = page.get_by_role("tooltip")
    expect(says).to_be_visible()
    expect(term).to_have_attribute("aria-describedby", "term-says")
    page.keyboard.press("Escape")
    expect(says).to_be_hidden()
    term.press("Enter")
    page.wait_for_url("**/glossary?lang=es#*")


def test_a_pinned_cell_stays_in_the_lessons_address(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/receptive-field?lang=en&at=none")
    page.wait_for_load_state("networkidle")
    page.locator(".frame[data-view='4']").click(position={"x": 60, "y": 60})
    page.wait_for_url("**at=4.0.*")
    expect(page.locator("#cell h2").first).to_contain_text("Why is this cell")
    page.reload()
    expect(page.locator("#cell")).to_contain_text("It sees 7 × 7")
