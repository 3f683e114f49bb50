"""Small things of the lab that only a browser shows: Enter, slices in the editor, reopened grids, headings."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import urlencode

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("photos")) as base:
        yield base


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    yield opened
    assert [] == faults
    context.close()


def show(page: Page, address: str, **state: str) -> None:
    given = {"image": "cat-chelsea", "size": "64", "fit": "crop", "lang": "en", **state}
    page.goto(f"{address}/?{urlencode(given)}")
    page.wait_for_load_state("networkidle")


def test_enter_pins_the_cell_at_hand(page: Page, address: str) -> None:
    show(page, address, stack="gray|conv(box)")
    page.locator('#col2 .frame[data-view="2"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cell")).to_have_attribute("data-at", "2.0.31.31")


def test_every_slice_of_a_kernel_has_a_tab(page: Page, address: str) -> None:
    show(page, address, stack="conv(slices([1,2],[3,4],[5,6]))")
    page.locator('[data-kernel-slice="2"]').click()
    cell = page.locator("[data-editor-cells] input").first
    expect(cell).to_have_value("5")
    page.locator('[data-slice="1"]').click()
    expect(cell).to_have_value("3")
    cell.fill("7")
    expect(page.locator("#stackline")).to_have_value("conv(slices([1,2],[7,4],[5,6]))")


def test_a_grid_is_opened_again_as_numbers_and_as_a_drawing(page: Page, address: str) -> None:
    row = ",".join(["0", "1", "0.5", "0", "0", "0", "0", "0"])
    show(page, address, image=f"grid([{';'.join([row] * 8)}])", stack="relu")
    page.locator('[data-source="numbers"]').click()
    expect(page.locator("[data-numbers]")).to_have_value("\n".join([row.replace(",", " ")] * 8))
    page.locator('[data-source-tab="draw"]').click()
    expect(page.locator("[data-draw-size]")).to_have_value("8")
    page.locator("[data-pad]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-draw-cell]")).to_have_text("row 0, column 1: 1.00")


def test_a_heading_keeps_clear_of_the_icon_beside_it(page: Page, address: str) -> None:
    show(page, address, size="128", stack="relu|relu|relu|relu|relu|relu")
    heading = page.locator("#col1 .dim").evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right; }"
    )
    icon = page.locator("#col1 .enlarge").bounding_box()
    assert icon is not None
    assert heading <= icon["x"]


def test_a_phone_offers_the_themes_and_the_ways_to_a_picture_before_the_photo(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    show(page, address, stack="gray|conv(box)")
    page.locator('[data-set-theme="dark"]').click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    way, photo = page.locator('[data-source="upload"]').bounding_box(), page.locator("#c0").bounding_box()
    assert way is not None
    assert photo is not None
    assert way["y"] < photo["y"] - 320
    assert 390 >= page.evaluate("document.documentElement.scrollWidth")
    page.locator("#col2 .swatch-edit").click()
    panel = page.locator("#kerneleditor").bounding_box()
    assert panel is not None
    assert panel["y"] > 844 / 2
    context.close()


def test_forced_colours_keep_the_colours_that_are_data(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, forced_colors="active")
    page = context.new_page()
    show(page, address, stack="gray|conv(sobel_x)")
    kept = "e => getComputedStyle(e).backgroundColor + getComputedStyle(e).backgroundImage"
    colours = [cell.evaluate(kept) for cell in page.locator("#col2 .kernel tr").first.locator("td").all()]
    assert 3 == len(set(colours))
    assert "gradient" in page.locator("#c2 .bar").evaluate(kept)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_is_given_to_those_who_ask(chromium: Browser, address: str, scheme: str) -> None:
    hint = "getComputedStyle(document.querySelector('.foot')).color"
    found = []
    for contrast in ("no-preference", "more"):
        context = chromium.new_context(color_scheme=scheme, contrast=contrast)
        page = context.new_page()
        show(page, address, stack="gray|relu")
        found.append(sum(map(int, page.evaluate(hint).removeprefix("rgb(").removesuffix(")").split(","))))
        context.close()
    assert (found[0] > found[1]) == (scheme == "light")
    assert found[0] != found[1]


def test_the_projectors_numbers_are_large(page: Page, address: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": "projector", "url": address}])
    show(page, address, stack="gray|conv(sobel_x)", at="2.0.9.9")
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    for numbers in ("output[data-value='2']", "#col2 .dim", "#col2 .kernel td", ".sumup .fin dd"):
        assert 24 <= page.locator(numbers).first.evaluate(size)
    for words in (".try", "#col2 .sees", ".where"):
        assert 18 <= page.locator(words).first.evaluate(size)


DROP = """([text, name]) => {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), brought = new DataTransfer();
  brought.items.add(new File([bytes], name, { type: 'image/png' }));
  document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: brought }));
}"""


def png(alpha: int) -> str:
    out = BytesIO()
    Image.new("RGBA", (24, 24), (200, 10, 30, alpha)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_a_dropped_transparent_picture_asks_for_its_background(page: Page, address: str) -> None:
    show(page, address, stack="relu")
    page.evaluate(DROP, [png(0), "clear.png"])
    expect(page.locator("[data-transparent]")).to_be_visible()
    page.locator("[data-upload] [name=background]").fill("#ff0000")
    page.locator("[data-transparent] button").click()
    expect(page.locator(".photo .frame img")).to_have_attribute("alt", "Your photo")
    expect(page.locator(".photo .foot")).to_contain_text("24 × 24 cells from 0 to 1")
    assert "1.00" in page.locator("#c0 .ticks").inner_text()


def test_a_dropped_opaque_picture_is_taken_at_once(page: Page, address: str) -> None:
    show(page, address, stack="relu")
    page.evaluate(DROP, [png(255), "solid.png"])
    expect(page.locator(".photo .frame img")).to_have_attribute("alt", "Your photo")


def test_the_tray_draws_every_kernel_as_a_small_square(page: Page, address: str) -> None:
    show(page, address, stack="gray|conv(box)")
    page.locator("#col2 .pick").first.click()
    sizes = page.locator("#kernels .kernel-picture").evaluate_all(
        "all => all.map((e) => [e.width, e.height])"
    )
    assert [[64, 64]] * len(sizes) == sizes
    assert 20 <= len(sizes)


def test_a_menu_closes_on_a_choice(page: Page, address: str) -> None:
    show(page, address, stack="relu")
    page.locator("[popovertarget=examples]").click()
    page.locator("#examples a").first.click()
    expect(page.locator("#examples")).to_be_hidden()
    expect(page.locator("#col4")).to_be_visible()


def test_the_kernel_tray_takes_the_keyboard_and_gives_it_back(page: Page, address: str) -> None:
    page.goto(f"{address}/?image=cat-chelsea&stack=gray|conv(box)&size=32&lang=en")
    page.wait_for_load_state("networkidle")
    picker = page.locator("#col2 .pick").first
    picker.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-kernel-tray] [data-kernel]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(picker).to_be_focused()
