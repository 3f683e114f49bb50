"""Every slip in a lesson's file: the code, the name, the line, and what else the sentence says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.lessons.loader import load_course
from app.lessons.model import Fault
from app.web.language import say_fault, say_in

GOOD = """\
title: Edges
stack: gray|conv(sobel_x)
question:
  text: Which?
  options:
    - {text: a, says: yes it is, right: true}
    - {text: b, says: no}
"""
AGAIN = """\
  again:
    settings: {rate: 0.5}
    let: {half: rate / 2}
    text: Half of {rate}?
    options:
      - {is: half, says: "yes, {value}", right: true}
      - {is: rate, says: no}
"""


def fault_of(folder: Path, text: str, name: str = "mine.yaml") -> Fault:
    (folder / name).write_text(text, encoding="utf-8")
    course = load_course([folder])
    assert () == course.lessons
    [fault] = course.faults
    for language in ("en", "es"):
        assert not re.search(r"\{\w+\}", say_fault(fault.error, say_in(language)))
    return fault


@pytest.mark.parametrize("text", [GOOD, GOOD + AGAIN])
def test_the_lessons_that_the_slips_are_made_in_have_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    course = load_course([tmp_path])
    assert ((), 1) == (course.faults, len(course.lessons))


@pytest.mark.parametrize(
    ("old", "new", "code", "name", "line", "params"),
    [
        ("stack: gray|conv(sobel_x)", "stack: [gray]", "lesson_stack_missing", "stack", 2, {}),
        ("stack: gray", "size: 7\nstack: gray", "lesson_size", "size", 2, {"low": 8, "high": 512}),
        ("stack: gray", "size: true\nstack: gray", "lesson_whole_needed", "size", 2, {}),
        ("stack: gray", "size: -9\nstack: gray", "lesson_whole_needed", "size", 2, {}),
        ("stack: gray", "minutes: -1\nstack: gray", "lesson_whole_needed", "minutes", 2, {}),
        ("stack: gray", "fit: wide\nstack: gray", "lesson_choice", "fit", 2, {"choices": "keep, crop, squeeze"}),
        ("stack: gray", "at: 1.2.3\nstack: gray", "lesson_place", "at", 2, {}),
        ("stack: gray", "hide: [a, {b: c}]\nstack: gray", "lesson_words_needed", "hide", 2, {}),
        ("stack: gray", "hide: [2.stride, paso]\nstack: gray", "hide_unknown", "hide", 2, None),
        ("stack: gray", "hide: strid\nstack: gray", "hide_unknown", "hide", 2, None),
        ("question:", "steps:\n  - {says: look, hide: 2.strides}\nquestion:", "hide_unknown", "hide", 4, None),
        ("stack: gray", "controls: [[a]]\nstack: gray", "lesson_words_needed", "controls", 2, {}),
        ("stack: gray", "hide: [~]\nstack: gray", "lesson_words_needed", "hide", 2, {}),
        ("stack: gray", "sources: [true]\nstack: gray", "lesson_words_needed", "sources", 2, {}),
        ("stack: gray", "sources: [[a]]\nstack: gray", "lesson_words_needed", "sources", 2, {}),
        ("stack: gray", "sources: [{en: a, es: 3}]\nstack: gray", "lesson_languages", "sources", 2, {}),
        ("title: Edges", "title: true", "lesson_languages", "title", 1, {}),
        ("title: Edges", "title: {en: Edges}", "lesson_languages", "title", 1, {}),
        ("question:", "steps: soon\nquestion:", "lesson_list_needed", "steps", 3, {}),
        ("question:", "steps: []\nquestion:", "lesson_list_needed", "steps", 3, {}),
        ("question:", "steps: [look]\nquestion:", "lesson_list_needed", "steps", 3, {}),
        ("question:", "steps: [{says: look, show: box}]\nquestion:", "lesson_unknown_name", "show", 3, None),
        ("    - {text: b, says: no}\n", "", "lesson_one_right", "options", 5, {}),
        ("says: no}", "says: no, right: true}", "lesson_one_right", "options", 5, {}),
        ("says: no}", "says: no, scene: box}", "lesson_mapping_needed", "scene", 7, {}),
        ("settings: {rate: 0.5}", "settings: {rate: fast}", "lesson_numbers_needed", "settings", 9, {}),
        ("settings: {rate: 0.5}", "settings: [0.5]", "lesson_numbers_needed", "settings", 9, {}),
        ("rate / 2}", "rite / 2 + ruts}", "lesson_number_unknown", "half", 10, {"strange": "rite, ruts"}),
        ("rate / 2}", "rate /}", "lesson_arithmetic", "half", 10, {"text": "rate /", "problem": "no arithmetic"}),
        ("rate / 2}", "1" + "+1" * 200 + "}", "lesson_arithmetic", "half", 10, None),
        ("Half of {rate}?", "'Half of {rote} and {x}?'", "lesson_number_unknown", "text", 11, {"strange": "rote, x"}),
        ("Half of {rate}?", "'Half of {rate?'", "lesson_arithmetic", "text", 11, None),
        ("{is: rate, says: no}", "{is: rate, says: no, right: true}", "lesson_one_right", "options", 12, {}),
        ("title: Edges", "title: Edges\ntitle: More", "lesson_yaml", None, 2, {"problem": "title stands twice"}),
        (GOOD + AGAIN, "- one\n- two\n", "lesson_no_mapping", None, 1, {}),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_all_its_words(tmp_path, old, new, code, name, line, params) -> None:
    text = GOOD + AGAIN
    assert old in text
    fault = fault_of(tmp_path, text.replace(old, new, 1))
    found = dict(fault.error.params)
    assert (f"{tmp_path.name}/mine.yaml", code, line) == (fault.file, fault.error.code, fault.line)
    if name is not None:
        assert name == found.pop("name")
    assert params is None or params == found


@pytest.mark.parametrize(
    ("name", "text", "code", "line"),
    [
        ("mine.md", "title: no fence\n", "lesson_no_head", 1),
        ("mine.md", "---\ntitle: no end\n", "lesson_no_head", 1),
        ("mine.md", "---\ntitle: Edges\n---\nThe idea.\n", "lesson_stack_missing", 1),
        ("mine.yml", "x: " + "y" * 200_000, "lesson_too_large", 1),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, text: str, code: str, line: int) -> None:
    fault = fault_of(tmp_path, text, name)
    assert (code, f"{tmp_path.name}/{name}") == (fault.error.code, fault.file)


def test_what_cannot_be_read_is_told_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no lesson", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"title: Se\xf1al\n")
    [fault] = load_course([tmp_path]).faults
    assert ("lesson_unreadable", {"problem": "UTF-8"}) == (fault.error.code, fault.error.params)
    [fault] = load_course([tmp_path / "nowhere"]).faults
    assert ("lesson_unreadable", str(tmp_path / "nowhere"), 1) == (fault.error.code, fault.file, fault.line)
    assert {"problem": "No such file or directory"} == fault.error.params


def test_an_answer_may_be_a_plain_no(tmp_path: Path) -> None:
    asked = GOOD.replace("text: a, says: yes it is, right: true", "text: Yes, says: off, right: yes")
    (tmp_path / "mine.yaml").write_text(asked.replace("text: b", "text: no"), encoding="utf-8")
    [lesson] = load_course([tmp_path]).lessons
    assert [("Yes", "off", True), ("no", "no", False)] == [
        (option.text["es"], option.says["en"], option.right) for option in lesson.question.options
    ]


def test_two_lessons_cannot_have_one_address(tmp_path: Path) -> None:
    for name in ("1-mine.yaml", "2-mine.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    course = load_course([tmp_path])
    [fault] = course.faults
    assert (1, "lesson_twice", "mine") == (len(course.lessons), fault.error.code, fault.error.params["name"])
    assert fault.file.endswith("/2-mine.yaml")


def test_a_lesson_of_three_files_needs_its_idea(tmp_path: Path) -> None:
    folder = tmp_path / "01-mine"
    folder.mkdir()
    (folder / "lesson.yaml").write_text("minutes: 3\n", encoding="utf-8")
    (folder / "en.md").write_text("\n---\nOnly the deeper note.\n", encoding="utf-8")
    [fault] = load_course([tmp_path]).faults
    assert ("lesson_idea_missing", "01-mine/en.md") == (fault.error.code, fault.file)
