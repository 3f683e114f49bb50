"""What a first user stumbles over, in a real browser: refusals, a server that is gone, keys, pins, tiny pictures."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.scene import asked, lab, png

pytestmark = pytest.mark.browser


@pytest.fixture
def page(watched_page: Page) -> Page:
    return watched_page


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser whose failing requests are part of the test."""
    made = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield made
    made.close()


def box_of(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return {"left": found["x"], "right": found["x"] + found["width"], "top": found["y"], **found}


def test_space_switches_a_layer_and_does_not_scroll(page: Page, address: str) -> None:
    page.goto(lab(address, stack="gray|conv(box)|relu", at="3.0.9.9"))
    page.locator("#col3 .switch").focus()
    page.keyboard.press("Space")
    expect(page.locator("#stackline")).to_have_value("gray|conv(box)|~relu")
    expect(page.locator("#col3 .switch")).to_be_focused()
    assert 0 == page.evaluate("scrollY")


def test_arrows_walk_a_layers_menu_and_a_choice_closes_it(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)|relu|abs", at="3.0.9.9"))
    page.locator('[popovertarget="menu2"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#menu2 a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#menu2 a").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#stackline")).to_have_value("conv(box)|relu|relu|abs")
    expect(page.locator("#menu2")).to_be_hidden()
    expect(page.locator("#cell")).to_have_attribute("data-at", "4.0.9.9")
    assert "4.0.9.9" == asked(page, "at")


def test_a_wrong_setting_is_told_beside_its_field_and_blocks_no_other(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)"))
    page.locator("#col1 .pick.settings").click()
    panel = box_of(page, "#settings1")
    page.locator("#s1stride").fill("999")
    page.locator("#s1stride").press("Enter")
    expect(page.locator("#s1stridefault")).to_contain_text("from 1 to 64")
    assert "/edit" not in page.url
    page.locator("#s1size").fill("5")
    page.locator("#s1size").press("Tab")
    expect(page.locator("#stackline")).to_have_value("conv(box,size=5)")
    after = box_of(page, "#settings1")
    assert (panel["left"], panel["top"]) == (after["left"], after["top"])


def test_a_server_that_is_gone_is_told_and_asked_again(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(lab(address, stack="conv(box)", lang="es"))
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.locator("#col1 .switch").click()
    notice = page.locator("[data-notice]")
    expect(notice).to_contain_text("No se puede conectar")
    expect(page.locator("#stackline")).to_have_value("conv(box)")
    context.set_offline(False)
    notice.get_by_role("button", name="Intentar de nuevo").click()
    expect(page.locator("#stackline")).to_have_value("~conv(box)")
    expect(notice).to_have_count(0)


def test_an_error_of_the_server_leaves_the_lab_as_it_is(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(lab(address, stack="conv(box)"))
    page.route("**/edit?**", lambda route: route.fulfill(status=500, body="<p>fault</p>"))
    page.locator("#col1 .switch").click()
    expect(page.locator("[data-notice]")).to_contain_text("500")
    expect(page.locator("#col1 .frame")).to_be_visible()
    assert "/edit" not in page.url


def test_a_moved_sliders_map_runs_ahead_and_goes_back_if_the_move_fails(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    page.goto(lab(address, stack="conv(gaussian,sigma=1)", size="256"))
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route(re.compile(r"/edit\?"), lambda route: held.append(route))
    picture, slider = page.locator("#map1 img"), page.locator("#p1sigma")
    before = str(picture.get_attribute("src"))
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("src", re.compile(r"/edit/map\.png\?.*set\.sigma=1\.1"))
    expect(page.locator("#stackline")).to_have_value("conv(gaussian,sigma=1)")
    held[0].fulfill(status=500, body="<p>fault</p>")
    expect(page.locator("[data-notice]")).to_contain_text("500")
    expect(picture).to_have_attribute("src", before)
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("src", re.compile(r"/edit/map\.png\?.*set\.sigma=1\.2"))
    held[1].continue_()
    expect(page.locator("#stackline")).to_have_value("conv(gaussian,sigma=1.2)")
    expect(picture).to_have_attribute("src", re.compile("^data:image/png"))


def test_a_tiny_picture_is_whole_and_its_padding_stays_in_the_gap(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(gaussian,size=5,padding=same)"))
    page.wait_for_load_state("networkidle")
    page.locator('[data-source="numbers"]').click()
    page.locator("[data-numbers]").fill("\n".join(["0 0 128 255"] * 3))
    page.locator("[data-numbers-use]").click()
    expect(page.locator(".photo .dim")).to_have_text("3 × 4")
    assert "keep" == asked(page, "fit")
    clip = page.locator(".photo .frame .over").evaluate("e => getComputedStyle(e).clipPath")
    assert "inset(-12px)" == clip
    page.locator('[data-source="samples"]').click()
    page.locator("#sources [data-image]").first.click()
    expect(page.locator(".photo .dim")).to_have_text("64 × 64")
    assert "crop" == asked(page, "fit")


def test_the_line_says_nothing_until_it_can_be_judged(page: Page, address: str) -> None:
    page.goto(lab(address, stack="relu"))
    line, state = page.locator("#stackline"), page.locator("#stackstate")
    line.fill("relu|conv(gaus")
    expect(state).to_have_text("")
    line.fill("relu|blurr|abs")
    expect(state).to_contain_text("There is no layer “blurr”")
    expect(page.locator("[data-ink] .fault")).to_have_text("blurr")
    line.fill("relu|conv(gausian)")
    expect(state.locator("a")).to_have_text("Use gaussian")
    line.fill("relu|abs")
    expect(state).to_contain_text("Reads well (layers: 2). Enter shows it.")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_kernels_numbers_fit_their_cells(chromium: Browser, address: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for kernel in ("gaussian,size=5", "log,size=9", "[1e9,-0.00012345;-123456,0.5]"):
        page.goto(lab(address, stack=f"gray|conv({kernel})"))
        page.wait_for_load_state("networkidle")
        page.locator("#col2 .swatch-edit").click()
        expect(page.locator("[data-editor-cells] input").first).to_be_focused()
        cut = page.locator("[data-editor-cells] input").evaluate_all(
            "all => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.value)"
        )
        assert [] == cut
        if kernel.startswith("log"):
            expect(page.locator('[data-editor-fact="separable"]')).to_have_text("not separable")
            expect(page.locator('[data-editor-fact="column"]')).to_be_hidden()
    assert "1e9" == page.locator("[data-editor-cells] input").first.input_value()
    context.close()


def test_an_enlarged_map_is_walked_cell_by_cell(page: Page, address: str) -> None:
    page.goto(lab(address, image="grid([0,0.5;1,0.25])", stack="relu", fit="keep"))
    page.wait_for_load_state("networkidle")
    page.locator("#col1 .enlarge").click()
    page.locator("[data-enlarged] .pan").focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("[data-enlarged-cell]")
    expect(said).to_have_text("1 relu, row 0, column 0, 0.000")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("1 relu, row 0, column 1, 0.500")
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text("1 relu, row 1, column 1, 0.250")


def test_a_switch_in_the_tray_adds_to_the_bank(page: Page, address: str) -> None:
    page.goto(lab(address, stack="conv(box)"))
    page.locator("#col1 .pick").first.click()
    page.locator("[data-joins]").check()
    page.locator('#kernels [data-kernel="sobel_x"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stackline")).to_have_value("conv(box,sobel_x)")


def test_the_way_to_the_maps_ends_on_the_first_map(page: Page, address: str) -> None:
    page.goto(lab(address, stack="gray|conv(box)"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#map2")).to_be_focused()


def test_the_appearance_is_automatic_until_one_is_chosen(page: Page, address: str) -> None:
    page.goto(lab(address, stack="relu"))
    auto, dark = page.locator('[data-set-theme=""]'), page.locator('[data-set-theme="dark"]')
    expect(auto).to_have_attribute("aria-pressed", "true")
    dark.click()
    expect(auto).to_have_attribute("aria-pressed", "false")
    auto.click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    page.reload()
    expect(auto).to_have_attribute("aria-pressed", "true")


def test_of_two_dropped_files_the_first_is_read_and_that_is_said(page: Page, address: str) -> None:
    page.goto(lab(address, stack="relu"))
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), brought = new DataTransfer();
          for (const name of ['one.png', 'two.png']) brought.items.add(new File([bytes], name, { type: 'image/png' }));
          document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: brought }));
        }""",
        base64.b64encode(png()).decode(),
    )
    expect(page.locator(".photo .frame img")).to_have_attribute("alt", "Your photo")
    expect(page.locator("[data-notice]")).to_contain_text("only the first, one.png")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("theme", ["light", "projector"])
def test_heads_keep_their_names_and_selects_their_texts(
    chromium: Browser, address: str, width: int, height: int, theme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="es-ES")
    context.add_cookies([{"name": "theme", "value": theme, "url": address}])
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    for selector in (".col-head h2", ".col-head .pick", ".trace .nm"):
        assert [] == page.locator(selector).evaluate_all(
            "all => all.filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"
        )
    for source in ("paste", "webcam", "draw", "numbers", "patterns"):
        assert page.locator(f'[data-source="{source}"]').is_visible()
    assert page.locator("#col2 .switch").is_visible()
    assert page.locator("[data-history]").is_visible()
    if (width, theme) == (1440, "light"):
        assert 800 > box_of(page, "#cell")["top"]  # the card begins above the fold
    context.close()
