"""The lens in a real browser: fields and values under the pointer, pins, keys, touch, steps, forward, speed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.scene import tensor, written

pytestmark = pytest.mark.browser
STACK = (
    "gray|conv(gaussian,sigma=1.2,padding=same,mode=reflect)"
    "|conv(sobel_x,padding=same,mode=reflect)|relu|maxpool(2)"
)
HOVER = """async ([view, count]) => {
  const box = document.querySelector(`.stack .frame[data-view="${view}"] img`).getBoundingClientRect();
  for (let i = 0; i < count; i += 1) {
    const clientX = box.left + (i * 37 % 97) / 97 * box.width, clientY = box.top + (i * 53 % 89) / 89 * box.height;
    const moved = new PointerEvent('pointermove', {bubbles: true, clientX, clientY, pointerType: 'mouse'});
    document.elementFromPoint(clientX, clientY)?.dispatchEvent(moved);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }
}"""


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A tab with room for the card below the maps."""
    with watched(chromium, address, viewport={"width": 1440, "height": 1100}) as opened:
        yield opened


def open_lab(page: Page, address: str, **state: str) -> None:
    query = {"image": "cat-chelsea", "stack": STACK, "size": "64", "fit": "crop", "lang": "en", **state}
    page.goto(f"{address}/?{urlencode(query)}")
    page.locator(".stack .over path").first.wait_for(state="attached")


def frame(page: Page, stage: int) -> dict[str, float]:
    page.locator(f'.stack .frame[data-view="{stage}"] img').scroll_into_view_if_needed()
    found = page.locator(f'.stack .frame[data-view="{stage}"] img').bounding_box()
    assert found
    return dict(found)


def point(page: Page, stage: int, row: int, col: int, cells: int) -> tuple[float, float]:
    at = frame(page, stage)
    return at["x"] + (col + 0.5) / cells * at["width"], at["y"] + (row + 0.5) / cells * at["height"]


def expect_box(page: Page, stage: int, drawn: str) -> None:
    """The box comes with the next frame of the screen, so it is waited for."""
    mark = page.locator(f'.stack .frame[data-view="{stage}"] .over :is(.rfmark, .cellmark)')
    expect(mark).to_have_attribute("d", drawn)


def explained(address: str, **asked: object) -> dict[str, object]:
    query = {"image": "cat-chelsea", "stack": STACK, "size": 64, "fit": "crop", **asked}
    answer: dict[str, object] = (
        httpx2.get(f"{address}/api/v1/explain", params=query).raise_for_status().json()
    )
    return answer


def test_pointing_shows_the_field_on_every_earlier_map_and_the_value(page: Page, address: str) -> None:
    open_lab(page, address)
    page.mouse.move(*point(page, 5, 15, 13, 32))
    expect(page.locator('[data-hover-card] [data-slot="where"]')).to_have_text("maxpool, row 15, column 13")
    boxes = explained(address, stage=5, channel=0, row=15, column=13)["boxes"]
    assert isinstance(boxes, list)
    for stage in (0, 2, 3, 4, 5):
        at = next(one for one in boxes if one["stage"] == stage)
        size = (at["right"] - at["left"] + 1, at["bottom"] - at["top"] + 1)
        expect_box(page, stage, f"M{at['left']} {at['top']}h{size[0]}v{size[1]}h-{size[0]}z")
    value = explained(address, stage=5, channel=0, row=15, column=13)["value"]
    expect(page.locator('output[data-value="5"]')).to_have_text(f"{value:.3f}")
    expect(page.locator('.at[data-at="5"]')).to_have_class(re.compile("is-cell"))
    page.mouse.move(5, 5)
    expect(page.locator("[data-hover-card]")).to_be_hidden()


def test_pointing_asks_nothing_once_the_numbers_are_here(page: Page, address: str) -> None:
    open_lab(page, address)
    page.evaluate(HOVER, [5, 3])
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(HOVER, [5, 30])
    assert [] == asked


