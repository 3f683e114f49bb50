"""The plans: their minutes, pages that exist, questions that there are, both languages."""

from __future__ import annotations

import re

import pytest

from app.lessons import Course, load_course
from app.lessons.loader import BUILT_IN
from app.lessons.plans import Plan, Step, _written, plans
from app.web.classroom import shown_address


def test_a_plan_takes_the_minutes_that_it_is_named_by():
    assert {"10": 10, "45": 45, "90": 90} == {plan.name: plan.minutes for plan in _written()}


@pytest.mark.parametrize("plan", _written(), ids=lambda plan: plan.name)
def test_a_plan_stands_alone(plan):
    """It says what is needed, tells every step in a few sentences, and sends to no other plan."""
    assert plan.needs["en"]
    assert plan.needs["es"]
    for step in plan.steps:
        for lang, others in (("en", "short plan|other plan|45-minute"), ("es", "plan corto|otro plan|de 45")):
            said = step.say[lang]
            assert 40 <= len(said) <= 400, step.title
            assert 2 <= len(re.findall(r"[.?!](?: |$)", said)) <= 5, said
            assert not re.search(others, said)


def test_the_long_plan_begins_with_the_photo_and_has_pooling():
    long = next(plan for plan in _written() if plan.name == "90")
    assert "image-is-a-tensor" == next(iter(long.lessons))
    assert "pooling-invariance" in long.lessons


def test_a_lesson_of_several_steps_has_their_minutes_together():
    step = Step(2, {}, {}, "/course/kernels", "kernels")
    other = Step(3, {}, {}, "/network", "kernels")
    rest = [Step(4, {}, {}), Step(1, {}, {}, "/course/misconceptions")]
    plan = Plan("10", {}, {}, (step, *rest, other))
    assert ({"kernels": 5}, 10) == (plan.lessons, plan.minutes)


@pytest.mark.parametrize("plan", _written(), ids=lambda plan: plan.name)
def test_every_step_speaks_both_languages_and_shows_a_page_of_ours(plan):
    for step in plan.steps:
        assert {"en", "es"} == set(step.title) == set(step.say)
        assert not step.show or shown_address(step.show) == step.show


def test_every_page_of_a_plan_opens(client):
    for plan in plans(client.app.state.services.course):
        assert len(plan.steps) >= 5
        for step in plan.steps:
            assert not step.show or 200 == client.get(step.show, headers={"Accept": "text/html"}).status_code


def test_steps_whose_lesson_is_missing_are_left_out():
    course = load_course([BUILT_IN])
    with_all = sum(len(plan.steps) for plan in plans(course))
    fewer = Course(tuple(lesson for lesson in course.lessons if lesson.slug != "kernels"))
    assert sum(len(plan.steps) for plan in plans(fewer)) == with_all - 3
