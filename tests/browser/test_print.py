"""A lesson and a worksheet on paper: A4, the answers on a page of their own, nothing of the screen's tools."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.browser
STACK = "gray%7Cconv(sobel_x,stride=2)%7Crelu%7Cmaxpool(2)"
A4 = r"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]"


def pages(page: Page) -> int:
    pdf = page.pdf(prefer_css_page_size=True)
    count = len(re.findall(rb"/Type /Page\b", pdf))
    assert count == len(re.findall(A4.encode(), pdf))
    return count


@pytest.mark.parametrize(
    "path",
    [
        "/course/stride-padding?lang=es",
        f"/worksheet?image=cat-chelsea&stack={STACK}&lesson=stride-padding&lang=en",
    ],
)
def test_the_answers_fill_pages_of_their_own(watched_page: Page, address: str, path: str) -> None:
    watched_page.goto(f"{address}{path}")
    watched_page.wait_for_load_state("networkidle")
    whole = pages(watched_page)
    answers = watched_page.locator(".answers")
    expect(answers).to_have_count(1)
    watched_page.evaluate("window.kept = document.querySelector('.answers'); window.kept.remove()")
    without = pages(watched_page)
    watched_page.evaluate("document.querySelector('main').replaceChildren(window.kept)")
    assert whole == without + pages(watched_page)
    assert without <= 4


def test_a_worksheet_asks_what_the_scene_is_and_solves_it(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/worksheet?image=cat-chelsea&stack={STACK}&at=2.0.5.6&lang=en")
    page.wait_for_load_state("networkidle")
    tasks = page.locator("main > .tasks")
    expect(tasks).to_contain_text("Layer 2, conv: 64 × 64 cells come in. Kernel 3, stride 2")
    expect(tasks).to_contain_text("compute the cell in row 5, column 6")
    solved = page.locator(".answers")
    for words in ("31 × 31", "15 × 15", "9", "5 × 5"):
        expect(solved).to_contain_text(words)
    expect(tasks.locator("> li")).to_have_count(solved.locator(".tasks > li").count())
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    assert [] == violations(page)
