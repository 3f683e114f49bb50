"""The API's own page: made from its description, readable without a network, a script or another host."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from app.web.addresses import API
from app.web.api.answers import MEANINGS
from app.web.deps import LanguageOf, theme_of
from app.web.docs_errors import errors_by_status
from app.web.docs_fields import (
    Document,
    Field,
    description_of,
    example_of,
    fields_of,
    resolved,
    type_of,
    without_null,
)
from app.web.language import Say, say_in
from app.web.pages.frame import PRIVATE, VARIES
from app.web.problems import MEDIA_TYPE as PROBLEM
from app.web.templating import render

PRINTED = "http://127.0.0.1:8000"  # where the descriptions say that the server is
router = APIRouter(include_in_schema=False)
UNTOLD = "Successful Response"  # what FastAPI says of an answer that nobody described
FORM_OF_FASTAPI = ("HTTPValidationError", "ValidationError")  # a fault, as FastAPI would send it
PLACES = ("query", "path", "header")
DOCUMENT = f"{API}/openapi.json"
JSON = "application/json"


class Described(FastAPI):
    """A program whose description tells answers as they are sent.

    FastAPI would call refusals plain JSON, describe a fault of its own form, and leave answers untold.
    """

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for methods in document["paths"].values():
                for operation in methods.values():
                    for status, answer in operation["responses"].items():
                        _tell(document, status, answer)
            for unsent in FORM_OF_FASTAPI:
                document["components"]["schemas"].pop(unsent, None)
        return super().openapi()


def _tell(document: Document, status: str, answer: dict[str, Any]) -> None:
    """Describe one answer as it is sent."""
    if int(status) >= 400:
        answer["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        answer["description"] = MEANINGS[int(status)]
    elif answer["description"] == UNTOLD:
        schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
        answer["description"] = resolved(document, schema).get("description", "Nothing comes back.")


@dataclass(frozen=True)
class Block:
    """A paragraph, or code to copy."""

    text: Markup
    is_code: bool


@dataclass(frozen=True)
class Row:
    """One parameter of a call, or one field of a body or an answer."""

    name: str
    where: str
    type: str
    required: bool
    default: str
    text: Markup


@dataclass(frozen=True)
class Answer:
    """What comes back when all went well."""

    status: str
    media_type: str
    text: Markup
    fields: tuple[Row, ...]
    example: str


@dataclass(frozen=True)
class Call:
    """One call."""

    key: str
    method: str
    path: str
    summary: str
    blocks: tuple[Block, ...]
    parameters: tuple[Row, ...]
    answers: tuple[Answer, ...]
    refusals: tuple[str, ...]


@router.get("/docs")
async def page(request: Request, language: LanguageOf) -> Response:
    """The page."""
    document: dict[str, Any] = request.app.openapi()
    values = {
        "page": "docs",
        "theme": theme_of(request),
        "language_url": lambda code: f"/docs?lang={code}",
        "groups": groups_of(document, say_in(language)),
        "errors": errors_by_status(language),
        "document_url": DOCUMENT,
    }
    page = render("docs/page.html", language, values)
    here = str(escape(str(request.base_url).rstrip("/")))  # so that the examples run as printed on any port
    return HTMLResponse(page.replace(PRINTED, here), headers={"Vary": VARIES, **PRIVATE})


def groups_of(document: Document, say: Say) -> dict[str, list[Call]]:
    """The calls by resource, in the order of the description."""
    groups: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            call = _call(document, path, method, operation, say)
            groups.setdefault(operation["tags"][0], []).append(call)
    return groups


def blocks_of(text: str) -> tuple[Block, ...]:
    """Paragraphs and fenced code of a description."""
    found = []
    for index, part in enumerate(re.split(r"```\w*\n?", text)):
        if index % 2:
            found.append(Block(escape(part.rstrip()), True))
        else:
            found += [Block(inline(p.strip()), False) for p in part.split("\n\n") if p.strip()]
    return tuple(found)


def inline(text: str) -> Markup:
    """A line of a description as HTML: what stands between backticks is code."""
    coded = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(coded)  # nosec B704  # escaped above


def _call(document: Document, path: str, method: str, operation: Mapping[str, Any], say: Say) -> Call:
    parameters = [
        _row(
            document,
            Field(p["name"], p.get("schema", {}) | _described(p), bool(p.get("required"))),
            say,
            p["in"],
        )
        for p in operation.get("parameters", [])
    ]
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        fields = fields_of(document, body.get("schema", {}))
        parameters += [_row(document, field, say, media_type) for field in fields]
    responses = operation["responses"].items()
    return Call(
        key=re.sub(r"\W+", "-", f"{method}{path.removeprefix(API)}").strip("-"),
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        blocks=blocks_of(operation.get("description", "")),
        parameters=tuple(parameters),
        answers=tuple(
            _answer(document, status, told, say) for status, told in responses if int(status) < 400
        ),
        refusals=tuple(status for status, _ in responses if int(status) >= 400),
    )


def _answer(document: Document, status: str, told: Mapping[str, Any], say: Say) -> Answer:
    contents: dict[str, Any] = told.get("content", {})
    media_type = next(iter(contents), "")
    schema = resolved(document, contents.get(media_type, {}).get("schema", {}))
    example = example_of(schema)
    return Answer(
        status=status,
        media_type=media_type,
        text=inline(told["description"]),
        fields=tuple(_row(document, field, say) for field in fields_of(document, schema)),
        example=json.dumps(example, indent=2) if example else "",
    )


def _described(parameter: Mapping[str, Any]) -> dict[str, str]:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _row(document: Document, field: Field, say: Say, where: str = "") -> Row:
    return Row(
        name=field.name,
        where=say(f"api.where_{where}") if where in PLACES else where,
        type=type_of(document, without_null(field.schema) if where else field.schema, say),
        required=field.required,
        default=field.default,
        text=inline(description_of(document, field.schema)),
    )
