"""The tab of the browser tests notices what it must: blocked content, faults of scripts, requests to others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import watch

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.test/a.png'}))", "elsewhere.test"),
        ("console.error('something broke')", "something broke"),
        ("setTimeout(() => { throw new Error('a fault') })", "a fault"),
        ("document.head.append(Object.assign(document.createElement('link'), {rel: 'stylesheet', href: '/static/none.css'}))", "none.css"),
    ],
)  # fmt: skip
def test_a_fault_of_the_page_is_noticed(chromium: Browser, address: str, act: str, told: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/docs?lang=en")
    assert [] == faults
    page.evaluate(f"() => {{ {act} }}")
    page.wait_for_timeout(300)
    context.close()
    assert told in " ".join(faults)
