"""The tab of the browser tests notices what it must: blocked content, faults of scripts, requests to others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import watch

pytestmark = pytest.mark.browser


FAULTS = {
    "document.body.setAttribute('style', 'color: red')": "Content Security Policy",
    "document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.test/a.png'}))": "asked http://elsewhere.test",
    "console.error('something broke')": "something broke",
    "setTimeout(() => { throw new Error('a fault') })": "a fault",
    "document.head.append(Object.assign(document.createElement('link'), {rel: 'stylesheet', href: '/static/none.css'}))": "none.css",
}


def test_faults_of_the_page_are_noticed(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/docs?lang=en")
    assert [] == faults
    for act, told in FAULTS.items():
        faults.clear()
        page.evaluate(f"() => {{ {act} }}")
        page.wait_for_timeout(200)
        assert told in " ".join(faults)
    context.close()
