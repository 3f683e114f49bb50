"""The API's page: what is folded opens where an address points into it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_link_to_an_error_opens_its_entry(watched_page: Page, address: str) -> None:
    watched_page.goto(f"{address}/docs?lang=es#unknown_layer")
    expect(watched_page.locator("#unknown_layer dd")).to_be_in_viewport()
    expect(watched_page.locator("#too_many_bytes dd")).to_be_hidden()


def test_a_browser_that_leaves_folds_shut_is_helped(watched_page: Page, address: str) -> None:
    watched_page.goto(f"{address}/docs?lang=en")
    watched_page.wait_for_load_state("networkidle")
    expect(watched_page.locator("#too_many_bytes dd")).to_be_hidden()
    # changed in this way, Chromium opens nothing by itself
    watched_page.evaluate(
        "history.replaceState(null, '', '#too_many_bytes'); dispatchEvent(new Event('hashchange'))"
    )
    expect(watched_page.locator("#too_many_bytes dd")).to_be_in_viewport()
