"""Further rounds of a question: every lesson's has one right answer, taken from the scene as it stands."""

from __future__ import annotations

import math
import re

import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.explorer import Explorer, Scene
from app.i18n.numbers import format_number
from app.lessons import Course
from app.lessons.arithmetic import Expression
from app.lessons.model import OWN_PHOTO, Option
from app.lessons.rounds import Round, Rule, draw

PART = {"HX-Request": "true"}


@pytest.fixture
def explorer(app: FastAPI) -> Explorer:
    return app.state.services.explorer


@pytest.fixture
def course(app: FastAPI) -> Course:
    return app.state.services.course


def test_every_round_is_drawn_from_its_own_scene(explorer: Explorer, course: Course) -> None:
    drawn = 0
    for lesson in course.lessons:
        assert lesson.question is not None
        assert lesson.question.again is not None, lesson.slug
        scene = lesson.scenes[0]
        image = "cat-chelsea" if scene.image == OWN_PHOTO else scene.image
        trace = explorer.trace(Scene(image, scene.stack, scene.size, scene.fit))
        made = draw(lesson.question.again, trace, {}, format_number)
        assert made is not None, lesson.slug
        options = made.question.options
        assert 1 == sum(option.right for option in options)
        assert 3 <= len(options) == len({option.text["en"] for option in options}), lesson.slug
        assert all(option.right or option.belief for option in options)
        for text in (made.question.text, *(option.says for option in options)):
            assert not re.search(r"[{}]|nan", text["en"] + text["es"], re.IGNORECASE)
        drawn += 1
    assert len(course.lessons) == drawn


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "size"), [(1, 0, 1, 64), (2, 1, 1, 64), (3, 2, 2, 65), (5, 0, 3, 128)]
)
def test_the_size_that_is_right_is_torchs(
    explorer: Explorer, course: Course, stride: int, padding: int, dilation: int, size: int
) -> None:
    lesson = course.find("stride-padding")
    assert lesson is not None
    assert lesson.question is not None
    assert lesson.question.again is not None
    stack = f"gray|conv(sobel_x,stride={stride},padding={padding},dilation={dilation})"
    made = draw(
        lesson.question.again, explorer.trace(Scene("cat-chelsea", stack, size, "crop")), {}, format_number
    )
    assert made is not None
    wanted = torch.nn.functional.conv2d(
        torch.zeros(1, 1, size, size), torch.zeros(1, 1, 3, 3), None, stride, padding, dilation
    )
    [right] = [option for option in made.question.options if option.right]
    assert str(wanted.shape[-1]) == right.text["en"]
    assert str(size) in made.question.text["en"]


def test_a_changed_scene_asks_anew_and_a_wrong_answer_leads_to_a_second_round(client: TestClient) -> None:
    address = "/course/stride-padding"
    first = client.get(address, params={"lang": "en", "answer": "0"}, headers=PART).text
    assert "round=2" in first
    assert 'data-answered="wrong"' in first
    changed = {"lang": "en", "stack": "gray|conv(sobel_x,stride=4)"}
    page = client.get(address, params=changed, headers=PART).text
    assert "64 cells, kernel 3, stride 4, padding 0 in all" in page
    for number in range(4):
        told = client.get(address, params={**changed, "answer": number}, headers=PART).text
        told = told.partition('class="answers"')[0]  # what is printed holds them all
        assert ('data-answered="right"' in told) == ("(64 + 0 − 1 · (3 − 1) − 1) / 4" in told)
        revealed = told.partition('class="reveal-place"')[2].partition("</section>")[0]
        assert "{" not in revealed
    assert 'class="scene"' in revealed


def test_the_question_stands_before_the_scene_that_answers_it(client: TestClient, course: Course) -> None:
    for lesson in course.lessons:
        page = client.get(f"/course/{lesson.slug}", params={"lang": "en"}).text
        assert page.index('id="idea"') < page.index('id="ask"') < page.index('id="demo"'), lesson.slug


