"""A map enlarged in a real browser: whole pixels a cell in the map's colours, its numbers, 0..1 or 0..255."""

from __future__ import annotations

from io import BytesIO

import httpx2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.scene import lab, tensor, written

pytestmark = pytest.mark.browser
GRID = "grid([0,0.5,0.1;1,0.25,0.8])"
TELL_TEXTS = """
  window.texts = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    window.texts.push([text, x, y]);
    write.call(this, text, x, y);
  };
"""
CORNERS = """([rows, cols]) => {
  const canvas = document.querySelector('[data-enlarged] canvas'), pen = canvas.getContext('2d');
  const side = canvas.width / cols;
  const seen = (row, col, part) => [...pen.getImageData(col * side + part, row * side + part, 1, 1).data].slice(0, 3);
  const all = (part) => Array.from({length: rows}, (_, r) => Array.from({length: cols}, (_, c) => seen(r, c, part)));
  return {side, height: canvas.height, shown: canvas.getBoundingClientRect().width, first: all(0), last: all(side - 1)};
}"""


def open_at(page: Page, address: str, image: str, stack: str) -> None:
    page.add_init_script(TELL_TEXTS)
    page.goto(lab(address, image=image, stack=stack, fit="keep"))
    page.wait_for_load_state("networkidle")
    page.locator("#col1").get_by_role("button", name="Enlarge").click()
    expect(page.get_by_role("dialog", name="Map enlarged")).to_be_visible()


def pixels(zoom: Locator) -> int:
    return int(zoom.inner_text().removesuffix(" px"))


def texts(page: Page, count: int) -> list[str]:
    """The numbers that were written last, once `count` of them are there."""
    found: list[str] = page.evaluate(
        """async (count) => {
          for (let i = 0; i < 100 && window.texts.length < count; i += 1) await new Promise((done) => setTimeout(done, 30));
          return window.texts.slice(-count).map((one) => one[0]);
        }""",
        count,
    )
    return found


def test_cells_are_whole_pixels_in_the_maps_colours_with_their_numbers(
    watched_page: Page, address: str
) -> None:
    page = watched_page
    open_at(page, address, GRID, "relu")
    dialog = page.get_by_role("dialog", name="Map enlarged")
    expect(dialog).to_contain_text("2 × 3")
    assert ["0.00", "0.50", "0.10", "1.00", "0.25", "0.80"] == texts(page, 6)
    dialog.get_by_role("checkbox", name="numbers from 0 to 255").check()
    assert ["0", "128", "26", "255", "64", "204"] == texts(page, 6)
    found = page.evaluate(CORNERS, [2, 3])
    assert found["side"] == int(found["side"]) >= 40
    assert (2 * found["side"], 3 * found["side"]) == (found["height"], found["shown"])
    path_of_map = page.locator('#col1 a[download$=".png"]').get_attribute("href")
    pixels = Image.open(BytesIO(httpx2.get(f"{address}{path_of_map}").content)).convert("RGB")
    np.testing.assert_array_equal(np.asarray(pixels), found["first"])
    np.testing.assert_array_equal(found["first"], found["last"])  # nothing is smoothed
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_numbers_come_with_room_and_are_the_servers(watched_page: Page, address: str) -> None:
    page = watched_page
    open_at(page, address, "cat-chelsea", "conv(sobel_x)")
    dialog = page.get_by_role("dialog", name="Map enlarged")
    zoom = dialog.locator("[data-zoom-value]")
    assert [] == page.evaluate("window.texts")  # some pixels a cell are too few for a number
    sizes = [pixels(zoom)]
    while sizes[-1] < 40:
        dialog.get_by_role("button", name="Larger").click()
        sizes.append(pixels(zoom))
    assert sizes == sorted(set(sizes))
    numbers = tensor(address, 1, stack="conv(sobel_x)", fit="keep")[0]
    assert [written(float(value), 2) for value in numbers.ravel()] == texts(page, numbers.size)
    assert numbers.shape[1] * sizes[-1] == dialog.locator("canvas").evaluate("canvas => canvas.width")
    page.keyboard.press("-")
    assert pixels(zoom) < sizes[-1]
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("#col1").get_by_role("button", name="Enlarge")).to_be_focused()
