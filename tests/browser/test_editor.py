"""The kernel editor in a real browser: typing, actions, paste, facts, undo; its mathematics against the server's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.kernels import editing
from app.kernels.facts import facts, frequency_response
from app.kernels.registry import KERNELS
from app.layers.registry import parse_stack
from tests.browser.conftest import Open
from tests.browser.scene import lab

pytestmark = pytest.mark.browser
MATRIX = """async (kernels) => {
  const m = await import('/static/js/matrix.js');
  return kernels.map((k) => ({
    sum: m.total(k), l1: m.magnitudes(k), rank: m.rank(k), factors: m.rank(k) === 1 ? m.factors(k) : null,
    response: m.response(k, 16), rotate: m.rotate90(k), flip: m.flip180(k), transpose: m.transpose(k),
    negate: m.negate(k), normalise: m.normalise(k), text: m.text(k),
  }));
}"""


@pytest.fixture
def page(watched_page: Page, address: str) -> Page:
    """The lab with the editor open on its second layer."""
    watched_page.goto(
        f"{address}/?image=cat-tabby&stack=gray|conv(sobel_x,padding=1)|relu&size=64&fit=crop&lang=en"
    )
    watched_page.wait_for_load_state("networkidle")
    watched_page.locator('[data-edit-kernel="2"]').click()
    expect(watched_page.locator("#kerneleditor")).to_be_visible()
    return watched_page


def expect_kernel(page: Page, text: str) -> None:
    expect(page.locator("#stackline")).to_have_value(f"gray|conv({text},padding=1)|relu")


def fact(page: Page, name: str) -> str:
    return " ".join(page.locator(f'[data-editor-fact="{name}"]').inner_text().split())


def test_a_typed_number_acts_at_once_and_is_one_step_of_undo(page: Page) -> None:
    cell = page.locator('[data-editor-cells] input[data-row="1"][data-col="1"]')
    cell.fill("4")
    expect_kernel(page, "[-1,0,1;-2,4,2;-1,0,1]")
    cell.fill("4,5")
    expect_kernel(page, "[-1,0,1;-2,4.5,2;-1,0,1]")
    page.locator("[data-undo]").click()
    expect_kernel(page, "sobel_x")
    expect(cell).to_have_value("0")


def test_actions_change_the_kernel_and_the_name_brings_it_back(page: Page) -> None:
    page.locator('[data-editor="transpose"]').click()
    expect_kernel(page, "[-1,-2,-1;0,0,0;1,2,1]")
    page.locator('[data-editor="reset"]').click()
    expect_kernel(page, "sobel_x")
    page.locator('[data-editor="normalise"]').click()
    expect(page.locator("[data-editor-fault]")).to_contain_text("add up to 0")


def test_facts_name_the_factors_of_a_separable_kernel(page: Page) -> None:
    assert ("0", "8", "1") == (fact(page, "sum"), fact(page, "l1"), fact(page, "rank"))
    assert ("1 2 1", "−1 0 1") == (fact(page, "column"), fact(page, "row"))


def test_rows_and_columns_grow_around_the_centre(page: Page) -> None:
    page.locator("[data-editor-rows]").fill("5")
    page.locator("[data-editor-rows]").press("Tab")
    expect_kernel(page, "[0,0,0;-1,0,1;-2,0,2;-1,0,1;0,0,0]")


def test_a_pasted_block_replaces_the_kernel(page: Page) -> None:
    for text, kernel in (
        ("1\t2\n3\t4", "[1,2;3,4]"),
        ("[[1,2],[3,5]]", "[1,2;3,5]"),
        ("[1,2;3,6]", "[1,2;3,6]"),
    ):
        page.locator("[data-editor-cells] input").first.evaluate(
            """(cell, text) => {
              const brought = new DataTransfer();
              brought.setData('text/plain', text);
              const given = {bubbles: true, cancelable: true, clipboardData: brought};
              cell.dispatchEvent(new ClipboardEvent('paste', given));
            }""",
            text,
        )
        expect_kernel(page, kernel)


def test_arrows_move_between_cells_and_escape_gives_the_focus_back(page: Page) -> None:
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator('[data-editor-cells] input[data-row="1"][data-col="1"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#kerneleditor")).to_be_hidden()
    expect(page.locator('[data-edit-kernel="2"]')).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_photo_is_never_covered(page: Page, width: int, height: int) -> None:
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": width, "height": height})
    page.locator('[data-edit-kernel="2"]').click()
    photo = page.locator(".photo.col").bounding_box()
    panel = page.locator("#kerneleditor").bounding_box()
    assert photo is not None
    assert panel is not None
    assert photo["x"] + photo["width"] <= panel["x"]
    assert panel["x"] + panel["width"] <= width


def test_the_editors_mathematics_equals_the_servers(open_page: Open) -> None:
    rng = np.random.default_rng(7)
    kernels = [parse_stack(f"conv({name})").layers[0].kernels[0].slices[0] for name in KERNELS]
    kernels += [rng.integers(-3, 4, (2, 4)).astype(float), np.outer([0.5, 2], [1, -3, 4]), np.zeros((2, 2))]
    tab = open_page({"/": ("text/html", b"<!doctype html><title>matrix</title>")})
    for kernel, found in zip(kernels, tab.evaluate(MATRIX, [k.tolist() for k in kernels]), strict=True):
        known = facts(kernel)
        assert (known.sum, known.l1) == pytest.approx((found["sum"], found["l1"]), abs=1e-9)
        assert known.rank == found["rank"]
        if known.column is not None and known.row is not None:
            product = np.outer(found["factors"]["column"], found["factors"]["row"])
            np.testing.assert_allclose(kernel, product, atol=1e-8)
            np.testing.assert_allclose(known.column, found["factors"]["column"], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(frequency_response(kernel, 16), found["response"], atol=1e-9)
        for name, change in (
            ("rotate", editing.rotate90),
            ("flip", editing.flip180),
            ("negate", editing.negate),
        ):
            np.testing.assert_array_equal(change(kernel), found[name])
        read_back = parse_stack(f"conv({found['text']})").layers[0].kernels[0].slices[0]
        np.testing.assert_allclose(kernel, read_back, rtol=1e-9)


def test_every_action_is_the_servers_mathematics_and_one_step_of_undo(
    watched_page: Page, address: str
) -> None:
    page, kernel = watched_page, np.array([[1.0, 2.0], [3.0, 5.0], [0.0, -4.0]])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(lab(address, stack="gray|conv([1,2;3,5;0,-4])"))
    page.wait_for_load_state("networkidle")
    page.locator('[data-edit-kernel="2"]').click()
    editor, line = page.locator("#kerneleditor"), page.locator("#stackline")
    for name, change in (
        ("Negate", editing.negate),
        ("Rotate 90°", editing.rotate90),
        ("Flip 180°", editing.flip180),
        ("Transpose", editing.transpose),
        ("Normalise", editing.normalise),
    ):
        kernel = change(kernel)
        editor.get_by_role("button", name=name).click()
        for _ in range(60):  # the line follows with the maps
            written = parse_stack(line.input_value()).layers[1].kernels[0].slices[0]
            if kernel.shape == np.shape(written) and np.allclose(kernel, written, rtol=1e-6):
                break
            page.wait_for_timeout(50)
        np.testing.assert_allclose(kernel, written, rtol=1e-6, err_msg=name)
    before = line.input_value()
    editor.get_by_role("button", name="Random").click()
    expect(line).not_to_have_value(before)
    drawn = parse_stack(line.input_value()).layers[1].kernels[0].slices[0]
    assert kernel.shape == np.shape(drawn)
    page.locator("[data-undo]").click()
    expect(line).to_have_value(before)
    editor.get_by_role("button", name="Copy as table").click()
    rows = page.evaluate("navigator.clipboard.readText()").splitlines()
    np.testing.assert_allclose(kernel, [[float(cell) for cell in row.split("\t")] for row in rows], rtol=1e-6)
    editor.get_by_role("button", name="Copy", exact=True).click()
    expect(editor.get_by_role("button", name="Copied").first).to_be_visible()
    assert f"gray|conv({page.evaluate('navigator.clipboard.readText()')})" == before
    editor.get_by_role("button", name="Copy as JSON").click()
    expect(editor.get_by_role("button", name="Copied").last).to_be_visible()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    np.testing.assert_allclose(kernel, copied, rtol=1e-6)
