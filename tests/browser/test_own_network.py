"""A network of one's own in the browser: uploaded by its form, explored down to a cell, deleted again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.own_networks import CLASSES, VGG_STACK, file_of, vgg

pytestmark = pytest.mark.browser


def ready(page: Page) -> None:
    """The scripts have drawn what the page shows now."""
    page.wait_for_function(
        "() => { const m = document.querySelector('main[data-network]'); return m.dataset.ready === m.dataset.source; }"
    )


def test_a_network_is_uploaded_explored_and_deleted(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/network?lang=en")
    page.locator(".own-network summary").click()
    form = page.locator("[data-own-network]")
    form.locator("[type=file]").set_input_files(
        {"name": "fruit.safetensors", "mimeType": "application/octet-stream", "buffer": file_of(vgg())}
    )
    form.locator("[name=stack]").fill(VGG_STACK)
    form.locator("[name=classes]").fill(CLASSES)
    form.locator("button").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("fruit")
    ready(page)
    own = page.url
    assert "network=n" in own
    expect(page.locator("[data-class]")).to_have_count(3)
    expect(page.locator("canvas.sheet")).to_have_count(4)
    before = page.locator("[data-class='pear'] [data-logit]").get_attribute("data-value")
    page.locator("[data-cover]").click()
    expect(page.locator("[data-class='pear'] [data-logit]")).not_to_have_attribute("data-value", str(before))
    page.locator("[data-cover]").click()

    sheet = page.locator("[data-block='4'] canvas.sheet")
    sheet.hover(position={"x": 5, "y": 5})
    expect(page.locator(".loupe span")).to_contain_text("dense 4, output")
    assert page.locator("[data-edges] path").count() > 8
    sheet.click(position={"x": 5, "y": 5})
    sheet.click(position={"x": 5, "y": 5})
    expect(page.locator(".unit-rows .lab").first).to_contain_text("cell")
    expect(page.locator(".places li")).to_have_count(6)
    page.locator(".own-network summary").click()
    assert [] == violations(page)
    page.locator("[data-back]").click()
    page.locator("[data-back]").click()
    page.get_by_role("link", name="Grad-CAM").click()
    expect(page.locator(".mattered .checks p").first).to_be_visible()
    assert "network=n" in page.url

    page.locator("[data-delete-network]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cat or dog: the whole network")
    assert 404 == page.request.get(own).status


def test_a_refusal_is_said_in_the_form_and_nothing_is_lost(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(f"{address}/network?lang=en")
    page.wait_for_load_state("networkidle")  # before its script is there, the form sends itself
    page.locator(".own-network summary").click()
    form = page.locator("[data-own-network]")
    form.locator("[type=file]").set_input_files(
        {"name": "net.pt", "mimeType": "application/zip", "buffer": b"PK\x03\x04" + bytes(30)}
    )
    form.locator("[name=stack]").fill(VGG_STACK)
    form.locator("button").click()
    expect(form.get_by_role("alert")).to_contain_text("safetensors.torch.save_file(model.state_dict()")
    expect(form.locator("[name=stack]")).to_have_value(VGG_STACK)
    form.locator("[type=file]").set_input_files(
        {"name": "fruit.safetensors", "mimeType": "application/octet-stream", "buffer": file_of(vgg())}
    )
    form.locator("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("fruit")
