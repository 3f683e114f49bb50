"""The network page in Chromium: the whole net, what feeds a map, down to a cell, what-ifs, keys alone, axe."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from app.engine.network import Shelf
from tests.browser.axe import violations
from tests.browser.conftest import watched


def open_net(page: Page, address: str, query: str = "lang=en") -> None:
    page.goto(f"{address}/network?{query}")
    page.locator("main[data-ready]").wait_for()


def pixels(page: Page, block: int) -> int:
    """How many different colours a block's sheet shows."""
    return page.evaluate(
        "(n) => { const c = document.querySelector(`[data-block='${n}'] canvas`);"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();"
        " for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return seen.size; }",
        block,
    )


def test_every_block_is_drawn_and_a_map_shows_what_feeds_it(watched_page: Page, address: str) -> None:
    open_net(watched_page, address)
    assert all(pixels(watched_page, block) > 10 for block in range(1, 11))
    requests: list[str] = []
    watched_page.on("request", lambda request: requests.append(request.url))
    box = watched_page.locator("[data-block='10'] canvas").bounding_box()
    watched_page.mouse.move(box["x"] + 6, box["y"] + 6)
    expect(watched_page.locator("[data-edges] .rc")).to_have_count(1)
    assert 20 < watched_page.locator("[data-edges] .ep, [data-edges] .en").count()
    expect(watched_page.locator("[data-sees]")).to_contain_text("sees 159 × 159")
    expect(watched_page.locator(".loupe span")).to_contain_text("conv 10, map")
    assert [] == requests  # pointing asks for nothing


def test_a_click_pins_and_a_second_opens_down_to_the_arithmetic(watched_page: Page, address: str) -> None:
    open_net(watched_page, address)
    canvas = watched_page.locator("[data-block='4'] canvas")
    canvas.click(position={"x": 6, "y": 6})
    expect(watched_page).to_have_url(re.compile(r"at=4\.\d+"))
    canvas.click(position={"x": 6, "y": 6})
    expect(watched_page.locator("[data-unit-view]")).to_be_visible()
    expect(watched_page.locator("[data-edges]")).to_have_count(0)  # the network's edges stay with its maps
    expect(watched_page.locator(".sum-lines path")).to_have_count(8)
    sums = [watched_page.locator(".adds td").nth(i).inner_text() for i in range(6)]
    shown = [float(text.replace("−", "-")) for text in sums]
    assert shown[4] == pytest.approx(sum(shown[:4]), abs=0.03)
    assert shown[5] == pytest.approx(max(0.0, shown[4]), abs=0.01)
    big = watched_page.locator("[data-big]")
    before = big.get_attribute("data-at")
    big.click(position={"x": 150, "y": 150})
    expect(big).not_to_have_attribute("data-at", before or "")
    watched_page.keyboard.press("Escape")
    expect(watched_page.locator("main")).to_have_attribute("data-level", "layer")
    watched_page.go_back()
    expect(watched_page.locator("[data-unit-view]")).to_be_visible()
    expect(watched_page.locator("header .brand")).to_be_visible()  # the page, not a bare part


def test_a_units_value_is_numpys(watched_page: Page, address: str) -> None:
    """Map 5 of the first block at its strongest cell, from the picture that the network reads, in NumPy."""
    network = Shelf(Path(__file__).parents[2] / "models")().loaded["catdog"]
    stack = network.text.split("|relu")[0]
    answer = watched_page.request.get(
        f"{address}/api/v1/tensors/2.npy", params={"image": "cat-chelsea", "stack": stack, "size": 512}
    )
    body = answer.body()
    start = body.index(b"\n") + 1
    x = np.frombuffer(body[start:], dtype="<f4").reshape(3, 112, 112).astype(np.float64)
    weights = network.get("catdog.c1")
    open_net(watched_page, address, "lang=en&level=unit&at=1.5")
    row, col = map(int, watched_page.locator("[data-big]").get_attribute("data-at").split(".")[2:])
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    patch = padded[:, 2 * row : 2 * row + 3, 2 * col : 2 * col + 3]
    value = float((patch * weights.weights[5]).sum() + weights.bias[5])
    said = watched_page.locator(".unit-out .mid b").inner_text().replace("−", "-").removeprefix("= ")
    assert value == pytest.approx(float(said), abs=0.006)


