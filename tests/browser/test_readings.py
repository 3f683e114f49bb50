"""What a column and the photo tell, and the choices of the page, in a real browser, against NumPy's numbers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.scene import asked, lab, tensor, written

pytestmark = pytest.mark.browser
BANK = "gray|conv(sobel_x,sobel_y,box,bias=(0.5,-0.25,0))|relu|maxpool(2)"


def facts(column: Locator) -> dict[str, str]:
    """The facts of a column: each name with what stands beside it, that of the open map where there are several."""
    column.locator("summary").click()
    found: dict[str, str] = column.evaluate(
        """(column) => Object.fromEntries([
          ...[...column.querySelectorAll('dl div')].map((one) => [one.children[0], one.children[1]]),
          ...[...column.querySelectorAll('tbody tr')].map((one) => [one.cells[0], one.cells[1]]),
        ].map((pair) => pair.map((one) => one.textContent.trim())))"""
    )
    return found


def label(page: Page, text: str) -> Locator:
    return page.locator("#main").get_by_role("combobox", name=text, exact=True)


def test_a_columns_facts_are_those_of_its_numbers(watched_page: Page, address: str) -> None:
    stack = "gray|conv(sobel_x,stride=2)|relu"
    watched_page.goto(lab(address, stack=stack))
    conv, relu = watched_page.locator("#col2"), watched_page.locator("#col3")
    for stage, column in ((2, conv), (3, relu)):
        numbers = tensor(address, stage, stack=stack)
        told = facts(column)
        assert written(float(numbers.min()), 4) == told["min"]
        assert written(float(numbers.max()), 4) == told["max"]
        assert written(float(numbers.std()), 4) == told["spread (std)"]
        mean, zeros = written(float(numbers.mean()), 2), f"{100 * float((numbers == 0).mean()):.0f}"
        expect(column.locator("summary")).to_contain_text(re.compile(rf"mean {mean}, zeros {zeros}\s%"))
        drawn = column.get_by_role("img", name="How often each value occurs")
        assert re.match(r"M[\d. ]", drawn.locator("path").get_attribute("d") or "")
    assert ("9", "0") == (facts(conv)["parameters"], facts(relu)["parameters"])
    assert f"{31 * 31 * 9}" == facts(conv)["multiply-adds"]
    formula = conv.locator(".shape .formula")
    assert "⌊(64 + 2·0 − 3) / 2⌋ + 1 = 31" == " ".join(formula.inner_text().split())
    assert "31 × 31" == conv.locator(".dim").inner_text()
    expect(relu.locator(".shape")).to_contain_text("size unchanged")


def test_each_axis_has_a_formula_of_its_own_where_they_differ(watched_page: Page, address: str) -> None:
    watched_page.goto(
        lab(address, stack="gray|conv([1,2;3,4;5,6],stride=(2,1),padding=(1,0,2,2),dilation=2)")
    )
    lines = watched_page.locator("#col2 .shape .formula").all_inner_texts()
    assert [
        "rows: ⌊(64 + 1 + 0 − 2·(3 − 1) − 1) / 2⌋ + 1 = 31",
        "columns: ⌊(64 + 2·2 − 2·(2 − 1) − 1) / 1⌋ + 1 = 66",
    ] == [" ".join(line.split()) for line in lines]
    assert "31 × 66" == watched_page.locator("#col2 .dim").inner_text()


def test_what_is_downloaded_are_the_columns_numbers(watched_page: Page, address: str) -> None:
    stack = "gray|conv(sobel_x)"
    watched_page.goto(lab(address, stack=stack))
    numbers = tensor(address, 2, stack=stack)
    watched_page.locator("#col2 summary").click()
    for name in ("PNG", ".npy", "CSV"):
        with watched_page.expect_download() as given:
            watched_page.locator("#col2").get_by_role("link", name=name, exact=True).click()
        path = given.value.path()
        if name == "PNG":
            assert b"\x89PNG" == path.read_bytes()[:4]
        elif name == ".npy":
            np.testing.assert_array_equal(numbers[0], np.load(path))
        else:
            rows = path.read_text(encoding="utf-8-sig").splitlines()
            np.testing.assert_allclose(
                numbers[0], [[float(cell) for cell in row.split(",")] for row in rows[-62:]]
            )


def test_every_map_of_a_bank_is_shown_and_opened_with_its_own_bias(watched_page: Page, address: str) -> None:
    watched_page.goto(lab(address, stack=BANK))
    small = (
        watched_page.locator("#col2").get_by_role("group", name="All maps of this layer").get_by_role("link")
    )
    expect(small).to_have_count(3)
    expect(watched_page.locator("#col2 .dim")).to_have_text("3 maps of 62 × 62")
    for channel, bias in ((1, -0.25), (0, 0.5)):
        small.nth(channel).click()
        expect(small.nth(channel)).to_have_attribute("aria-current", "true")
        for stage in (2, 3, 4):  # the layers behind it open the same map
            frame = watched_page.locator(f'.stack .frame[data-view="{stage}"]')
            expect(frame).to_have_attribute("data-channel", str(channel))
        low = tensor(address, 2, stack=BANK)[channel].min()
        expect(watched_page.locator("#col2 .frame img")).to_have_attribute(
            "alt", re.compile(f"from {written(low, 2)} to")
        )
        watched_page.locator('.stack .frame[data-view="2"]').focus()
        watched_page.keyboard.press("ArrowRight")
        expect(watched_page.locator("#cell")).to_have_attribute("data-at", re.compile(rf"^2\.{channel}\."))
        expect(watched_page.locator("[data-pinned-card] .sumup")).to_contain_text(
            f"{'−' if bias < 0 else '+'} {abs(bias):.3f}"
        )
        told = facts(watched_page.locator("#col2"))
        assert float(told["min"].replace("−", "-")) == pytest.approx(low, abs=6e-4)
        watched_page.locator("#col2 summary").click()


def test_a_bias_for_each_map_is_typed_into_the_settings(watched_page: Page, address: str) -> None:
    watched_page.goto(lab(address, stack="gray|conv(sobel_x,sobel_y,bias=(0.1,0))"))
    watched_page.locator("#col2").get_by_role("button", name="Settings").click()
    field = watched_page.locator("#settings2").get_by_role("textbox", name="bias")
    field.fill("(0.5, -0.25)")
    field.press("Enter")
    expect(watched_page.locator("#stackline")).to_have_value("gray|conv(sobel_x,sobel_y,bias=(0.5,-0.25))")
    plain, shifted = (
        tensor(address, 2, stack=f"gray|conv(sobel_x,sobel_y{extra})") for extra in ("", ",bias=(0.5,-0.25)")
    )
    np.testing.assert_allclose(plain + np.array([0.5, -0.25])[:, None, None], shifted, atol=1e-5)
    expect(watched_page.locator("#col2 .frame img")).to_have_attribute(
        "alt", re.compile(f"from {written(float(shifted[0].min()), 2)} to")
    )


def test_size_reading_colours_and_scale_are_chosen_on_the_page(watched_page: Page, address: str) -> None:
    page = watched_page
    page.goto(lab(address, stack=BANK))
    label(page, "cells").select_option("128")
    expect(page.locator(".photo.col .shape .dim")).to_have_text("128 × 128")
    expect(page.locator("#col2 .dim")).to_have_text("3 maps of 126 × 126")
    label(page, "reads").select_option(label="squeezed square")
    expect(page.locator(".photo.col .shape .formula")).to_have_text("341 × 512 → 341 × 512 → 128 × 128")
    label(page, "reads").select_option(label="whole")
    expect(page.locator(".photo.col .shape .dim")).to_have_text("85 × 128")
    label(page, "reads").select_option(label="centre square")
    expect(page.locator(".photo.col .shape .formula")).to_have_text("341 × 512 → 341 × 341 → 128 × 128")
    label(page, "colours").select_option(label="from dark to light")
    expect(page.locator("#col2")).to_have_attribute("data-colors", "sequential")
    label(page, "scale").select_option(label="one a layer")
    page.wait_for_url("**scope=layer**")
    numbers = tensor(address, 2, stack=BANK, size="128")
    ticks = [written(float(numbers.min()), 2), written(float(numbers.max()), 2)]
    expect(page.locator("#col2 .ticks")).to_have_text(re.compile(rf"^\s*{ticks[0]}\s*{ticks[1]}\s*$"))
    assert ("128", "crop", "sequential", "layer") == tuple(
        asked(page, name) for name in ("size", "fit", "colors", "scope")
    )


def test_the_whole_photo_is_shown_with_the_part_that_is_read(watched_page: Page, address: str) -> None:
    watched_page.goto(lab(address, stack="gray|conv(box)"))
    look = watched_page.get_by_role("group", name="Show the photo as")
    look.get_by_role("link", name="Whole").click()
    expect(look.get_by_role("link", name="Whole")).to_have_attribute("aria-current", "true")
    picture = watched_page.locator('.stack .frame[data-view="0"] img')
    expect(picture).to_have_attribute("data-whole", re.compile(r"\d"))
    watched_page.wait_for_load_state("networkidle")
    wide, shown = picture.evaluate("image => [image.naturalWidth / image.naturalHeight, image.clientWidth]")
    assert 512 / 341 == pytest.approx(wide, rel=0.02)  # the photo's own shape, not the square that is read
    assert shown > 0
    at = picture.bounding_box()
    assert at is not None
    watched_page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    expect(watched_page.locator("#cell")).to_have_attribute("data-at", re.compile(r"^0\.0\.3[123]\.3[123]$"))


def test_the_link_is_copied_and_the_history_leads_back(watched_page: Page, address: str) -> None:
    watched_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched_page.goto(lab(address, stack="conv(box)"))
    line = watched_page.locator("#stackline")
    for text in ("conv(box)|relu", "conv(box)|abs"):
        line.fill(text)
        line.press("Enter")
        expect(watched_page.locator("#stackstate")).to_contain_text("(layers: 2). Also")
        watched_page.wait_for_url(lambda url, text=text: parse_qs(urlsplit(url).query)["stack"] == [text])
    watched_page.get_by_role("button", name="Copy link").click()
    expect(watched_page.get_by_role("button", name="Copied")).to_be_visible()
    assert watched_page.url == watched_page.evaluate("navigator.clipboard.readText()")
    watched_page.get_by_role("button", name="History").click()
    entries = watched_page.locator("#history button")
    assert ["conv(box)|abs", "conv(box)|relu", "conv(box)"] == entries.all_inner_texts()
    expect(entries.first).to_have_attribute("aria-current", "true")
    entries.last.click()
    expect(line).to_have_value("conv(box)")
    expect(watched_page.locator("[data-undo]")).to_be_disabled()


def test_the_table_of_fields_follows_the_published_recurrence(watched_page: Page, address: str) -> None:
    watched_page.goto(
        lab(address, stack="conv(box,size=5,padding=2)|maxpool(2)|conv(box,stride=2)|globalavg")
    )
    watched_page.locator("[data-fields] summary").click()
    rows = watched_page.locator("[data-fields] tbody tr")
    told = [
        [" ".join(cell.split()) for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()
    ]
    assert [
        ["1 conv", "3 × 64 × 64", "5", "1", "−2; −2"],
        ["2 maxpool", "3 × 32 × 32", "6", "2", "−2; −2"],
        ["3 conv", "3 × 15 × 15", "10", "4", "−2; −2"],
    ] == [row[:5] for row in told[:3]]
    assert ["4 globalavg", "3 × 1 × 1", "66"] == told[3][:3]
    expect(rows.nth(3)).to_contain_text("wider than the photo")
    assert "2 %" == told[2][-1].replace(" ", " ")  # 10 of 64 cells a side


def test_noise_is_neither_cat_nor_dog(watched_page: Page, address: str) -> None:
    watched_page.goto(lab(address, image="pattern(noise)", stack="gray"))
    answer = watched_page.get_by_role("region", name="What is it?")
    expect(answer.locator(".verdict strong")).to_have_text("unsure")
    expect(answer).to_contain_text("Unlike anything it was trained on: do not trust the bars.")
    said = httpx2.get(
        f"{address}/label", params={"image": "cat-chelsea", "lang": "en"}, headers={"HX-Request": "true"}
    )
    assert "unsure</strong>" not in said.text
