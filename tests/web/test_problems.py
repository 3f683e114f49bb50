"""Faults as answers: a sentence for every code, in both languages; forms, statuses and members."""

import ast
import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import NotationError, Refusal, UserError
from app.i18n import LANGUAGES, load_catalogue
from app.web.language import say_in
from app.web.problems import STATUS, problem

APP = Path(__file__).resolve().parents[2] / "app"
RAISED = ("UserError", "NotationError", "Refusal")


def codes() -> set[str]:
    """Every code that the program raises, read from its sources."""
    calls = [
        node
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in RAISED
        and node.args
    ]
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)} | set(STATUS)


def test_every_code_has_a_sentence():
    catalogue = load_catalogue()

    assert [] == sorted(code for code in codes() if f"errors.{code}" not in catalogue)


def test_every_status_has_a_title():
    catalogue = load_catalogue()

    assert [] == [status for status in {*STATUS.values(), 422} if f"api.status_{status}" not in catalogue]


@pytest.mark.parametrize("language", LANGUAGES)
def test_members_of_a_refusal_and_of_a_fault_in_a_text(language):
    say = say_in(language)
    refusal = problem(Refusal("too_many_maps", suggestion="conv(box)", formula="f", maps=600, limit=512), say)
    fault = problem(NotationError("unknown_layer", 3, name="rellu", nearest="relu", known="relu"), say)

    assert (512, "conv(box)", "f", 422) == tuple(
        refusal[k] for k in ("limit", "suggestion", "formula", "status")
    )
    assert (3, "relu") == (fault["position"], fault["suggestion"])
    assert "rellu" in fault["detail"]


@pytest.mark.parametrize(("language", "words"), [("en", "a value"), ("es", "un valor")])
def test_what_was_expected_is_spelled_out(client, language, words):
    answer = client.get(
        "/api/v1/trace", params={"image": "cat-chelsea", "stack": "maxpool(size=", "lang": language}
    )

    assert (422, 13) == (answer.status_code, answer.json()["position"])
    assert words in answer.json()["detail"]
    assert "“”" not in answer.json()["detail"]
    assert "«»" not in answer.json()["detail"]


def test_an_unknown_kernel_is_not_found_by_name_and_unusable_in_a_text():
    say = say_in("en")
    params = {"name": "x", "nearest": "box", "known": "box"}

    assert 404 == problem(UserError("unknown_kernel", **params), say)["status"]
    assert 422 == problem(NotationError("unknown_kernel", 5, **params), say)["status"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("es", "es"),
        ("es-AR,en;q=0.5", "es"),
        ("en;q=0.4, es;q=0.9", "es"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_details_speak_the_language_that_is_accepted(client, accepted, language):
    answer = client.get("/api/v1/trace?image=nobody", headers={"accept-language": accepted})
    known = say_in(language)("errors.image_unknown", image="nobody", nearest=answer.json()["suggestion"])

    assert known == answer.json()["detail"]
    assert language == answer.headers["content-language"]
    assert "Accept-Language" in answer.headers["vary"]


def test_the_address_outweighs_the_header(client):
    answer = client.get("/api/v1/trace?image=nobody&lang=es", headers={"accept-language": "en"})

    assert "es" == answer.headers["content-language"]


@pytest.mark.parametrize(
    ("headers", "is_whole"), [({"hx-request": "true"}, False), ({"accept": "text/html,*/*"}, True)]
)
def test_a_page_gets_html_with_the_same_status(client, headers, is_whole):
    answer = client.get("/nowhere<b>", headers=headers)

    assert (404, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert '<section id="problem"' in answer.text
    assert is_whole == ("<html" in answer.text)
    assert "<b>" not in answer.text


def test_the_api_gives_json_to_browsers_too(client):
    answer = client.get("/api/v1/nowhere", headers={"accept": "text/html"})

    assert "application/problem+json" == answer.headers["content-type"]


def test_a_fault_of_the_program_tells_nothing_of_itself(app, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret")

    monkeypatch.setattr(type(app.state.services.explorer), "trace", broken)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/trace?image=cat-chelsea")

    assert (500, "internal") == (answer.status_code, json.loads(answer.text)["code"])
    assert "secret" not in answer.text
    assert "nosniff" == answer.headers["x-content-type-options"]