def test_the_answer_follows_a_patch_and_a_muted_map(watched_page: Page, address: str) -> None:
    open_net(watched_page, address)
    share = watched_page.locator("[data-class='cat'] [data-share]")
    plain = share.inner_text()
    watched_page.get_by_role("button", name="Cover a part").click()
    expect(watched_page.locator("[data-changed]")).to_contain_text(f"cat had {plain}")
    logit = watched_page.locator("[data-class='cat'] [data-logit]")
    covered = logit.inner_text()
    for _ in range(4):
        watched_page.keyboard.press("ArrowUp")
    expect(logit).not_to_have_text(covered)
    watched_page.get_by_role("button", name="Lift the patch").click()
    expect(share).to_have_text(plain)
    expect(watched_page.locator("[data-changed]")).to_be_hidden()

    temperature = watched_page.locator("[data-temperature]")
    temperature.fill("8")
    said = [
        float(watched_page.locator(f"[data-class='{name}'] [data-logit]").get_attribute("data-value"))
        for name in ("cat", "dog")
    ]
    watched_page.get_by_role(
        "link", name="number", exact=True
    ).click()  # the slider stays, and so do its bars
    expect(watched_page.locator("main")).to_have_attribute("data-order", "number")
    scale = 8 * float(watched_page.locator("[data-verdict]").get_attribute("data-scale"))
    expected = 1 / (1 + np.exp((said[1] - said[0]) / scale))
    assert plain != share.inner_text()
    assert float(share.inner_text()) == pytest.approx(expected, abs=0.006)

    open_net(watched_page, address, "lang=en&level=unit&at=10.50")
    kept = logit.inner_text()
    watched_page.locator("[data-gain]").fill("0")
    expect(logit).not_to_have_text(kept)
    open_net(watched_page, address, "lang=en&level=unit&at=1.3")
    kept = logit.inner_text()
    watched_page.locator("[data-kernel]").select_option("sobel_x")
    expect(logit).not_to_have_text(kept)


def test_what_mattered_lies_over_the_photo_with_its_checks(watched_page: Page, address: str) -> None:
    open_net(watched_page, address, "lang=es&over=grad_cam&target=cat")
    expect(watched_page.locator(".net-frame .overlay")).to_be_visible()
    expect(watched_page.locator(".checks")).to_contain_text("superadas", timeout=60_000)
    assert 7 == watched_page.locator(".net-frame .overlay").evaluate("(image) => image.naturalWidth")


def test_with_the_keyboard_alone(watched_page: Page, address: str) -> None:
    open_net(watched_page, address)
    watched_page.get_by_role("link", name="number", exact=True).press("Enter")
    expect(watched_page.locator("main")).to_have_attribute("data-order", "number")
    assert 0 == watched_page.evaluate("scrollY")  # a switch leaves the page where it is
    watched_page.locator("[data-block='2'] canvas").focus()
    watched_page.keyboard.press("ArrowDown")
    watched_page.keyboard.press("ArrowDown")
    expect(watched_page).to_have_url(re.compile(r"at=2\.\d+"))
    watched_page.keyboard.press("Enter")
    expect(watched_page.locator("[data-unit-view]")).to_be_visible()
    big = watched_page.locator("[data-big]")
    _, unit, row, col = map(int, (big.get_attribute("data-at") or "").split("."))
    expect(big).to_be_focused()
    watched_page.keyboard.press("ArrowRight" if col < 20 else "ArrowLeft")
    expect(big).to_have_attribute("data-at", f"2.{unit}.{row}.{col + (1 if col < 20 else -1)}")
    watched_page.keyboard.press("Escape")
    expect(watched_page.locator("main")).to_have_attribute("data-level", "layer")
    watched_page.locator("main[data-ready]").wait_for()
    watched_page.keyboard.press("Escape")
    expect(watched_page.locator("main")).to_have_attribute("data-level", "net")
    expect(watched_page.locator("[data-block='2'] canvas")).to_be_focused()


