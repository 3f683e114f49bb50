"""Lessons 12 and 13 in a browser: marks under pointer and keys, a kernel and a network learned live."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import watched

pytestmark = pytest.mark.browser
LONG = 60_000  # ms; a busy machine is no reason to fail


def test_a_kernel_is_learned_live_paused_and_lost(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/learning?lang=en&demo=stack")
    page.locator("[data-cell='h.2.1'] a").hover()
    expect(page.locator("[data-back-sum]")).to_contain_text("h[2, 1] = 1 · 10")
    expect(page.locator("[data-cell='G.2.1']")).to_have_class(re.compile("is-in"))
    page.locator("[data-cell='h.2.1'] a").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-back-sum]")).to_contain_text("h[2, 3] = ")
    expect(page.locator("[data-cell='h.2.3']")).to_have_class(re.compile("is-at"))
    page.mouse.wheel(0, 40)  # another cell comes to lie under the resting pointer
    page.wait_for_timeout(300)
    expect(page.locator("[data-back-sum]")).to_contain_text("h[2, 3] = ")

    says = page.locator("[data-learn-says]")
    page.locator("#l-pace").select_option("10")
    page.locator("[data-learn-go]").click()
    expect(says).to_contain_text(re.compile(r"Step [3-9]"), timeout=LONG)
    page.locator("[data-learn-pause]").click()
    expect(says).to_contain_text("Paused", timeout=LONG)
    stopped = int(re.findall(r"\d+", says.inner_text())[0])
    assert f"steps={stopped}&" in page.url
    points = page.locator("[data-curve] .curve").get_attribute("points") or ""
    assert stopped + 1 == len(points.split())
    shown = page.locator(".learned-kernel").first.locator("td").all_inner_texts()
    assert [] == violations(page)
    page.locator("a[data-learn-step='1']").click()
    expect(says).to_contain_text(f"After {stopped + 1} steps", timeout=LONG)
    page.go_back()
    expect(says).to_contain_text(f"After {stopped} steps", timeout=LONG)
    assert shown == page.locator(".learned-kernel").first.locator("td").all_inner_texts(), (
        "as the server says"
    )

    page.locator("#l-rate").fill("2")
    page.locator("#l-pace").select_option("0")
    page.locator("[data-learn-go]").click()
    expect(says).to_contain_text("Lower the rate", timeout=LONG)
    expect(says).to_have_class(re.compile("warnl"))


def test_a_network_is_trained_live_and_the_server_shows_the_same(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/whole-network?lang=es")
    says = page.locator("[data-train-says]")
    before = page.locator("[data-kernels] td").all_inner_texts()
    page.locator("#t-steps").fill("60")
    page.get_by_role("button", name="Entrenar").click()
    expect(says).to_contain_text("Terminado tras 60 pasos", timeout=LONG)
    after = page.locator("[data-kernels] td").all_inner_texts()
    assert before != after
    assert "steps=60" in page.url
    confusion = page.locator("[data-confusion] tbody td").all_inner_texts()
    assert 500 == sum(map(int, confusion))
    assert [] == violations(page)
    page.reload()
    expect(says).to_contain_text("Paso 60")
    assert confusion == page.locator("[data-confusion] tbody td").all_inner_texts()
    assert after == page.locator("[data-kernels] td").all_inner_texts()
    page.locator("#t-steps").fill("600")
    page.get_by_role("button", name="Entrenar").click()
    page.locator("[data-train-cancel]").click()
    expect(says).to_contain_text("Cancelado", timeout=LONG)


@pytest.mark.parametrize(("lesson", "fold"), [("learning", "maps"), ("whole-network", "catdog")])
def test_on_a_phone_what_can_wait_is_folded(chromium: Browser, address: str, lesson: str, fold: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}}
    with watched(chromium, address, **phone) as page:
        part = page.locator(f"#{fold}")
        page.goto(f"{address}/course/{lesson}?lang=en")
        expect(part).not_to_have_attribute("open", "")
        part.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(part).to_have_attribute("open", "")
        page.set_viewport_size({"width": 1024, "height": 768})
        page.set_viewport_size(phone["viewport"])
        expect(part).to_have_attribute("open", "")
        page.goto("about:blank")
        page.goto(f"{address}/course/{lesson}?lang=en#{fold}")
        expect(part).to_have_attribute("open", "")
        page.goto("about:blank")
        page.goto(f"{address}/course/{lesson}?lang=en")
        expect(part).not_to_have_attribute("open", "")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(part).to_have_attribute("open", "")


def test_a_shape_is_drawn_judged_live_and_followed_inside(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/whole-network?lang=en&seed=1")
    pad = page.locator("[data-shape-pad]")
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 128, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 128, box["y"] + 200, steps=4)
    page.mouse.up()
    pad.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="Ask the network").click()
    row = page.locator("[data-strange] tbody tr").nth(4)
    expect(row).to_contain_text("yours")
    before = row.locator("td").all_inner_texts()
    page.locator("#t-steps").fill("60")
    page.get_by_role("button", name="Train").click()
    expect(page.locator("[data-train-says]")).to_contain_text("Done after 60 steps", timeout=LONG)
    after = row.locator("td").all_inner_texts()
    assert before != after
    page.reload()
    assert after == row.locator("td").all_inner_texts(), "as the server says"
    assert "steps=60" in page.url
    assert "shape=grid" in page.url
    page.get_by_role("button", name="Open the network").click()
    expect(page.locator("h1")).to_have_text("Shapes, 60 steps")
    expect(page.get_by_text("ring", exact=True).first).to_be_visible()
