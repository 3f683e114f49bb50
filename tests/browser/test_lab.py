"""The lab in a real browser: building, undo, Back, reload, tabs, refusals, keyboard, widths, axe."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.scene import add, asked, lab

pytestmark = pytest.mark.browser
WIDTHS = ((1440, 900), (1024, 768), (390, 844))


@pytest.fixture
def page(watched_page: Page) -> Page:
    return watched_page


def test_the_first_visit_shows_a_worked_example(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".col .frame img").first).to_be_visible()
    assert 4 == page.locator(".col[id^=col]").count()
    assert page.locator("#col5 .dim").inner_text() == "32 × 32"


def test_a_stack_is_built_by_clicking(page: Page, address: str) -> None:
    page.goto(lab(address, stack=""))
    add(page, 0, "gaussian")
    slider = page.locator("#p1sigma")
    slider.fill("1.2")
    expect(page.locator("#stackline")).to_have_value("conv(gaussian,sigma=1.2)")
    add(page, 1, "sobel_x")
    add(page, 2, "relu")
    add(page, 3, "maxpool")
    assert "conv(gaussian,sigma=1.2)|conv(sobel_x)|relu|maxpool(2)" == asked(page, "stack")
    assert "3 maps of 29 × 29" == page.locator("#col4 .dim").inner_text()


def test_undo_redo_back_and_reload_keep_the_stack(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)"))
    add(page, 1, "relu")
    add(page, 2, "abs")
    page.locator("[data-undo]").click()
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu")
    page.locator("[data-redo]").click()
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu|abs")
    page.reload()
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu|abs")
    page.go_back()
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu")


def test_layers_are_moved_duplicated_switched_off_and_removed(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)|relu"))
    page.locator('[popovertarget="menu1"]').click()
    page.locator('#menu1 [data-move="1"]').click()
    expect(page.locator("#stackline")).to_have_value("relu|conv(box)")
    page.locator("#col2 .col-head .icon").focus()
    page.keyboard.press("Control+Shift+ArrowLeft")
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu")
    page.locator("#col2 .switch").click()
    expect(page.locator("#stackline")).to_have_value("conv(box)|~relu")
    page.locator('[popovertarget="menu1"]').click()
    page.locator("#menu1").get_by_text("Duplicate").click()
    expect(page.locator("#stackline")).to_have_value("conv(box)|conv(box)|~relu")
    page.locator('[popovertarget="menu3"]').click()
    page.locator("#menu3").get_by_text("Remove").click()
    expect(page.locator("#stackline")).to_have_value("conv(box)|conv(box)")


def test_a_layer_is_dragged_to_its_new_place(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)|relu|abs"))
    page.locator("#col1 .col-head h2").drag_to(page.locator("#col3"), target_position={"x": 150, "y": 20})
    expect(page.locator("#stackline")).to_have_value("relu|abs|conv(box)")


def test_an_impossible_setting_says_why_and_offers_what_fits(page: Page, address: str) -> None:
    page.goto(lab(address, stack="relu|conv(box,size=31,dilation=4)|abs"))
    refused = page.locator(".col.refused")
    expect(refused.locator("[role=alert]")).to_contain_text("121")
    assert 1 == page.locator("#col1 .frame").count()
    assert 0 == page.locator("#col3 .frame").count()
    refused.locator(".reason .btn").click()
    expect(page.locator("#col3 .frame")).to_be_visible()


def test_a_fault_in_the_line_keeps_the_text_and_the_layers_before_it(page: Page, address: str) -> None:
    page.goto(lab(address, stack="relu"))
    line = page.locator("#stackline")
    line.fill("relu|conv(sobl_x)")
    line.press("Enter")
    expect(page.locator("#stackstate")).to_have_attribute("role", "alert")
    expect(page.locator("#stackstate")).to_contain_text("sobel_x")
    assert "relu|conv(sobl_x)" == line.input_value()
    assert 1 == page.locator("#col1 .frame").count()


def test_two_tabs_have_histories_of_their_own(page: Page, address: str) -> None:
    first, second = page, page.context.new_page()
    first.goto(lab(address, stack="conv(box)"))
    second.goto(lab(address, stack="relu"))
    add(first, 1, "abs")
    expect(second.locator("[data-undo]")).to_be_disabled()
    second.reload()
    assert "relu" == asked(second, "stack")


def test_an_edit_asks_only_for_the_pictures_behind_it(chromium: Browser, address: str) -> None:
    context = chromium.new_context(locale="en-GB", device_scale_factor=2)  # shows more than one cell in n
    page = context.new_page()
    page.goto(lab(address, stack="gray|conv(gaussian)|conv(sobel_x)|relu", size="256"))
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    page.locator("#p3bias").fill("0.2")
    expect(page.locator("#stackline")).to_have_value("gray|conv(gaussian)|conv(sobel_x,bias=0.2)|relu")
    page.wait_for_load_state("networkidle")
    maps = {path for path in requests if "/maps/" in path}
    assert {"/api/v1/maps/3/0.png", "/api/v1/maps/4/0.png"} == maps
    context.close()


SAME_AS_DRAWN = """async img => {
  const whole = new Image();
  whole.src = img.closest('picture').querySelector('source').srcset;
  await Promise.all([img.decode(), whole.decode()]);
  const drawn = (image, width, height) => {
    const pen = Object.assign(document.createElement('canvas'), {width, height}).getContext('2d');
    pen.imageSmoothingEnabled = false;
    pen.drawImage(image, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data.join();
  };
  const [width, height] = [img.width, img.height];
  return [whole.naturalWidth, img.naturalWidth, drawn(whole, width, height) === drawn(img, width, height)];
}"""


def test_a_screen_that_shows_one_cell_in_n_is_sent_those_cells_alone(page: Page, address: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    page.goto(lab(address, stack="conv(sobel_x)|relu|abs", size="512", image="person-astronaut"))
    page.wait_for_load_state("networkidle")
    assert not [path for path in requests if "/maps/" in path]
    assert page.locator("#col2 .frame img").evaluate(SAME_AS_DRAWN) == [510, 170, True]


def test_pictures_of_small_maps_stand_in_the_page_itself(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(gaussian)|conv(sobel_x)"))
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(urlsplit(request.url).path))
    page.locator("#p2bias").fill("0.2")
    expect(page.locator("#stackline")).to_have_value("conv(gaussian)|conv(sobel_x,bias=0.2)")
    page.wait_for_load_state("networkidle")
    assert not [path for path in requests if "/maps/" in path]
    shown = "images => images.every(image => image.complete && image.naturalWidth === 58)"
    assert page.locator("#col2 :is(.frame, .small-maps) img").evaluate_all(shown)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_nothing_is_wider_than_the_page(chromium: Browser, address: str, width: int, height: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="es-ES")
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    cells = page.locator("#col3 .frame img").evaluate("image => image.clientWidth / 64")
    assert cells == int(cells)
    context.close()


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("es", "dark")])
def test_axe_finds_no_violation(chromium: Browser, address: str, scheme: str, lang: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/?lang={lang}")
    page.wait_for_load_state("networkidle")
    assert [] == violations(page)
    context.close()


def test_the_first_view_is_small_and_asks_nobody_else(page: Page, address: str) -> None:
    sizes: list[int] = []
    hosts: set[str] = set()

    def note(response: object) -> None:
        request = response.request
        hosts.add(urlsplit(request.url).netloc)
        sizes.append(request.sizes()["responseBodySize"])

    page.on("requestfinished", lambda request: note(request.response()))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert {urlsplit(address).netloc} == hosts
    assert 300_000 >= sum(sizes)


def test_a_stack_is_built_with_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(lab(address, stack=""))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.add") == "0":
            break
    page.keyboard.press("Enter")
    page.keyboard.type("sobel_x")
    page.keyboard.press("Enter")
    expect(page.locator("#stackline")).to_have_value("conv(sobel_x)")