def test_the_card_under_the_pointer_tells_the_servers_numbers(page: Page, address: str) -> None:
    open_lab(page, address)
    at = point(page, 3, 30, 27, 64)
    page.mouse.move(*at)
    hovered = page.locator("[data-hover-card] .grid")
    expect(hovered).to_have_count(3)
    told = [hovered.nth(i).inner_text().split() for i in range(3)]
    way = page.locator("[data-hover-card] .trace li").all_inner_texts()
    page.mouse.click(*at)
    expect(page.locator("#cell")).to_have_attribute("data-at", "3.0.30.27")
    pinned = page.locator("[data-pinned-card] .grid")
    assert told == [pinned.nth(i).inner_text().split() for i in range(3)]
    assert way == page.locator("[data-pinned-card] .trace li").all_inner_texts()
    assert "at=3.0.30.27" in page.url


def test_a_pin_stays_until_escape_and_moves_with_the_arrows(page: Page, address: str) -> None:
    open_lab(page, address)
    page.mouse.click(*point(page, 4, 10, 10, 64))
    expect(page.locator("#cell")).to_have_attribute("data-at", "4.0.10.10")
    page.locator('.stack .frame[data-view="4"]').focus()
    for key, at in (
        ("ArrowRight", "4.0.10.11"),
        ("Shift+ArrowDown", "4.0.18.11"),
        ("End", "4.0.18.63"),
        ("Home", "4.0.18.0"),
    ):
        page.keyboard.press(key)
        expect(page.locator("#cell")).to_have_attribute("data-at", at)
    expect(page.locator("[data-announce]")).to_contain_text("relu, row 18, column 0")
    page.keyboard.press("Escape")
    expect(page.locator("#cell")).to_have_attribute("data-at", "")
    assert "at=" not in page.url


def test_a_step_of_the_way_back_is_explained_without_moving_the_pin(page: Page, address: str) -> None:
    open_lab(page, address, at="5.0.15.13")
    page.locator("#step3").click()
    expect(page.locator("#step3")).to_have_attribute("aria-current", "step")
    expect(page.locator("[data-pinned-card] .where")).to_contain_text("← sobel_x, row")
    assert "at=5.0.15.13" in page.url
    expect(page.locator('.stack .frame[data-view="3"] .over .pathmark')).to_have_attribute(
        "d", re.compile("^M")
    )


