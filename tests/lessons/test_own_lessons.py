"""A teacher's own lessons: the documented file reads as written, a bad one is told by line, a link is a lesson."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64encode
from html import unescape
from pathlib import Path
from random import Random
from textwrap import dedent
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.lessons.hiding import parameters
from app.lessons.link import NAMES
from app.lessons.linked_question import pack_question
from app.lessons.loader import Course, load_course
from app.main import create_app
from app.settings import Settings
from app.web.control_labels import control_labels
from app.web.language import say_fault, say_in

DOCUMENT = Path(__file__).parents[2] / "docs" / "lessons.md"
PART = {"HX-Request": "true"}
LINK = {
    "title": "Edges",
    "text": "Find **the** edges. <script>",
    "picture": "cat-chelsea",
    "line": "gray|conv(sobel_x,padding=1)",
    "hide": "2.padding, dilation",
    "say1": "Look at the eye.",
    "say2": "Now turn the kernel.",
    "show2": "gray|conv(sobel_y)",
    "ask": "Which one?",
    "right": "sobel_y",
    "wrong1": "sobel_x",
    "why": "It lies flat.",
    "lang": "en",
}


def packed_json(written: str) -> str:
    return urlsafe_b64encode(zlib.compress(written.encode())).decode().rstrip("=")


def example() -> str:
    """The complete example of the document, as a file."""
    block = re.search(r"\n\n((?:    .*\n|\n)+)\nOnly `title`", DOCUMENT.read_text(encoding="utf-8"))
    assert block is not None
    return dedent(block[1])


def loaded(folder: Path, name: str, text: str) -> Course:
    (folder / name).write_text(text, encoding="utf-8")
    return load_course([folder])


def test_the_documented_file_is_a_lesson(tmp_path: Path) -> None:
    course = loaded(tmp_path, "20-playground.md", example())
    assert () == course.faults
    [lesson] = course.lessons
    assert ("playground", 6, 3) == (lesson.slug, lesson.minutes, len(lesson.steps))
    assert lesson.title["en"] == lesson.title["es"] == "Edges in the playground"
    assert "gray|conv(sobel_y,padding=same)" == lesson.steps[1].scene.stack
    assert not lesson.steps[1].scene.offers(2, "mode")
    assert lesson.steps[1].scene.offers(2, "stride")
    assert lesson.idea["es"].startswith("An edge")
    assert lesson.deeper["en"].startswith("Deeper")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("stack: gray|conv(sobel_y,padding=same)\n", "stack: gray|cnv(sobel_y)\n", 11, "cnv"),
        ("minutes: 6", "minutes: six", 3, "whole number"),
        ("hide:", "hidden:", 7, "“hidden” is not read here"),
        ("size: 64", "size: 9000", 6, "from 8 to 512"),
        ("at: 2.0.30.30", "at: here", 12, "stage.channel.row.column"),
        ("right: true", "right: false", 17, "exactly one"),
        ("title: Edges in the playground", "title: [Edges", 2, "not YAML"),
    ],
)
def test_a_slip_is_told_with_its_line_and_reason(
    tmp_path: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert old in example()
    [fault] = loaded(tmp_path, "20-playground.md", example().replace(old, new, 1)).faults
    assert fault.file.endswith("/20-playground.md")
    assert reason in say_fault(fault.error, say_in("en"))
    assert say_fault(fault.error, say_in("es"))
    assert line == fault.line or "YAML" in reason


def test_a_folder_is_shown_and_its_faults_too(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "mine.md").write_text(example(), encoding="utf-8")
    (tmp_path / "lessons" / "bad.yaml").write_text("title: x\nstack: nothing\n", encoding="utf-8")
    app = create_app(Settings(data_folder=tmp_path / "data", lessons_folder=tmp_path / "lessons"))
    with TestClient(app) as client:
        listed = client.get("/course?lang=es").text
        assert "Edges in the playground" in listed
        assert "lessons/bad.yaml:2" in listed
        first = client.get("/course/mine?lang=es").text
        assert "Point at a window frame" in first
        assert 'name="set.stride"' in first
        assert 'name="set.padding"' not in first
        third = client.get("/course/mine?lang=es&part=3").text
        assert "Both together" in third
        assert "part=2" in third
        assert "part=4" not in third


def test_a_link_is_a_lesson_with_steps_hidden_controls_and_a_question(client: TestClient) -> None:
    page = client.get("/course/own", params=LINK).text
    assert "<h1>Edges</h1>" in page
    assert "<strong>the</strong>" in page
    assert "<script> " not in page
    assert 'name="set.stride"' in page
    assert 'name="set.padding"' not in page
    assert 'name="set.dilation"' not in page
    second = client.get("/course/own", params={**LINK, "part": "2"}).text
    assert "gray|conv(sobel_y)" in second
    told = client.get("/course/own", params={**LINK, "answer": "1"}, headers=PART).text
    assert 'data-answered="right"' in told
    assert "It lies flat." in told
    moved = client.get("/course/own", params={**LINK, "layer": "2", "set.stride": "2"}, headers=PART)
    assert "title=Edges" in moved.headers["HX-Push-Url"]
    assert "stride=2" in moved.headers["HX-Push-Url"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "title"),
        ({"ask": "", "right": "", "wrong1": ""}, "no question"),
        ({"line": "gray|cnv(box)"}, "cnv"),
        ({"show2": "gray|conv("}, ""),
        ({"cells": "9000"}, "from 8 to 512"),
        ({"right": ""}, "right answer"),
        ({"fit": "wide"}, "wide"),
        ({"text": "x" * 700}, "600"),
        ({"picture": "nogato"}, "nogato"),
        ({"hide": "2.padding, pasos"}, "“pasos” is no control that can be hidden"),
        ({"hide": "pasos"}, "stride"),
        ({"hide": "x.stride"}, "“x.stride”"),
        ({"ask": ""}, "no question"),
        ({"say2": ""}, "Step 2 has a stack but no sentence"),
        ({"picture": "pattern(nothing)"}, ""),
        ({"line": "gray|resize(4000,4000)|conv(gaussian,size=31)|conv(gaussian,size=31)"}, ""),
    ],
)
def test_a_link_that_does_not_work_is_handed_back_to_be_mended(
    client: TestClient, change: dict[str, str], words: str
) -> None:
    answer = client.get("/course/own", params={**LINK, **change})
    assert 422 == answer.status_code
    assert 'action="/course/own"' in answer.text
    assert 'role="alert"' in answer.text
    assert words in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert 'value="Look at the eye."' in answer.text


@pytest.mark.parametrize("hide", ["paso", "2.paso", "2. Paso", "2.stride", "stride", "STRIDE"])
def test_a_control_is_hidden_by_its_name_or_its_label_on_the_page(client: TestClient, hide: str) -> None:
    page = client.get("/course/own", params={**LINK, "hide": hide}).text
    assert 'name="set.stride"' not in page
    assert 'name="set.padding"' in page


def test_labels_name_their_parameters_in_both_languages() -> None:
    labels = control_labels()
    assert {
        "paso": "stride",
        "relleno": "padding",
        "borde": "mode",
        "columns": "cols",
        "σ": "sigma",
    }.items() <= labels.items()
    assert set(labels.values()) == set(parameters())


def test_a_files_hidden_controls_may_stand_by_their_labels(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "title: x\nstack: gray|conv(box)\nhide: [2.paso, relleno, 3]\n", encoding="utf-8"
    )
    [lesson] = load_course([tmp_path], labels=control_labels()).lessons
    assert ("2.stride", "padding", "3") == lesson.scenes[0].hidden


def test_the_form_shows_the_filled_steps_and_two_empty_ones(client: TestClient) -> None:
    def shown(query: dict[str, str]) -> tuple[int, int]:
        form = client.get("/course/own", params={**query, "edit": "1"}).text
        first, _, folded = form.partition('<details class="fold more-steps"')
        return first.count('name="say'), folded.partition("</details>")[0].count('name="say')

    assert (2, 6) == shown({})
    assert (4, 4) == shown(LINK)
    assert (8, 0) == shown({**LINK, "say7": "Look."})


def test_a_text_keeps_its_lines(client: TestClient) -> None:
    text = "First.\r\n\r\nSecond."
    page = client.get("/course/own", params={**LINK, "text": text}).text
    assert re.search(r"<p>First.</p>\s*<p>Second.</p>", page)
    form = client.get("/course/own", params={**LINK, "text": text, "edit": "1"}).text
    assert re.search(r"<textarea[^>]*>First.\n\nSecond.</textarea>", form)


def test_the_forms_answer_leads_to_a_short_address_that_does_not_tell_the_answer(client: TestClient) -> None:
    empty = dict.fromkeys(NAMES, "")
    sent = client.get("/course/own", params={**empty, **LINK}, follow_redirects=False)
    assert 303 == sent.status_code
    short = sent.headers["location"]
    given = parse_qs(urlsplit(short).query, keep_blank_values=True)
    assert {"title", "text", "picture", "line", "hide", "say1", "say2", "show2", "q", "lang"} == set(given)
    for told in ("sobel_x%20", "Which", "right", "flat"):
        assert told not in short
    page = client.get(short, follow_redirects=False)
    assert 200 == page.status_code
    assert "Which one?" in page.text
    for link in re.findall(r'href="(/course/own[^"]*)"', page.text):
        assert "wrong1" not in link
    told = client.get(f"{short}&answer=1", headers=PART).text
    assert "It lies flat." in told
    form = client.get(f"{short}&edit=1").text
    assert all(f'value="{LINK[name]}"' in form for name in ("ask", "right", "wrong1", "why"))


def test_a_moved_control_of_a_hand_written_link_leads_to_the_short_address(client: TestClient) -> None:
    query = {**LINK, "layer": "2", "set.stride": "2"}
    there = client.get("/course/own", params=query, follow_redirects=False)
    assert 303 == there.status_code
    assert "stride=2" in there.headers["location"]
    assert "right=" not in there.headers["location"]


@pytest.mark.parametrize(
    "packed",
    ["x", "é", "eJw", pack_question({"ask": "Which?"})[:-5], packed_json('["ask"]'), packed_json('{"title": "a"}'),
     packed_json('{"ask": 3}'), packed_json('{"ask": "\\ud800"}'), packed_json("9" * 5000), packed_json("[" * 5000),
     packed_json(" " * 10_000_000)],
)  # fmt: skip
def test_a_question_that_cannot_be_unpacked_is_told(client: TestClient, packed: str) -> None:
    answer = client.get("/course/own", params={"title": "Edges", "q": packed, "lang": "es"})
    assert 422 == answer.status_code
    assert "no se puede leer" in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    assert 'value="Edges"' in answer.text


def test_a_question_too_long_for_a_link_is_told(client: TestClient) -> None:
    letters = Random(1)
    long = {
        name: "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(590))
        for name in ("ask", "right", "wrong1")
    }
    answer = client.get("/course/own", params={**LINK, **long})
    assert 422 == answer.status_code
    assert "too long for a link" in answer.text


def test_a_step_that_is_refused_is_told_to_its_author(client: TestClient) -> None:
    heavy = "gray|resize(4000,4000)|conv(gaussian,size=31)|conv(gaussian,size=31)"
    answer = client.get("/course/own", params={**LINK, "show2": heavy})
    assert 422 == answer.status_code
    assert f'value="{heavy}"' in answer.text


def test_a_link_is_offered_to_copy_and_as_a_code(client: TestClient) -> None:
    page = client.get("/course/own", params={**LINK, "answer": "1", "part": "2"}).text
    copied = unescape(page.partition('data-copy-link="')[2].partition('"')[0])
    assert copied.startswith("http://testserver/course/own?title=Edges")
    assert "answer=" not in copied
    assert "part=" not in copied
    assert 'class="qr"' in page
    long = client.get("/course/own", params={**LINK, **{f"say{n}": "Look. " * 90 for n in (1, 2)}}).text
    assert "data-copy-link" in long
    assert 'class="qr"' not in long
    assert "data-copy-link" not in client.get("/course/kernels").text


def test_what_a_pupil_changes_wrongly_is_told_and_not_handed_to_the_teachers_form(client: TestClient) -> None:
    moved = client.get("/course/own", params={**LINK, "layer": "2", "set.stride": "0"}, headers=PART)
    assert (422, "#lesson-fault") == (moved.status_code, moved.headers["HX-Retarget"])
    typed = client.get("/course/own", params={**LINK, "stack": "gray|cnv"}, headers={"Accept": "text/html"})
    assert 422 == typed.status_code
    assert 'action="/course/own"' not in typed.text


def test_the_form_stands_empty_and_filled(client: TestClient) -> None:
    for lang in ("en", "es"):
        assert 200 == client.get(f"/course/own?lang={lang}").status_code
    assert 'value="Edges"' in client.get("/course/own", params={**LINK, "edit": "1"}).text
