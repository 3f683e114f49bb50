"""The course over HTTP: every lesson from its address alone, an answer revealed, a control moved, faults told."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.lessons import Lesson
from app.lessons.plans import Plan, _written

PART = {"HX-Request": "true"}


@pytest.fixture
def lessons(client: TestClient) -> tuple[Lesson, ...]:
    return client.app.state.services.course.lessons


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_lesson_stands_with_each_answer(
    client: TestClient, lessons: tuple[Lesson, ...], lang: str
) -> None:
    for lesson in lessons:
        page = client.get(f"/course/{lesson.slug}", params={"lang": lang})
        assert 200 == page.status_code, lesson.slug
        assert lesson.title[lang] in page.text
        assert "style=" not in page.text
        for number, option in enumerate(lesson.question.options):
            part = client.get(f"/course/{lesson.slug}", params={"lang": lang, "answer": number}, headers=PART)
            assert 200 == part.status_code, (lesson.slug, number)
            assert "<html" not in part.text
            assert option.says[lang].split()[0] in part.text.partition('class="answers"')[0]


def test_a_claim_is_told_and_the_name_of_its_test_is_folded(client: TestClient) -> None:
    section = (
        client.get("/course/kernels?lang=es")
        .text.partition('aria-labelledby="claim"')[2]
        .partition("</section>")[0]
    )
    told, _, folded = section.partition("<details")
    assert "Qué se cumple" in told
    assert "tests/lessons" not in told
    assert "¿Cómo lo sabemos?" in folded.partition("</summary>")[0]
    assert "<details open" not in section
    assert "tests/lessons/" in folded.partition("</summary>")[2]


def test_the_list_shows_all_or_a_plan(client: TestClient, lessons: tuple[Lesson, ...]) -> None:
    page = client.get("/course?lang=en")
    assert all(f"/course/{lesson.slug}" in page.text for lesson in lessons)
    assert 200 == client.get("/course?plan=45&lang=es").status_code
    assert 422 == client.get("/course?plan=7").status_code


@pytest.mark.parametrize("plan", _written(), ids=lambda plan: plan.name)
def test_a_plans_list_tells_its_own_minutes(
    client: TestClient, lessons: tuple[Lesson, ...], plan: Plan
) -> None:
    page = client.get(f"/course?plan={plan.name}&lang=en").text
    listed = page.partition('<ol class="lessons">')[2].partition("</ol>")[0]
    assert list(plan.lessons) == re.findall(r'data-lesson="([^"]*)"', listed)
    minutes = [int(found) for found in re.findall(r'class="mins">(\d+) min', listed)]
    assert list(plan.lessons.values()) == minutes
    rest = plan.minutes - sum(minutes)
    assert f"{sum(minutes)} min on these lessons and {rest} min on the rest" in page
    assert f"{plan.name} min in all" in page
    alone = sum(lesson.minutes for lesson in lessons if lesson.slug in plan.lessons)
    assert f"take {alone} min" in page


def test_an_unknown_lesson_is_told(client: TestClient) -> None:
    answer = client.get("/course/nowhere?lang=es", headers={"Accept": "text/html"})
    assert 404 == answer.status_code
    assert "No hay lección" in answer.text


def test_a_moved_control_changes_the_scene_and_the_address(
    client: TestClient, lessons: tuple[Lesson, ...]
) -> None:
    moved = 0
    for lesson in lessons:
        scene = lesson.scenes[0]
        for name in scene.controls:
            layer, _, parameter = name.partition(".")
            if parameter not in ("stride", "sigma", "bias"):
                continue
            query = {"layer": layer, f"set.{parameter}": "2"}
            answer = client.get(f"/course/{lesson.slug}", params=query, headers=PART)
            assert 200 == answer.status_code, (lesson.slug, answer.text)
            stack = parse_qs(urlsplit(answer.headers["HX-Push-Url"]).query)["stack"][0]
            assert f"{parameter}=2" in stack
            moved += 1
    assert moved or not any(lesson.scenes[0].controls for lesson in lessons)
