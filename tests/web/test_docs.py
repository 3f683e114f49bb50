"""The API's page: every error has its entry, every answer its fields."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.domain.errors import UserError
from app.i18n import LANGUAGES, Language, load_catalogue
from app.main import create_app
from app.settings import Settings
from app.web.api.classify_schemas import ClassifyOut
from app.web.api.schemas import UploadOut
from app.web.docs_fields import description_of, example_of, fields_of, type_of
from app.web.language import say_in
from app.web.problems import problem, status_of_code
from tests.web.api.pictures import jpeg_bytes
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


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(data_folder=tmp_path_factory.mktemp("described"))).openapi()


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every answer of every call, with the call's name and the status."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                yield f"{method} {path}", status, answer


def test_every_field_of_an_answer_says_what_it_is(document: dict[str, Any]) -> None:
    untold = [
        (call, field.name)
        for call, _, answer in answers(document)
        for content in answer.get("content", {}).values()
        for field in fields_of(document, content.get("schema", {}))
        if not description_of(document, field.schema)
    ]

    assert [] == untold


def test_the_document_describes_refusals_as_they_are_sent_and_leaves_no_answer_untold(
    document: dict[str, Any],
) -> None:
    for call, status, answer in answers(document):
        assert answer["description"] not in ("Successful Response", "Validation Error"), call
        if int(status) >= 400:
            schema = answer["content"]["application/problem+json"]["schema"]
            assert {"$ref": "#/components/schemas/Problem"} == schema, call
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_call_shows_what_comes_back(page: str, language: Language) -> None:
    say = say_in(language)
    call = page.partition('id="post-classify"')[2].partition("</article>")[0]

    assert f"<strong>{say('api.status_200')}</strong>" in call
    assert f'href="#status-415"><code>415</code> {say("api.status_415")}' in call
    whole = say("api.type_map", of=say("api.type_numbers"))
    assert f'<code>probabilities</code></th><td>{whole}</td><td lang="en">By class' in call
    assert "&#34;other_probability&#34;: 0.014" in call


def test_a_default_is_told_from_the_values_where_no_column_heads_it(page: str, language: Language) -> None:
    call = page.partition('id="get-trace"')[2].partition("</article>")[0]
    fit = call.partition("<code>fit</code>")[2].partition("</tr>")[0]

    assert (
        f'<td>keep | crop | squeeze</td><td data-label="{say_in(language)("api.default")}">keep</td>' in fit
    )


def test_fields_inside_of_lists_and_objects_have_dotted_names(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/TraceOut"}
    names = [field.name for field in fields_of(document, schema)]

    assert ["stack", "image", "stages", "stages[].stage"] == names[:4]
    assert {"stages[].receptive_field.jump", "refused.code", "upload.original"} <= set(names)


@pytest.mark.parametrize(
    ("schema", "english", "spanish"),
    [
        ({"type": "number", "minimum": 8.0, "maximum": 128.0}, "number 8..128", "número 8..128"),
        ({"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, "integer 0..2147483647", None),
        ({"type": "array", "items": {"type": "string"}}, "list of texts", "lista de textos"),
        (
            {"type": "array", "items": {"type": "array", "prefixItems": [{"type": "number"}] * 2}},
            "list of lists of 2 numbers",
            "lista de listas de 2 números",
        ),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null", "entero o null"),
        ({"enum": ["keep", "crop"]}, "keep | crop", "keep | crop"),
        ({"type": "string", "format": "binary"}, "file", "archivo"),
        ({"additionalProperties": {}, "type": "object"}, "object of any values by name", None),
        ({}, "any value", "cualquier valor"),
    ],
)
def test_a_type_is_told_in_words(schema: dict[str, Any], english: str, spanish: str | None) -> None:
    assert english == type_of({}, schema, say_in("en"))
    assert spanish in (None, type_of({}, schema, say_in("es")))


def test_examples_are_answers_as_they_come(client: TestClient, document: dict[str, Any]) -> None:
    upload = client.post("/api/v1/images", files={"file": ("a.jpg", jpeg_bytes(), "image/jpeg")}).json()
    label = client.post("/api/v1/classify", json={"image": "cat-chelsea"}).json()
    for model, real in ((UploadOut, upload), (ClassifyOut, label)):
        shown = example_of(document["components"]["schemas"][model.__name__])
        assert shown == model(**shown).model_dump(exclude_unset=True)
        assert shape(real) == shape(shown)


def shape(value: object) -> object:
    """The names in an answer with the types of its values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value)
