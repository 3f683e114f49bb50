"""Camera and clipboard in a real browser: allowed, empty, forbidden, and on plain http where neither exists."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUIET, executable, watched
from tests.browser.scene import asked, expect_own_photo, lab, tensor

pytestmark = pytest.mark.browser
FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLAIN_HTTP = "for (const name of ['mediaDevices', 'clipboard']) Object.defineProperty(navigator, name, {value: undefined});"
COPY_PICTURE = """async () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [40, 30];
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, 40, 30);
  pen.fillStyle = 'black';
  pen.fillRect(5, 5, 20, 20);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  await navigator.clipboard.write([new ClipboardItem({'image/png': blob})]);
}"""


@pytest.fixture(scope="module")
def browser_with_camera(chromium: Browser) -> Iterator[Browser]:
    """Chromium with the camera that it makes up, allowed at once."""
    browser = chromium.browser_type.launch(executable_path=executable(), args=[*QUIET, *FAKE_CAMERA])
    yield browser
    browser.close()


def opened_at(page: Page, address: str, tab: str) -> None:
    page.goto(lab(address, stack="gray|conv(box)"))
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=tab, exact=True).first.click()
    expect(
        page.get_by_role("dialog", name="Choose a picture").get_by_role("tabpanel", name=tab)
    ).to_be_visible()


def test_a_camera_is_live_frozen_and_used(browser_with_camera: Browser, address: str) -> None:
    with watched(browser_with_camera, address) as page:
        opened_at(page, address, "Webcam")
        panel = page.get_by_role("tabpanel", name="Webcam")
        live, frozen = panel.get_by_label("Live picture of the camera"), panel.get_by_label("Frozen picture")
        panel.get_by_role("button", name="Switch the camera on").click()
        expect(live).to_be_visible()
        expect(live).to_have_js_property("paused", False)
        panel.get_by_role("button", name="Freeze").click()
        expect(frozen).to_be_visible()
        expect(live).to_be_hidden()
        panel.get_by_role("button", name="Again").click()
        expect(live).to_be_visible()
        panel.get_by_role("button", name="Freeze").click()
        panel.get_by_role("button", name="Use", exact=True).click()
        expect_own_photo(page)
        expect(page.locator("#stackline")).to_have_value("gray|conv(box)")
        numbers = tensor(address, 0, image=asked(page, "image"), stack="gray|conv(box)")
        assert numbers.std() > 0.05  # the made-up camera shows a green field with a moving figure
        expect(page.get_by_role("dialog", name="Choose a picture")).to_be_hidden()
        left = page.evaluate(
            "[...document.querySelectorAll('video')].flatMap((v) => v.srcObject?.getTracks() ?? [])"
            ".filter((track) => track.readyState === 'live').length"
        )
        assert 0 == left  # the camera's light goes out


def test_the_paste_button_takes_a_picture_numbers_or_says_why_not(watched_page: Page, address: str) -> None:
    page = watched_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened_at(page, address, "Paste")
    paste = page.get_by_role("button", name="Paste from the clipboard")
    page.evaluate("navigator.clipboard.writeText('two words')")
    paste.click()
    expect(page.get_by_role("alert").filter(has_text="neither a picture nor numbers")).to_be_visible()
    page.evaluate("navigator.clipboard.writeText('0\\t0.5\\n1\\t0.25')")
    paste.click()
    expect(page.get_by_label("Numbers, one row a line")).to_have_value("0\t0.5\n1\t0.25")
    page.get_by_role("dialog", name="Choose a picture").get_by_role("tab", name="Paste").click()
    page.evaluate(COPY_PICTURE)
    paste.click()
    expect_own_photo(page)
    numbers = tensor(address, 0, image=asked(page, "image"), fit="keep")
    np.testing.assert_allclose([0.0, 1.0], [numbers.min(), numbers.max()], atol=0.02)


def test_without_leave_the_paste_button_tells_the_keys(watched_page: Page, address: str) -> None:
    watched_page.context.clear_permissions()
    watched_page.add_init_script(
        "navigator.clipboard.read = () => Promise.reject(new DOMException('', 'NotAllowedError'));"
    )
    opened_at(watched_page, address, "Paste")
    watched_page.get_by_role("button", name="Paste from the clipboard").click()
    expect(watched_page.get_by_role("alert").filter(has_text="Press Ctrl+V")).to_be_visible()


def test_on_plain_http_the_page_says_so_and_offers_what_works(watched_page: Page, address: str) -> None:
    page = watched_page
    page.add_init_script(PLAIN_HTTP)
    opened_at(page, address, "Webcam")
    panel = page.get_by_role("dialog", name="Choose a picture")
    panel.get_by_role("button", name="Switch the camera on").click()
    expect(panel.get_by_role("alert").filter(has_text="only on https or localhost")).to_be_visible()
    expect(panel.get_by_label("Or take a photo with the device's own camera app")).to_be_visible()
    panel.get_by_role("tab", name="Paste").click()
    panel.get_by_role("button", name="Paste from the clipboard").click()
    expect(
        panel.get_by_role("alert").filter(has_text="does not let the page read the clipboard")
    ).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    line = page.locator("#stackline")
    line.fill("")
    page.keyboard.press("ControlOrMeta+V")  # it was copied the old way
    expect(line).to_have_value(page.url)
    line.fill("gray|conv(box)")
    page.locator("[data-fields] summary").click()
    page.get_by_role("button", name="Copy the table").click()
    expect(page.get_by_role("button", name="Selected: copy it with Ctrl+C")).to_be_visible()
    assert page.evaluate("getSelection().toString().includes('1 gray')")
