"""Ways to a picture in a real browser: samples, file, drop, paste, drawing, numbers, patterns, deletion."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.scene import expect_own_photo, png

pytestmark = pytest.mark.browser
TABS = ("samples", "upload", "paste", "webcam", "draw", "numbers", "patterns")


@pytest.fixture
def page(watched_page: Page, address: str) -> Page:
    """The lab, its sources' script here: that comes after the first view."""
    watched_page.goto(f"{address}/?image=cat-tabby&stack=gray|conv(box)&size=64&fit=crop&lang=en")
    watched_page.wait_for_load_state("networkidle")
    return watched_page


def opened_at(page: Page, tab: str) -> None:
    page.locator(f'[data-source="{tab}"]').click()
    expect(page.locator(f"#source-{tab}")).to_be_visible()


def image_of(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["image"][0]


def expect_upload(page: Page) -> None:
    """The lab shows a photo of one's own, with the stack as it was."""
    expect_own_photo(page)
    expect(page.locator("#stackline")).to_have_value("gray|conv(box)")


def give(page: Page, kind: str) -> None:
    """Drop or paste a picture, as a browser reports it."""
    page.evaluate(
        """([kind, data]) => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
          const brought = new DataTransfer();
          brought.items.add(new File([bytes], 'green.png', {type: 'image/png'}));
          const settings = {bubbles: true, cancelable: true};
          const make = (type) => kind === 'paste'
            ? new ClipboardEvent('paste', {...settings, clipboardData: brought})
            : new DragEvent(type, {...settings, dataTransfer: brought});
          for (const type of kind === 'paste' ? ['paste'] : ['dragenter', 'dragover', 'drop']) {
            document.querySelector('#main').dispatchEvent(make(type));
          }
        }""",
        [kind, base64.b64encode(png()).decode()],
    )


def test_a_sample_is_chosen_with_a_click_and_the_stack_stays(page: Page) -> None:
    opened_at(page, "samples")
    page.locator('[data-image="dog-retriever"]').click()
    page.wait_for_url("**image=dog-retriever**")
    expect(page.locator("#stackline")).to_have_value("gray|conv(box)")
    expect(page.locator("#sources")).to_be_hidden()


def test_a_file_is_uploaded_listed_and_deleted(page: Page) -> None:
    opened_at(page, "upload")
    page.set_input_files(
        "[data-upload] input[type=file]", [{"name": "g.png", "mimeType": "image/png", "buffer": png()}]
    )
    expect_upload(page)
    opened_at(page, "upload")
    expect(page.locator("[data-own] li")).to_contain_text("g.png")
    page.locator("[data-own] button", has_text="Delete now").click()
    page.wait_for_url("**image=cat-chelsea**")
    assert 0 == page.locator("[data-own] li").count()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_dropped_or_pasted_anywhere_is_taken(page: Page, kind: str) -> None:
    give(page, kind)
    expect_upload(page)


def test_a_file_that_is_no_picture_is_refused_in_a_sentence(page: Page) -> None:
    opened_at(page, "upload")
    file = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.set_input_files("[data-upload] input[type=file]", [file])
    expect(page.locator("[data-source-fault]")).to_contain_text("paper.pdf: This file is of the kind PDF")
    assert "cat-tabby" == image_of(page)


SPELLINGS = {
    "0 0.5 1\n1 0 -2": "grid([0,0.5,1;1,0,-2])",
    "0,5\t1\n2\t3": "grid([0.5,1;2,3])",
    "0,5;1\n4;3": "grid([0.5,1;4,3])",
    "0,1;1,0": "grid([0,1;1,0])",
    "[[1, 2], [3, 4]]": "grid([1,2;3,4])",
    "1, 2\n3, 5": "grid([1,2;3,5])",
}


def test_numbers_are_read_in_every_usual_spelling(page: Page) -> None:
    for text, image in SPELLINGS.items():
        opened_at(page, "numbers")
        page.locator("#sourcegrid").fill(text)
        page.locator("[data-numbers-use]").click()
        page.wait_for_url(lambda url, image=image: image in parse_qs(urlsplit(url).query)["image"])
        expect(page.locator("#sources")).to_be_hidden()


def test_a_fault_in_the_numbers_names_its_row_and_keeps_the_text(page: Page) -> None:
    opened_at(page, "numbers")
    page.locator("#sourcegrid").fill("1 2\n3 x")
    expect(page.locator("[data-numbers-state]")).to_have_text("Row 2: “x” is not a number.")
    page.locator("#sourcegrid").fill("1 2\n3")
    expect(page.locator("[data-numbers-state]")).to_contain_text("Row 2 has 1 numbers")
    expect(page.locator("[data-numbers-use]")).to_be_disabled()
    expect(page.locator("#sourcegrid")).to_have_value("1 2\n3")


def test_a_drawing_becomes_exact_numbers(page: Page) -> None:
    opened_at(page, "draw")
    page.locator("[data-draw-size]").select_option("8")
    page.locator("[data-draw-value]").fill("0.5")
    page.locator("[data-pad]").click(position={"x": 48, "y": 16})
    page.locator("[data-pad]").press("ArrowRight")
    page.locator("[data-pad]").press(" ")
    page.locator("[data-draw-use]").click()
    page.wait_for_url("**grid(**")
    assert image_of(page).startswith("grid([0,0.5,0.5,0,0,0,0,0;0,0,")


def test_a_large_drawing_is_sent_as_a_picture(page: Page) -> None:
    opened_at(page, "draw")
    page.locator("[data-draw-size]").select_option("64")
    page.locator("[data-pad]").click()
    page.locator("[data-draw-use]").click()
    expect_upload(page)


def test_a_pattern_is_chosen_with_its_size(page: Page) -> None:
    opened_at(page, "patterns")
    page.locator("[data-pattern-size]").select_option("32")
    page.locator('[data-pattern="circle"]').click()
    page.wait_for_url("**pattern(circle**")
    assert "pattern(circle,size=32)" == image_of(page)


def test_without_a_camera_the_panel_says_what_works(page: Page) -> None:
    opened_at(page, "webcam")
    page.locator('[data-camera="on"]').click()
    expect(page.locator("[data-source-fault]")).to_contain_text("with the field below")


def test_a_sample_is_reached_with_the_keyboard_alone(page: Page) -> None:
    page.locator('[data-source="samples"]').focus()
    page.keyboard.press("Space")
    expect(page.locator("#sourcetab-samples")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#source-upload")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sources")).to_be_hidden()


@pytest.mark.parametrize(("width", "lang", "scheme"), [(390, "es", "dark"), (1024, "en", "light")])
def test_every_part_fits_the_window_and_axe_finds_nothing(
    chromium: Browser, address: str, width: int, lang: str, scheme: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/?lang={lang}")
    page.wait_for_load_state("networkidle")
    page.locator('[data-source="samples"]').click()
    for tab in TABS:
        page.locator(f"#sourcetab-{tab}").click()
        assert page.evaluate("sources.scrollWidth <= sources.clientWidth"), tab
        assert [] == violations(page, "#sources"), tab
    context.close()


def test_without_scripts_a_form_uploads(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/?stack=relu&lang=en")
    page.locator('[data-source="upload"]').click()
    page.set_input_files(
        "[data-upload] input[type=file]", [{"name": "g.png", "mimeType": "image/png", "buffer": png()}]
    )
    page.locator("[data-upload] button").click()
    assert 32 == len(image_of(page))
    assert ["relu"] == parse_qs(urlsplit(page.url).query)["stack"]
    context.close()
