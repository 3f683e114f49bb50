"""A lesson with its class: the teacher shows and asks, two pupils follow, one goes alone, answers are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import watch
from tests.browser.scene import png
from tests.browser.serving import running

pytestmark = pytest.mark.browser
TOKEN = "k7mw-2qxd-9fhr"
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "es-ES", "has_touch": True}
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("class"), teacher_token=TOKEN) as base:
        yield base


@pytest.fixture
def screen(chromium: Browser, school: str) -> Iterator[Opened]:
    """A person's own browser; any fault of its pages fails the test."""
    contexts, faults = [], []

    def opened(path: str, beside: Page | None = None, **options: object) -> Page:
        if beside is None:
            contexts.append(chromium.new_context(**{"locale": "en-GB", **options}))
        page = (beside.context if beside else contexts[-1]).new_page()
        faults.append(watch(page, school))
        page.goto(school + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [] == [fault for found in faults for fault in found]


def enter(page: Page) -> None:
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("main[data-teacher]")).to_be_visible()


def test_a_class_follows_answers_and_goes_its_own_ways(screen: Opened, school: str) -> None:
    teacher = screen("/teacher?plan=10&lang=en")
    enter(teacher)
    board = screen("/class/board?lang=en", beside=teacher)
    one = screen("/class", **PHONE)
    for page in (teacher, board):
        expect(page.get_by_role("status").filter(has_text="here")).to_contain_text("1 screen is here")
    two = screen("/class")
    expect(board.get_by_role("status")).to_contain_text("2 screens are here")
    expect(teacher.locator(".conn")).to_contain_text("2 screens are here")
    assert [] == violations(one)
    assert [] == violations(board)

    teacher.bring_to_front()
    teacher.keyboard.press("PageDown")  # a presenter's remote: to the second step
    for page, lang in ((one, "es"), (two, "en"), (board, "en")):
        page.wait_for_url(re.compile(rf"/course/kernels\?lang={lang}"))
    assert "step=1" in teacher.url

    teacher.keyboard.press("a")
    one.locator("[data-class-answer] button").nth(1).click()
    expect(one.locator("#classbar")).to_contain_text("Contada")
    two.locator("#ask input[type=radio]").nth(
        2
    ).check()  # by the lesson's own form: it counts, and reveals nothing
    two.locator("#ask form button").click()
    expect(two.locator("#classbar [aria-pressed=true]")).to_be_visible()
    expect(two.locator(".reveal")).to_have_count(0)
    expect(board.locator("#classbar")).to_contain_text("Answers: 2, screens: 2")
    expect(board.locator("#classbar rect")).to_have_count(0)
    expect(teacher.locator(".poll li").nth(1)).to_contain_text("1 of 2")
    assert [] == violations(one)

    teacher.keyboard.press("r")
    for page in (one, two, board):
        expect(page.locator("#classbar .poll .ok")).to_have_count(1)
    size = board.locator("#classbar .poll li").first.evaluate(
        "node => parseFloat(getComputedStyle(node).fontSize)"
    )
    assert size >= 24

    two.goto(f"{school}/about?lang=en")  # goes by itself
    expect(two.locator("#classbar")).to_contain_text("You look around by yourself")
    teacher.keyboard.press("ArrowRight")
    one.wait_for_url(re.compile(r"at=2\.0\.20\.20"))
    expect(teacher.locator(".conn")).to_contain_text("Following you: 1 of 2")
    assert "/about" in two.url
    two.get_by_role("button", name="Follow again").click()
    two.wait_for_url(re.compile(r"at=2\.0\.20\.20"))


def test_a_leading_screen_takes_the_class_along_and_uploads_are_cleared(screen: Opened, school: str) -> None:
    teacher = screen("/teacher?lang=en")
    enter(teacher)
    pupil = screen("/class")
    stored = pupil.request.post(
        f"{school}/api/v1/images",
        multipart={"file": {"name": "a.png", "mimeType": "image/png", "buffer": png()}},
    ).json()["image"]
    lead = screen("/?lang=en#class=teacher", beside=teacher)
    lead.get_by_label("Every move, live").check()
    pupil.wait_for_url(re.compile(r"^[^?]*/\?"))
    lead.locator("#stackline").fill("gray|conv(box,size=5)")
    lead.locator("#stackline").press("Enter")
    expect(pupil.locator("#stackline")).to_have_value("gray|conv(box,size=5)")
    assert [] == violations(lead)

    teacher.bring_to_front()
    teacher.get_by_text("After the lesson").click()
    teacher.get_by_role("button", name="Delete all uploads").click()
    expect(teacher.locator("#do-clear")).to_be_visible()
    assert 410 == pupil.request.get(f"{school}/api/v1/images/{stored}").status


@pytest.mark.parametrize("view", ["desk", "presenter"])
def test_the_teachers_page_in_both_sizes(screen: Opened, view: str) -> None:
    page = screen(f"/teacher?lang=es&view={view}", viewport={"width": 1024, "height": 768}, locale="es-ES")
    page.get_by_label("Clave").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("main[data-teacher]")).to_be_visible()
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if view == "presenter":
        smallest = page.evaluate(
            """() => Math.min(...[...document.querySelectorAll("main *")].filter((e) => e.checkVisibility()
              && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && !e.classList.contains("vh"))
              .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
        )
        assert smallest >= 24