def test_on_a_phone_the_sheets_lie_below_each_other_and_a_tap_enlarges(
    chromium: Browser, address: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with watched(chromium, address, **phone) as page:
        open_net(page, address, "lang=en&show=strongest")
        expect(page.locator("[data-block='3'] [data-count]")).to_have_text("6 of 96")
        boxes = [page.locator(f"[data-block='{n}'] canvas").bounding_box() for n in (3, 4)]
        assert boxes[0]["y"] + boxes[0]["height"] < boxes[1]["y"]
        assert boxes[0]["x"] == boxes[1]["x"]
        sheet = page.locator("[data-block='4'] canvas")
        sheet.tap(position={"x": 58 * 2 + 20, "y": 20})
        expect(page.locator(".loupe span")).to_contain_text("conv 4, map")
        marked = page.locator("[data-edges] .rc").bounding_box()
        at = sheet.bounding_box()
        assert (58 * 2, 0) == pytest.approx((marked["x"] - at["x"], marked["y"] - at["y"]), abs=4)
        pinned = page.locator("main").get_attribute("data-at")
        sheet.press("ArrowRight")
        expect(page.locator("main")).not_to_have_attribute("data-at", pinned or "")
        moved = page.locator("[data-edges] .rc").bounding_box()
        assert (58, 0) == pytest.approx((moved["x"] - marked["x"], moved["y"] - marked["y"]), abs=1)


def test_an_own_photo_is_read_at_once(watched_page: Page, address: str) -> None:
    open_net(watched_page, address)
    photo = Path(__file__).parents[2] / "app/store/sample_pictures/dog-retriever.jpg"
    watched_page.locator("[data-own] input[type=file]").set_input_files(photo)
    watched_page.wait_for_url(re.compile(r"/network\?image="))
    expect(watched_page.locator("[data-word]")).to_have_text("dog")


@pytest.mark.parametrize(
    ("size", "scheme", "query"),
    [
        ((1440, 900), "light", "lang=en"),
        ((1024, 768), "dark", "lang=es&level=layer&at=5.37"),
        ((390, 844), "light", "lang=es&level=unit&at=1.3"),
        ((390, 844), "dark", "lang=en"),
        ((1440, 900), "light", "lang=en&theme=projector&level=unit&at=9.3"),
        ((390, 844), "dark", "lang=es&over=grad_cam&target=dog"),
    ],
)
def test_it_fits_its_screen_and_axe_finds_nothing(
    chromium: Browser, address: str, size: tuple[int, int], scheme: str, query: str
) -> None:
    with watched(
        chromium, address, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    ) as page:
        open_net(page, address, query)
        page.locator(".where-else ol, .net-strip").first.wait_for()
        for part, inside in ((".mattered", ".checks h3"), (".two-fields", "svg"), (".where-else", ".dream")):
            if page.locator(part).count():
                page.locator(f"{part} {inside}").first.wait_for(timeout=90_000)
        assert size[0] >= page.evaluate("document.documentElement.scrollWidth")
        assert [] == violations(page)


def test_the_parts_of_an_opened_map_load_side_by_side(watched_page: Page, address: str) -> None:
    """Neither of the two waits for the other nor drops it; the field's overlay lies over the photo."""
    open_net(watched_page, address, "level=unit&at=6.3.7.7&lang=en")
    expect(watched_page.locator(".two-fields")).to_contain_text("63 × 63 = 3969 pixels", timeout=60_000)
    expect(watched_page.locator(".two-fields .veil-map")).to_have_count(1)
    expect(watched_page.locator(".dream")).to_contain_text("Its cell reaches", timeout=60_000)


def test_what_the_classes_would_like_to_see_is_loaded_when_opened(watched_page: Page, address: str) -> None:
    open_net(watched_page, address, "lang=es")
    expect(watched_page.locator(".class-dreams img")).to_have_count(0)
    watched_page.locator(".class-dreams summary").focus()
    watched_page.keyboard.press("Enter")
    expect(watched_page.locator(".class-dreams li > img")).to_have_count(2, timeout=60_000)
    expect(watched_page.locator(".class-dreams")).to_contain_text("gato: logit")


def test_a_slow_method_is_checked_when_asked(watched_page: Page, address: str) -> None:
    open_net(watched_page, address, "lang=en&over=smoothgrad")
    watched_page.get_by_role("button", name="Check this map").click(timeout=60_000)
    expect(watched_page.locator(".checks h3")).to_contain_text("of 3 passed", timeout=120_000)
