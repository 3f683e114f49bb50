"""The API's own page: made from its description, readable without a network, a script or another host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from app.web.addresses import API
from app.web.deps import LanguageOf, theme_of
from app.web.docs_errors import errors_by_status
from app.web.pages.frame import PRIVATE, VARIES
from app.web.problems import MEDIA_TYPE as PROBLEM
from app.web.templating import render

PRINTED = "http://127.0.0.1:8000"  # where the descriptions say that the server is
router = APIRouter(include_in_schema=False)
UNTOLD = "Successful Response"  # what FastAPI says of an answer that nobody described
DOCUMENT = f"{API}/openapi.json"
JSON = "application/json"


class Described(FastAPI):
    """A program whose description tells refusals as they are sent: FastAPI would call them plain JSON."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            for methods in super().openapi()["paths"].values():
                for operation in methods.values():
                    for status, answer in operation["responses"].items():
                        if int(status) >= 400:
                            answer["content"] = {PROBLEM: answer["content"][JSON]}
        return super().openapi()


@dataclass(frozen=True)
class Block:
    """A paragraph, or code to copy."""

    text: Markup
    is_code: bool


@dataclass(frozen=True)
class Parameter:
    """One parameter of a call, or one field of a body."""

    name: str
    where: str
    type: str
    required: bool
    default: str
    text: Markup


@dataclass(frozen=True)
class Call:
    """One call."""

    key: str
    method: str
    path: str
    summary: str
    blocks: tuple[Block, ...]
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, Markup], ...]


@router.get("/docs")
async def page(request: Request, language: LanguageOf) -> Response:
    """The page."""
    document: dict[str, Any] = request.app.openapi()
    values = {
        "page": "docs",
        "theme": theme_of(request),
        "language_url": lambda code: f"/docs?lang={code}",
        "groups": groups_of(document),
        "errors": errors_by_status(language),
        "document_url": DOCUMENT,
    }
    page = render("docs/page.html", language, values)
    here = str(escape(str(request.base_url).rstrip("/")))  # so that the examples run as printed on any port
    return HTMLResponse(page.replace(PRINTED, here), headers={"Vary": VARIES, **PRIVATE})


def groups_of(document: Mapping[str, Any]) -> dict[str, list[Call]]:
    """The calls by resource, in the order of the description."""
    groups: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            call = _call(document, path, method, operation)
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


def _call(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Call:
    parameters = [_parameter(p["name"], p["in"], p) for p in operation.get("parameters", [])]
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, body in content.items():
        schema = _resolved(document, body.get("schema", {}))
        required = schema.get("required", [])
        for name, field in schema.get("properties", {}).items():
            parameters.append(_parameter(name, media_type, {"schema": field, "required": name in required}))
    answers = tuple(
        (status, inline(answer["description"].replace(UNTOLD, "")))
        for status, answer in operation["responses"].items()
    )
    return Call(
        key=re.sub(r"\W+", "-", f"{method}{path.removeprefix(API)}").strip("-"),
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        blocks=blocks_of(operation.get("description", "")),
        parameters=tuple(parameters),
        answers=answers,
    )


def _parameter(name: str, where: str, found: Mapping[str, Any]) -> Parameter:
    schema = found.get("schema", {})
    default = schema.get("default")
    return Parameter(
        name=name,
        where=where,
        type=_type(schema),
        required=bool(found.get("required")),
        default="" if default is None else str(default),
        text=inline(found.get("description") or schema.get("description", "")),
    )


def _type(schema: Mapping[str, Any]) -> str:
    """A schema's type in a few characters: `8..2048`, `keep | crop`, `string`."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"] if part.get("type") != "null")
    kind = "file" if schema.get("format") == "binary" else str(schema.get("type", ""))
    if "minimum" in schema and "maximum" in schema:
        return f"{kind} {schema['minimum']}..{schema['maximum']}"
    return kind


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found