def test_a_question_is_not_asked_twice_with_the_same_numbers(client: TestClient) -> None:
    address = "/course/stride-padding"
    same = client.get(address, params={"lang": "en", "round": "2"}, headers=PART).text
    assert "The scene still has the numbers of this question." in same
    assert "64 cells, kernel 3, stride 2, no padding" in same
    changed = {"lang": "en", "round": "2", "stack": "gray|conv(sobel_x,stride=3)"}
    page = client.get(address, params=changed, headers=PART).text
    assert "64 cells, kernel 3, stride 3, padding 0 in all" in page
    assert "untold" in page
    told = client.get(address, params={**changed, "answer": "0"}, headers=PART).text
    assert "untold" not in told


def test_the_chosen_answer_is_marked(client: TestClient) -> None:
    address = "/course/stride-padding"
    for number in range(4):
        told = client.get(address, params={"lang": "en", "answer": number}, headers=PART).text
        form = told.partition('id="ask"')[2].partition("</form>")[0]
        assert ("✓" in form, "✗" in form) == ((True, False) if number == 1 else (False, True))


def test_settings_of_the_address_count(explorer: Explorer, course: Course) -> None:
    lesson = course.find("learning")
    assert lesson is not None
    assert lesson.question is not None
    assert lesson.question.again is not None
    trace = explorer.trace(Scene("grid([1,2;3,4])", "gray|conv([1])", 64, "keep"))
    made = draw(lesson.question.again, trace, {"rate": "0,1"}, format_number)
    assert made is not None
    assert ["0.3"] == [option.text["en"] for option in made.question.options if option.right]


@given(a=st.integers(-99, 99), b=st.integers(-99, 99), c=st.integers(1, 9))
@settings(max_examples=30)
def test_arithmetic_is_pythons(a: int, b: int, c: int) -> None:
    expression = Expression.read("(a + b)//c - a % c if a > b else max(a, b) / c")
    assert frozenset("abc") == expression.names
    wanted = (a + b) // c - a % c if a > b else max(a, b) / c
    assert wanted == expression.value({"a": a, "b": b, "c": c})


@pytest.mark.parametrize(
    "text",
    ["", "a.b", "__import__('os')", "a[0]", "a ** 9", "'a' * 9", "lambda: 1", "True", "open(a)", "a < b < c"],
)
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="arithmetic"):
        Expression.read(text)


def test_what_cannot_be_computed_is_no_number() -> None:
    assert math.isnan(Expression.read("1 / a").value({"a": 0}))
    assert math.isnan(Expression.read("exp(a)").value({"a": 1e6}))
    assert math.isnan(Expression.read("b").value({}))


@pytest.mark.parametrize(
    ("text", "value"), [("-a", -3), ("+a", 3), ("-(a - 5) * -2", -4), ("min(a, -1)", -1)]
)
def test_a_sign_before_a_number_counts(text: str, value: float) -> None:
    assert value == Expression.read(text).value({"a": 3.0})


def test_a_line_is_no_longer_than_a_line() -> None:
    assert 100 == Expression.read("+".join(["1"] * 100)).value({})
    with pytest.raises(ValueError, match="longer than 200 characters"):
        Expression.read("+".join(["1"] * 101))


def test_a_scene_that_leaves_one_answer_asks_nothing(explorer: Explorer) -> None:
    """A wrong answer that comes to the same as the right one is no answer, and one alone is no question."""
    says = {"en": "", "es": ""}
    rules = tuple(
        Rule(Expression.read(text), Option({"en": "{value}", "es": "{value}"}, says, right, ""))
        for text, right in (("photo_rows", True), ("a", False))
    )
    trace = explorer.trace(Scene("grid([1,2;3,4])", "gray", 64, "keep"))
    for a, options in ((2.0, None), (3.0, ["2", "3"])):
        made = draw(Round({"en": "?", "es": "?"}, rules, 0, {"a": a}, ()), trace, {}, format_number)
        assert options == (None if made is None else [one.text["en"] for one in made.question.options])
