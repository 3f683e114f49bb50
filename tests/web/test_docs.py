"""The API's page: every error has its entry."""

import html
import re
from collections import Counter

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import UserError
from app.i18n import LANGUAGES, Language, load_catalogue
from app.web.language import say_in
from app.web.problems import problem, status_of_code
from tests.web.test_problems import codes

TEXTS = load_catalogue().keys()
KNOWN = sorted(codes() | {key.removeprefix("errors.") for key in TEXTS if key.startswith("errors.")})


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    return request.param


@pytest.fixture
def page(client: TestClient, language: Language) -> str:
    return client.get("/docs", params={"lang": language}).text


def test_every_type_of_an_error_leads_to_its_entry(page: str) -> None:
    anchors = set(re.findall(r'id="([^"]*)"', page))
    params = {name: 1 for key in TEXTS for name in load_catalogue().placeholders(key)}
    params["expected"] = "value"
    for code in KNOWN:
        place, _, anchor = problem(UserError(code, **params), say_in("en"))["type"].partition("#")
        assert "/docs" == place
        assert anchor in anchors, code


def test_an_entry_stands_below_its_status_with_its_sentence(page: str, language: Language) -> None:
    for code in KNOWN:
        before, _, entry = page.partition(f'<div id="{code}">')
        entry = entry.partition("</div>")[0]
        assert str(status_of_code(code)) == re.findall(r'id="status-(\d+)"', before)[-1]
        template = load_catalogue().template(f"errors.{code}", language)
        for name in load_catalogue().placeholders(f"errors.{code}"):
            assert f"<var>{name}</var>" in entry
            template = template.replace(f"{{{name}}}", name)
        assert template in html.unescape(re.sub(r"</?var>", "", entry))


def test_no_anchor_stands_twice(page: str) -> None:
    assert [] == [name for name, times in Counter(re.findall(r'id="([^"]*)"', page)).items() if times > 1]
