"""Lessons 6 to 10 in a browser: the matrix by pointer and keys, the photo dragged, what a phone shows."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
CUT = """() => [
  ...[...document.querySelectorAll('.formula-box')].filter(one => one.scrollWidth > one.clientWidth),
  ...[...document.querySelectorAll('.loss-curve text')].filter(one => {
    const own = one.getBoundingClientRect(), all = one.closest('svg').getBoundingClientRect();
    return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1;
  }),
].map(one => one.textContent)"""


def test_a_row_of_the_matrix_lights_its_window_and_its_output(watched_page: Page, address: str) -> None:
    watched_page.goto(f"{address}/course/sparse-matrix?lang=en")
    watched_page.wait_for_load_state("networkidle")
    watched_page.locator('.matrix tr[data-line="3"] td').nth(14).hover()
    expect(watched_page.locator(".made .is-at")).to_have_attribute("data-line", "3")
    watched_page.locator(".matrix th a").nth(0).focus()
    watched_page.keyboard.press("ArrowDown")
    expect(watched_page.locator("[data-toeplitz-sum]")).to_have_text(re.compile(r"^Z\[0,1\] = .* = 8$"))
    expect(watched_page.locator(".given .is-in")).to_have_count(9)


def test_the_dragged_photo_has_both_orders_computed(watched_page: Page, address: str) -> None:
    watched_page.goto(f"{address}/course/equivariance?lang=en")
    watched_page.wait_for_load_state("networkidle")
    picture = watched_page.locator("[data-compare-drag] svg")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    x, y, cell = box["x"] + 60, box["y"] + 60, box["width"] / 64
    watched_page.mouse.move(x, y)
    watched_page.mouse.down()
    watched_page.mouse.move(x + 3 * cell, y + 2 * cell, steps=2)
    watched_page.mouse.up()
    expect(watched_page.locator("#compare .as-line")).to_contain_text("gray|shift(2,8)|conv")
    expect(watched_page.locator("#compare .counted-says")).to_contain_text("cells are equal")


@pytest.mark.parametrize("slug", ["learning", "whole-network", "stride-padding"])
def test_a_phone_cuts_no_formula_and_no_axis(watched_page: Page, address: str, slug: str) -> None:
    page = watched_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/course/{slug}?lang=es")
    page.wait_for_load_state("networkidle")
    assert [] == page.evaluate(CUT)
    tops = page.locator(".learn-pictures img").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert len(set(tops)) <= 1  # before, after and now stand side by side
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_band_crosses_the_maps_where_a_row_goes_on_below(watched_page: Page, address: str) -> None:
    page = watched_page
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{address}/course/receptive-field?lang=en")
    cone = page.locator(".edges .cone")
    expect(cone).to_have_attribute("d", re.compile("M"))
    rows = page.locator(".scene[data-stack] .frame").evaluate_all("all => all.map(one => one.offsetTop)")
    joined = sum(above == below for above, below in pairwise(rows))
    assert 0 < joined < len(rows) - 1
    assert joined == (cone.get_attribute("d") or "").count("M")
