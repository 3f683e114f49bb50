"""The teacher's page over HTTP: a wrong token is asked for again, a question keeps to its step, screens are counted."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from markupsafe import escape

from app.lessons.plans import plans
from app.main import create_app
from app.settings import Settings
from app.store.room import Beat
from tests.web.test_classroom import OWN, TOKEN, do


@pytest.fixture
def app(tmp_path) -> FastAPI:
    return create_app(Settings(data_folder=tmp_path / "data", teacher_token=TOKEN))


@pytest.fixture
def teacher(client) -> TestClient:
    client.post("/teacher/enter", data={"token": TOKEN}, headers=OWN)
    return client


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "The server prints it when it starts"), ("es", "al arrancar")]
)
def test_a_page_with_a_wrong_token_is_asked_again(client, lang, words):
    given = {"token": "k7mw-wrong", "plan": "90", "step": "3", "lang": lang}
    answer = client.post("/teacher/enter", data=given, headers={**OWN, "Accept": "text/html"})
    assert 403 == answer.status_code
    assert f'<html lang="{lang}"' in answer.text
    assert words in answer.text.partition('role="alert"')[2].partition("</p>")[0]
    form = answer.text.partition('action="/teacher/enter"')[2].partition("</form>")[0]
    assert 'name="token"' in form
    assert 'name="plan" value="90"' in form
    assert 'name="step" value="3"' in form
    assert "set-cookie" not in answer.headers


def test_one_screen_is_told_as_one(app, teacher):
    room = app.state.services.classroom.room
    for screens, words in ((1, "pantalla está aquí"), (2, "pantallas están aquí")):
        room.beat(1, Beat(following=screens))
        for page in ("/teacher?lang=es", "/class/board?lang=es"):
            told = teacher.get(page).text.partition(f"{screens}</b>")[2].partition("</p>")[0]
            assert words in re.sub("<[^>]*>", "", told)


def question(page: str) -> str:
    """What the teacher's page says under its heading of the question, up to what the screens show."""
    return page.partition("<h2>The question</h2>")[2].partition('<details class="any"')[0]


def test_an_open_question_belongs_to_its_step(app, teacher):
    do(teacher, "ask", lesson="stride-padding")
    (text,) = [
        one.question.text["en"] for one in app.state.services.course.lessons if one.slug == "stride-padding"
    ]
    plan = next(one for one in plans(app.state.services.course) if one.name == "90")
    own = next(number for number, step in enumerate(plan.steps) if step.ask == "stride-padding")
    other = next(number for number, step in enumerate(plan.steps) if step.ask == "kernels")
    pause = next(number for number, step in enumerate(plan.steps) if not step.show and not step.ask)

    def at(step: int, **more: str) -> str:
        return question(
            teacher.get("/teacher", params={"plan": "90", "step": step, "lang": "en", **more}).text
        )

    assert 'class="qn"' in at(own)
    assert 'value="reveal"' in at(own)
    for step in (other, pause):
        assert f"The question of step {own + 1} is still on all screens: “{escape(text)}”" in at(step)
        assert 'class="qn"' not in at(step)
        assert 'value="reveal"' not in at(step)
        assert f'href="/teacher?plan=90&amp;step={own}&amp;lang=en"' in at(step)
        assert 'value="close"' in at(step)
    assert 'name="lesson" value="kernels"' in at(other)
    assert 'value="ask"' not in at(pause)
    do(teacher, "ask", lesson="kernels")
    assert 'class="qn"' in at(other)
    assert f"The question of step {other + 1}" in at(own)
    do(teacher, "close")
    assert "This step asks nothing." in at(pause)


def test_a_question_of_no_step_stands_at_every_step(teacher):
    do(teacher, "ask", lesson="pytorch-keras")
    page = question(teacher.get("/teacher?plan=10&step=1&lang=en").text)
    assert 'class="qn"' in page
    assert 'value="reveal"' in page
    assert 'name="lesson" value="kernels"' in page
