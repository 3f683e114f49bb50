"""Bodies that come as JSON or as a form with a file: read once, checked by the same models."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from app.domain.errors import UserError
from app.store.colours import Colour
from app.store.decode import WHITE

Model = TypeVar("Model", bound=BaseModel)
FILE = "file"
MAX_FIELDS = 16
MAX_FILES = 100  # counted before they are refused with a sentence


def content_type(request: Request) -> str:
    """The declared media type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, model: type[Model]) -> Model:
    """A JSON body.

    Raises
    ------
    UserError
        `request_json`, with the position of the fault.
    RequestValidationError
        When it is JSON, but not the object expected.
    """
    raw = await request.body()
    try:
        found = json.loads(raw)
    except json.JSONDecodeError as fault:
        raise UserError("request_json", position=fault.pos) from None
    except (ValueError, RecursionError):  # no UTF-8, or brackets without end
        raise UserError("request_json", position=0) from None
    return check(model, found)


async def read_form(request: Request, model: type[Model]) -> tuple[Model, bytes]:
    """A multipart form: its fields, and the bytes of its `file`."""
    fields, data, _ = await read_named_form(request, model)
    return fields, data


async def read_named_form(request: Request, model: type[Model]) -> tuple[Model, bytes, str]:
    """The same with the name that the file had where it came from; it may be empty."""
    async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
        file = form.get(FILE)
        if not isinstance(file, UploadFile):
            raise UserError("request_missing", name=FILE)
        fields = {name: value for name, value in form.items() if name != FILE}
        return check(model, fields), await file.read(), file.filename or ""


async def read_files_form(request: Request, model: type[Model], most: int) -> tuple[Model, list[bytes]]:
    """A multipart form with one or several `file`s; `batch_size` when there are more than `most`."""
    async with request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS) as form:
        files = [file for file in form.getlist(FILE) if isinstance(file, UploadFile) and file.size]
        if not 1 <= len(files) <= most:
            raise UserError("batch_size", count=len(files), limit=most)
        fields = {name: value for name, value in form.items() if name != FILE}
        return check(model, fields), [await file.read() for file in files]


def check(model: type[Model], found: Any) -> Model:
    """Validate plain data; faults name their place in the body."""
    try:
        return model.model_validate(found)
    except ValidationError as faults:
        places = [{**fault, "loc": ("body", *fault["loc"])} for fault in faults.errors(include_url=False)]
        raise RequestValidationError(places) from None


def unread(request: Request, *expected: str) -> UserError:
    """The fault of a body in a form that is not read here, or that does not tell its form."""
    known = ", ".join(expected)
    if given := content_type(request)[:80]:
        return UserError("content_type_unread", given=given, known=known)
    return UserError("content_type_missing", known=known)


def background_of(text: str | None) -> Colour:
    """A colour written `#rrggbb`; white if none is given."""
    if not text:
        return WHITE
    if not re.fullmatch(r"#?[0-9a-fA-F]{6}", text):
        raise UserError("background_wrong", value=text[:20])
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def one_of(*models: type[BaseModel], file: type[BaseModel] | None = None) -> dict[str, Any]:
    """The OpenAPI description of a body that is read by hand."""
    content: dict[str, Any] = {}
    for model in models:
        content["application/json"] = {"schema": _inline(model)}
    if file is not None:
        schema = _inline(file)
        schema["properties"] = {
            FILE: {"type": "string", "format": "binary", "description": "The file itself."},
            **schema["properties"],
        }
        schema["required"] = [FILE, *schema.get("required", [])]
        content["multipart/form-data"] = {"schema": schema}
    return {"requestBody": {"required": True, "content": content}}


def _inline(model: type[BaseModel]) -> dict[str, Any]:
    """The schema with every part that it refers to written out: none of them stands in the description by itself."""
    schema = model.model_json_schema()
    return cast(dict[str, Any], _written_out(schema, schema.pop("$defs", {})))


def _written_out(part: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_written_out(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found = definitions[part["$ref"].rpartition("/")[2]]
        part = {**found, **{name: value for name, value in part.items() if name != "$ref"}}
    return {name: _written_out(value, definitions) for name, value in part.items()}
