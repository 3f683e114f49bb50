"""The signal of the lesson on convolution: a drag moves t without a request and agrees with the server's numbers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_dragging_agrees_with_the_server_and_asks_for_nothing(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/course/convolution-and-correlation?lang=en&wave=position")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    plot = page.locator("[data-signal-plot]").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 40)
    page.mouse.up()
    page.locator("#s-rate").press("ArrowRight")
    assert [] == [url for url in asked if "icon" not in url]  # the browser fetches the icon for a new address
    assert "t=2.5" in page.url
    said = [page.locator(f"[data-signal='{name}']").inner_text() for name in ("integral", "sum")]
    drawn = {
        name: page.locator(f"[data-signal-path='{name}']").first.get_attribute("d") or ""
        for name in ("stems", "bars")
    }
    page.goto(page.url)
    for name, text in zip(("integral", "sum"), said, strict=True):
        expect(page.locator(f"[data-signal='{name}']")).to_have_text(text)
    for name, path in drawn.items():
        again = page.locator(f"[data-signal-path='{name}']").first.get_attribute("d") or ""
        assert path.count("M") == again.count("M")