def test_forward_shows_every_output_that_a_pixel_feeds(page: Page, address: str) -> None:
    open_lab(page, address, at="0.0.20.20")
    page.locator('.stack .frame[data-view="0"]').focus()
    page.keyboard.press("f")
    expect(page.locator("[data-forward]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.stack .frame[data-view="5"] .over .rfmark')).to_have_attribute(
        "d", re.compile("^M")
    )
    expect_box(page, 2, "M18 18h5v5h-5z")
    expect_box(page, 3, "M17 17h7v7h-7z")
    expect_box(page, 5, "M8 8h4v4h-4z")


def test_dilation_leaves_holes_and_padding_that_wraps_marks_its_sources(page: Page, address: str) -> None:
    open_lab(page, address, stack="conv(box,dilation=2,padding=2,mode=circular)", at="1.0.0.0")
    cells = page.locator('.stack .frame[data-view="0"] .over .reads')
    expect(cells).to_have_attribute("d", re.compile("M0 0h1v1h-1zM2 0h1v1h-1zM62 0h1v1h-1z"))
    expect(page.locator('.stack .frame[data-view="0"] .over .outside')).to_have_attribute(
        "d", re.compile("^M-2 -2")
    )


def test_a_tap_pins_and_a_finger_moves_the_pin(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_lab(page, address)
    page.touchscreen.tap(*point(page, 3, 30, 27, 64))
    expect(page.locator("#cell")).to_have_attribute("data-at", "3.0.30.27")
    session = context.new_cdp_session(page)
    start, end = point(page, 3, 30, 27, 64), point(page, 3, 40, 27, 64)
    for kind, where in (("touchStart", start), ("touchMove", end), ("touchEnd", None)):
        points = [{"x": where[0], "y": where[1]}] if where else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator("#cell")).to_have_attribute("data-at", "3.0.40.27")
    context.close()


def test_the_table_of_fields_is_copied_with_tabs(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_lab(page, address)
    page.locator("[data-fields] summary").click()
    page.locator("[data-copy-fields]").click()
    expect(page.locator("[data-copy-fields]")).to_have_text("Copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert 6 == len(lines)
    assert ["5 maxpool", "1 × 32 × 32", "8", "2"] == lines[-1].split("\t")[:4]


def test_spanish_numbers_have_a_decimal_comma(page: Page, address: str) -> None:
    open_lab(page, address, lang="es", at="3.0.30.27")
    expect(page.locator("#whyh")).to_have_text(re.compile(r"^¿Por qué esta celda vale −?\d,\d\d\?$"))
    page.mouse.move(*point(page, 3, 31, 27, 64))
    expect(page.locator('[data-hover-card] [data-slot="value"]')).to_have_text(re.compile(r"^−?\d,\d\d$"))


@pytest.mark.parametrize(("row", "col"), [(30, 27), (0, 63)])
def test_the_card_under_the_pointer_tells_numpys_numbers(
    page: Page, address: str, row: int, col: int
) -> None:
    open_lab(page, address)
    before, after = tensor(address, 2, stack=STACK)[0], tensor(address, 3, stack=STACK)[0]
    patch = np.pad(before, 1, mode="reflect")[row : row + 3, col : col + 3]
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    assert float((patch * kernel).sum()) == pytest.approx(float(after[row, col]), abs=1e-5)
    page.mouse.move(*point(page, 3, row, col, 64))
    grids = page.locator("[data-hover-card] .grid")
    expect(grids).to_have_count(3)
    for grid, expected in zip(grids.all(), (patch, kernel, patch * kernel), strict=True):
        told = [float(text.replace("−", "-")) for text in grid.inner_text().split()]
        np.testing.assert_allclose(expected.ravel(), told, rtol=0, atol=0.0051)  # two decimals at least
    expect(page.locator('output[data-value="3"]')).to_have_text(written(float(after[row, col]), 3))
    expect(page.locator('[data-hover-card] [data-slot="value"]')).to_have_text(
        written(float(after[row, col]), 2)
    )


def test_behind_flatten_a_number_leads_back_to_its_cell(page: Page, address: str) -> None:
    stack = "gray|maxpool(8)|flatten"
    open_lab(page, address, stack=stack, at="3.20.0.0")  # 8 × 8 numbers in rows: number 20 is row 2, column 4
    expect_box(page, 2, "M4 2h1v1h-1z")
    expect_box(page, 0, "M32 16h8v8h-8z")
    value = tensor(address, 2, stack=stack)[0, 2, 4]
    assert value == tensor(address, 1, stack=stack)[0, 16:24, 32:40].max()
    expect(page.locator("#whyh")).to_contain_text(written(float(value), 2))


@pytest.mark.parametrize("at", ["5.0.15.13", "5.0.0.31"])
def test_the_close_up_shows_the_field_and_says_what_lies_inside(page: Page, address: str, at: str) -> None:
    open_lab(page, address, at=at)
    _, _, row, col = map(int, at.split("."))
    boxes = explained(address, stage=5, channel=0, row=row, column=col)["boxes"]
    assert isinstance(boxes, list)
    field = next(one for one in boxes if one["stage"] == 0)
    size = [field["bottom"] - field["top"] + 1, field["right"] - field["left"] + 1]
    marked = page.locator('[data-pinned-card] [data-slot="close"] .rfmark')
    drawn = [marked.get_attribute(name) for name in ("y", "x", "height", "width")]
    assert [str(number) for number in (field["top"], field["left"], *size)] == drawn
    says = page.locator("[data-pinned-card] .close p")
    expect(says).to_contain_text(f"It sees {size[0]} × {size[1]} cells of the photo.")
    inside = [
        min(field["bottom"], 63) - max(field["top"], 0) + 1,
        min(field["right"], 63) - max(field["left"], 0) + 1,
    ]
    if inside != size:
        expect(says).to_contain_text(f"Only {inside[0]} × {inside[1]} lie inside")
