"""Lessons are files: the built-in ones read without a fault, a bad one is named with its line and reason."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.engine.network import Shelf
from app.lessons.loader import BUILT_IN, load_course
from app.lessons.markup import markdown, mathml
from app.web.language import say_fault, say_in

TENSORS = Shelf(Path(__file__).parents[2] / "models")
FIRST = BUILT_IN / "01-image-is-a-tensor"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FIRST, tmp_path / "01-mine")
    return tmp_path


def test_the_built_in_lessons_have_no_fault() -> None:
    course = load_course([BUILT_IN], TENSORS())
    assert () == course.faults
    assert list(range(1, len(course.lessons) + 1)) == [lesson.number for lesson in course.lessons]
    for lesson in course.lessons:
        assert all(lesson.idea[language] and lesson.deeper[language] for language in ("en", "es"))
        assert all(option.belief and option.scene for option in lesson.question.options if not option.right)


def test_a_teachers_folder_follows(folder: Path) -> None:
    course = load_course([BUILT_IN, folder])
    assert "mine" == course.lessons[-1].slug


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("minutes: 5", "minutes: soon", "minutes needs a whole number"),
        ("stack: gray\n", "stack: grey\n", "grey"),
        ("right: true", "right: false", "exactly one with right"),
        (
            "{en: An image is a tensor, es: Una imagen es un tensor}",
            "{en: Only English}",
            "title needs a text in en",
        ),
        ("minutes: 5", "minutes: [5", "not YAML"),
        ("scenes:", "scene:", "“scene” is not read here"),
        ("lab:", "view: film\nlab:", "view must be one of: signal"),
        ("lab:", "view: {name: code, law: gravity}\nlab:", "law: gravity is no option of the view code"),
    ],
)
def test_a_bad_lesson_is_named_with_its_line_and_reason(
    folder: Path, old: str, new: str, reason: str
) -> None:
    file = folder / "01-mine" / "lesson.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    course = load_course([folder])
    assert () == course.lessons
    [fault] = course.faults
    assert "01-mine/lesson.yaml" == fault.file
    assert reason in say_fault(fault.error, say_in("en"))
    assert fault.line >= 1


def test_a_lesson_may_ask_for_several_views(folder: Path) -> None:
    file = folder / "01-mine" / "lesson.yaml"
    asked = "view: [signal, {name: growth}]\n"
    file.write_text(asked + file.read_text(encoding="utf-8"), encoding="utf-8")
    [lesson] = load_course([folder]).lessons
    assert [("signal", {}), ("growth", {})] == [(v.name, v.options) for v in lesson.views]


def test_missing_words_are_named(folder: Path) -> None:
    (folder / "01-mine" / "es.md").unlink()
    [fault] = load_course([folder]).faults
    assert "01-mine/es.md" == fault.file


def test_prose_is_marked_in_colour_and_never_obeyed_as_html() -> None:
    html = markdown("{kernel:nine} $\\kernel{K}$ <script>x</script> {cell:<b>}")
    assert '<b class="t-k">nine</b>' in html
    assert '<mstyle class="t-k">' in html
    assert "<script" not in html
    assert "<b>" not in html


def test_formulas_carry_their_text() -> None:
    html = mathml(r"\frac{n - \kernel{k}}{\step{s}}", True, 'say "it"')
    assert 'aria-label="say &quot;it&quot;"' in html
    assert 1 == html.count('class="t-k"') == html.count('class="t-step"')


def test_a_long_formula_breaks_before_a_further_relation_and_is_read_as_one() -> None:
    html = mathml(r"a = \frac{b = c}{2} = f \quad d \to e", True, "all of it")
    pieces = re.findall("<math.*?</math>", html)
    assert ["a=b=c2", "=f", "d→e"] == [re.sub("<[^>]*>", "", piece) for piece in pieces]
    assert 1 == html.count("aria-label")
    assert all('aria-hidden="true"' in piece for piece in pieces)


def test_a_source_is_one_line_or_one_in_each_language(folder: Path) -> None:
    file = folder / "01-mine" / "lesson.yaml"
    text, book = (
        file.read_text(encoding="utf-8").partition("sources:")[0],
        '{en: "Book, ch. 9", es: "Libro, cap. 9"}',
    )
    file.write_text(f"{text}sources: [Zhang 2019, {book}]\n", encoding="utf-8")
    [lesson] = load_course([folder]).lessons
    assert ["Zhang 2019", "Libro, cap. 9"] == [one["es"] for one in lesson.sources]
    file.write_text(f"{text}sources:\n  - {{en: Only English}}\n", encoding="utf-8")
    [fault] = load_course([folder]).faults
    assert "lesson_languages" == fault.error.code
    assert fault.line == text.count("\n") + 1


def test_large_numbers_are_grouped_in_both_languages_as_the_page_writes_them() -> None:
    for lesson in load_course([BUILT_IN], TENSORS()).lessons:
        texts = [
            lesson.idea,
            lesson.deeper,
            lesson.claim,
            lesson.goal,
            *(scene.caption or {} for scene in lesson.scenes),
        ]
        assert lesson.question is not None
        texts += [one for option in lesson.question.options for one in (option.text, option.says)]
        english = " ".join(re.sub(r"`[^`]*`", "", text.get("en", "")) for text in texts)
        assert [] == re.findall(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+\b", english), lesson.slug
        spanish = " ".join(text.get("es", "") for text in texts)
        assert [] == re.findall(r"\b[1-9]\d{0,2} 000\b|\b\d{2,3} \d{3} \d{3}\b", spanish), lesson.slug
