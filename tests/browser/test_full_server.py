"""A server that is full: the page keeps what it shows, says so, and asks again by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.scene import lab

pytestmark = pytest.mark.browser


def test_moves_and_pictures_come_after_a_full_server_has_room_again(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="en-GB", device_scale_factor=2)  # which asks for maps in full
    page = context.new_page()
    refused: dict[str, int] = {"page": 0, "picture": 0}

    def full(kind: str, route: Route) -> None:
        refused[kind] += 1
        if refused[kind] > 1:
            return route.continue_()
        return route.fulfill(status=503, headers={"Retry-After": "1"}, body="")

    page.goto(lab(address, stack="gray|conv(gaussian,sigma=1.2)", size="256"))
    picture = page.locator("#col2 .frame img").first
    expect(picture).to_be_visible()
    before = picture.get_attribute("src")
    page.route("**/edit?*", lambda route: full("page", route))
    page.route("**/api/v1/maps/**", lambda route: full("picture", route))
    page.locator("#stackline").fill("gray|conv(gaussian,sigma=2)")
    page.route("**/?*stack=*", lambda route: full("page", route))
    page.locator("#stackline").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("asked for again by itself")
    assert before == picture.get_attribute("src")
    expect(page.get_by_role("alert")).to_have_count(0, timeout=10_000)
    shows = "([name, part]) => document.querySelector(name).currentSrc.includes(part)"
    page.wait_for_function(shows, arg=["#col2 .frame img", "data:image"])  # the coarse one stands in
    page.wait_for_function(shows, arg=["#col2 .frame img", "sigma=2"], timeout=10_000)
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth === 252)")
    assert refused["page"] > 1
    assert refused["picture"] > 1
    context.close()
