"""The class over HTTP: the token, forms of other sites, what is shown, votes, uploads cleared, nobody identified."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import UserError
from app.main import create_app
from app.settings import Settings
from app.web.classroom import shown_address
from app.web.teacher_access import new_token

TOKEN = "k7mw-2qxd-9fhr"
OWN = {"Origin": "http://testserver"}
HTMX = {**OWN, "HX-Request": "true"}


@pytest.fixture
def app(tmp_path):
    return create_app(Settings(data_folder=tmp_path / "data", teacher_token=TOKEN))


@pytest.fixture
def teacher(app, client) -> TestClient:
    client.post("/teacher/enter", data={"token": TOKEN}, headers=OWN)
    return client


def do(client: TestClient, name: str, **fields: str):
    return client.post("/teacher/do", data={"do": name, **fields}, headers=HTMX)


def test_the_token_opens_the_page_once_and_for_all(client):
    assert 401 == client.get("/teacher").status_code
    answer = client.post(
        "/teacher/enter", data={"token": " K7MW2qxd9fhr "}, headers=OWN, follow_redirects=False
    )
    assert (303, "/teacher") == (answer.status_code, answer.headers["location"])
    cookie = answer.headers["set-cookie"]
    assert TOKEN not in cookie
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/teacher"))
    page = client.get("/teacher")
    assert 200 == page.status_code
    assert "no-store" == page.headers["cache-control"]
    client.post("/teacher/leave", headers=OWN)
    assert 401 == client.get("/teacher").status_code


@pytest.mark.parametrize("token", ["", "k7mw-2qxd-9fhx", "é" * 9, "k7mw"])
def test_a_wrong_token_opens_nothing(client, token):
    answer = client.post("/teacher/enter", data={"token": token}, headers=OWN)
    assert (403, "teacher_token_wrong") == (answer.status_code, answer.json()["code"])
    assert "set-cookie" not in answer.headers


def test_without_a_token_nobody_is_the_teacher(tmp_path):
    client = TestClient(create_app(Settings(data_folder=tmp_path)))
    assert 403 == client.post("/teacher/enter", data={"token": ""}, headers=OWN).status_code
    client.cookies.set("teacher", "", path="/teacher")
    assert 401 == client.get("/teacher").status_code


def test_tokens_are_long_enough_and_never_alike():
    made = {new_token() for _ in range(200)}
    assert 200 == len(made)
    assert all(len(token.replace("-", "")) == 12 for token in made)


@pytest.mark.parametrize("origin", [{"Origin": "http://evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize("path", ["/teacher/do", "/teacher/enter", "/teacher/leave", "/class/answer"])
def test_a_form_of_another_site_does_nothing(teacher, origin, path):
    data = {"do": "end", "token": TOKEN, "poll": "x", "option": "0"}
    answer = teacher.post(path, data=data, headers=origin)
    assert (403, "cross_site") == (answer.status_code, answer.json()["code"])


def test_only_the_teacher_acts(client):
    answer = client.post("/teacher/do", data={"do": "end"}, headers=OWN)
    assert (403, "teacher_only") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/?image=a&stack=gray|conv(box)&lang=es&theme=dark", "/?image=a&stack=gray|conv(box)"),
        ("http://10.0.0.7:8000/course/kernels?lang=en#ask", "/course/kernels"),
        ("/network", "/network"),
    ],
)
def test_pages_of_ours_can_be_shown(given, shown):
    assert shown == shown_address(given)


@pytest.mark.parametrize(
    "given",
    ["", "//evil.example/", "javascript:alert(1)", "/teacher", "/api/v1/samples", "/\\evil", "/?a=<b>", "/?a=1\n2",
     "/../etc", "/course/a/b", "/?" + "x" * 20_001],
)  # fmt: skip
def test_nothing_else_can(given):
    with pytest.raises(UserError, match="class_address_wrong"):
        shown_address(given)


def events(app, role: str, count: int = 1) -> list[dict[str, object]]:
    """The next things that a screen hears."""

    async def heard() -> list[dict[str, object]]:
        stream, found = app.state.services.classroom.stream(role), []
        await app.state.services.classroom.look()
        async for event in stream:
            if event.startswith("data: "):
                found.append(json.loads(event[6:]))
            if len(found) == count:
                break
        await stream.aclose()
        return found

    return asyncio.run(heard())


def test_what_is_shown_reaches_every_screen(app, teacher):
    do(teacher, "show", address="/course/kernels?lang=es")
    (told,) = events(app, "following")
    assert ("/course/kernels", True, False) == (told["address"], told["follow"], told["code"])
    do(teacher, "follow")
    assert not events(app, "following")[0]["follow"]


def test_a_question_is_asked_answered_changed_and_revealed(app, teacher):
    do(teacher, "show", address="/course/kernels")
    do(teacher, "ask", lesson="kernels")
    poll = str(events(app, "following")[0]["poll"])
    pupils = [TestClient(app) for _ in range(3)]
    for pupil, option in zip(pupils, "001", strict=True):
        answer = pupil.post("/class/answer", data={"poll": poll, "option": option}, headers=HTMX)
        assert 204 == answer.status_code
    pupils[0].post("/class/answer", data={"poll": poll, "option": "2"}, headers=HTMX)
    pupils[0].post("/class/answer", data={"poll": poll, "option": "2"}, headers=HTMX)

    assert (1, 1, 1) == app.state.services.classroom.latest.counts[:3]
    bar = pupils[0].get("/class/bar?as=following&lang=en").text
    assert 'value="2" aria-pressed="true"' in bar
    assert "<rect" not in bar  # no bars before the reveal, on no screen but the teacher's
    assert "<rect" not in teacher.get("/class/bar?as=boards").text
    assert "answers" not in events(app, "following")[0]
    assert 3 == events(app, "boards")[0]["answers"]
    assert "1 of 3" in teacher.get("/teacher?step=2&lang=en").text
    do(teacher, "reveal")
    assert "1 de 3" in pupils[0].get("/class/bar?as=away&lang=es").text
    late = pupils[1].post("/class/answer", data={"poll": poll, "option": "1"}, headers=OWN)
    assert (409, "class_question_closed") == (late.status_code, late.json()["code"])


def test_without_scripts_a_pupil_answers_on_the_classs_page(app, teacher):
    do(teacher, "ask", lesson="kernels")
    pupil = TestClient(app)
    page = pupil.get("/class?lang=en").text
    assert 'action="/class/answer?lang=en"' in page
    poll = page.split('name="poll" value="')[1].split('"')[0]
    answer = pupil.post(
        "/class/answer?lang=en", data={"poll": poll, "option": "0"}, headers=OWN, follow_redirects=False
    )
    assert (303, "/class?lang=en") == (answer.status_code, answer.headers["location"])


def test_the_page_works_without_scripts(teacher):
    answer = teacher.post(
        "/teacher/do",
        data={"do": "show", "address": "/network", "plan": "10", "step": "2"},
        headers=OWN,
        follow_redirects=False,
    )
    assert (303, "/teacher?plan=10&step=2") == (answer.status_code, answer.headers["location"])


def test_all_uploads_are_cleared_and_their_addresses_say_gone(app, teacher):
    from tests.browser.scene import png

    stored = teacher.post("/api/v1/images", files={"file": ("a.png", png(), "image/png")}).json()["image"]
    assert 200 == teacher.get(f"/api/v1/trace?image={stored}&stack=gray").status_code
    answer = do(teacher, "clear")
    assert '"cache"' == answer.headers["clear-site-data"]
    assert 410 == teacher.get(f"/api/v1/images/{stored}").status_code
    assert 0 == app.state.services.traces.counts().entries
    assert not list(app.state.services.settings.data_folder.glob("*.photo"))


def test_nothing_is_kept_or_logged_that_tells_who_a_pupil_is(app, teacher, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    do(teacher, "ask", lesson="kernels")
    poll = str(events(app, "following")[0]["poll"])
    pupil = TestClient(app, client=("203.0.113.77", 4242), headers={"User-Agent": "Marias phone"})
    answered = pupil.post("/class/answer", data={"poll": poll, "option": "1"}, headers=HTMX)

    assert answered.cookies["class-answer"] == f"{poll}.1"  # her own browser remembers her own answer
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    logged = "\n".join(record.getMessage() for record in caplog.records)
    for trace in ("203.0.113.77", "Marias phone"):
        assert trace.encode() not in written
        assert trace not in logged
    base = sqlite3.connect(tmp_path / "data" / "class.db")
    assert [(1, 1)] == base.execute("SELECT option, count FROM answers").fetchall()
    base.close()


def test_a_stream_is_counted_while_it_is_open(app, client):
    async def scene() -> None:
        room = app.state.services.classroom
        stream = room.stream("away")
        await anext(stream)
        assert 1 == (await room.look()).together.away
        await stream.aclose()
        assert 0 == (await room.look()).together.away

    asyncio.run(scene())


def test_closing_ends_every_stream(app):
    async def scene() -> None:
        room = app.state.services.classroom
        stream = room.stream("following")
        await anext(stream)
        await anext(stream)
        room.close()
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 5)

    asyncio.run(scene())


def test_a_folder_that_cannot_be_written_to_is_said_and_the_rest_works(tmp_path):
    app = create_app(Settings(data_folder=tmp_path, teacher_token=TOKEN))
    (tmp_path / "file").write_text("in the way")
    app.state.services.classroom.room.path = tmp_path / "file" / "class.db"
    with TestClient(app) as client:
        assert 200 == client.get("/health").status_code
        assert 200 == client.get("/api/v1/trace?image=pattern(edge)&stack=gray").status_code


def test_a_lesson_without_a_question_cannot_be_asked(app, teacher):
    course = app.state.services.course
    bare = replace(course.lessons[0], slug="bare", question=None)
    object.__setattr__(course, "lessons", (*course.lessons, bare))
    answer = teacher.post("/teacher/do", data={"do": "ask", "lesson": "bare"}, headers=OWN)
    assert (422, "class_no_question") == (answer.status_code, answer.json()["code"])
    assert '<option value="bare">' not in teacher.get("/teacher").text


def test_without_scripts_the_desk_is_a_page_and_with_them_a_part(teacher):
    part = teacher.get("/teacher", headers={"HX-Request": "true"})
    assert (200, "no-store") == (part.status_code, part.headers["cache-control"])
    assert "<html" not in part.text
    assert "<html" in teacher.get("/teacher").text


def test_what_is_not_asked_cannot_be_revealed_and_no_lesson_is_none(teacher):
    answer = teacher.post("/teacher/do", data={"do": "reveal"}, headers=OWN)
    assert (409, "class_question_closed") == (answer.status_code, answer.json()["code"])
    answer = teacher.post("/teacher/do", data={"do": "ask", "lesson": "nothing" * 9}, headers=OWN)
    assert (404, "lesson_unknown") == (answer.status_code, answer.json()["code"])
    assert ("nothing" * 9)[:40] in answer.json()["detail"]
    assert ("nothing" * 9)[:41] not in answer.json()["detail"]


def test_a_class_too_large_is_told_to_come_back(app, client, monkeypatch):
    monkeypatch.setattr("app.web.classroom.MOST_SCREENS", 0)
    answer = client.get("/class/events")
    assert (503, "busy") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"]
