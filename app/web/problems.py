"""Faults as answers: problem details (RFC 9457) for programs, HTML with the same status for pages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.domain.errors import NotationError, Refusal, UserError
from app.engine.trace import Cancelled
from app.i18n import Language
from app.web.deps import services_of, theme_of
from app.web.language import Say, language_of, say_fault, say_in
from app.web.security import SECURITY_HEADERS, TooLarge
from app.web.templating import render

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "2"
CLIENT_GONE = 499  # nginx's number; nobody is there to read it

UNUSABLE = 422

STATUS: Mapping[str, int] = {
    "too_many_bytes": 413,
    "too_many_pixels": 413,
    "side_too_long": 413,
    "too_many_scans": 413,
    "body_too_large": 413,
    "network_too_many_bytes": 413,
    "network_pickle": 415,
    "network_not_safetensors": 415,
    "foreign_picture": 415,
    "not_a_picture": 415,
    "content_type_unread": 415,
    "content_type_missing": 415,
    "image_unknown": 404,
    "photo_unknown": 404,
    "network_unknown": 404,
    "challenge_unknown": 404,
    "dreams_missing": 404,
    "no_such_dream": 404,
    "no_such_dream_unit": 404,
    "lesson_unknown": 404,
    "own_network_unknown": 404,
    "unknown_kernel": 404,  # asked for by name; one inside a text has a position
    "learning_unknown": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "photo_expired": 410,
    "network_expired": 410,
    "learning_expired": 410,
    "wrong_delete_token": 403,
    "wrong_network_token": 403,
    "cross_site": 403,
    "teacher_token_wrong": 403,
    "teacher_only": 403,
    "class_question_closed": 409,
    "store_full": 503,
    "network_store_full": 503,
    "store_unwritable": 503,
    "store_unreadable": 503,
    "learnings_full": 503,
    "busy": 503,
    "class_unkept": 503,
    "no_network": 503,
    "body_unreadable": 400,
    "internal": 500,
}


def status_of(error: UserError) -> int:
    """The HTTP status of a fault; what is merely wrong is unusable, and so is every fault inside a stack's text."""
    return UNUSABLE if isinstance(error, NotationError) else status_of_code(error.code)


def status_of_code(code: str) -> int:
    """The HTTP status of a fault outside of a stack's text."""
    return STATUS.get(code, UNUSABLE)


def add_handlers(app: FastAPI) -> None:
    """Let every fault end in `answer`."""
    app.add_exception_handler(UserError, _user_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Cancelled, _gone)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)


def answer(request: Request, error: UserError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a fault, in the language and form that the request asks for."""
    language = language_of(
        request.query_params, request.headers, services_of(request).settings.default_language
    )
    say = say_in(language)
    document = problem(error, say)
    sent = {
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        **(headers or {}),
    }
    if document["status"] == 503:
        sent["Retry-After"] = RETRY_SECONDS
    if wants_html(request):
        content, media_type = _page(request, document, language).encode("utf-8", "replace"), "text/html"
    else:
        content, media_type = json.dumps(document).encode(), MEDIA_TYPE
    return Response(content, document["status"], sent, media_type)


def wants_html(request: Request) -> bool:
    """Whether a page asks: htmx, or a browser outside the API."""
    if request.url.path.startswith("/api/"):
        return False
    return "hx-request" in request.headers or "text/html" in request.headers.get("accept", "")


def _page(request: Request, document: Mapping[str, Any], language: Language) -> str:
    """The part that htmx swaps in, or a whole page for whoever came by an address."""
    if "hx-request" in request.headers:
        return render("errors/_problem.html", language, {"problem": document})
    back = "/network" if request.url.path.startswith("/network") else "/"
    frame = {"page": "fault", "theme": theme_of(request), "language_url": lambda code: f"?lang={code}"}
    return render("errors/page.html", language, {"problem": document, "back": back, **frame})


def problem(error: UserError, say: Say) -> dict[str, Any]:
    """The members of a problem document."""
    status = status_of(error)
    document: dict[str, Any] = {
        "type": f"/docs#{error.code}",
        "title": say(f"api.status_{status}"),
        "status": status,
        "detail": say_fault(error, say),
        "code": error.code,
    }
    if isinstance(error, NotationError):
        document["position"] = error.position
    elif "position" in error.params:
        document["position"] = error.params["position"]
    if isinstance(stage := error.params.get("stage"), int) and "refusal" in error.params:
        document["stage"] = stage
    if isinstance(limit := error.params.get("limit"), int | float) and math.isfinite(limit):
        document["limit"] = limit
    if isinstance(error, Refusal) and error.formula:
        document["formula"] = error.formula
    if suggestion := suggestion_of(error):
        document["suggestion"] = suggestion
    return document


def suggestion_of(error: UserError) -> str:
    """What would do instead: the layer that fits, the mend, or the nearest known word."""
    if isinstance(error, Refusal):
        return error.suggestion
    return str(error.params.get("mend") or error.params.get("nearest") or "")


async def _user_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    return answer(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(request, from_validation(error.errors()[0]))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, TooLarge):
        fault = UserError("body_too_large", limit=error.limit)
    else:
        codes = {404: "not_found", 405: "method_not_allowed"}
        code = codes.get(error.status_code, "body_unreadable")
        fault = UserError(code, path=request.url.path[:80], method=request.method)
    return answer(request, fault, error.headers)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)


async def _bug(request: Request, error: Exception) -> Response:
    return answer(request, UserError("internal"), SECURITY_HEADERS)  # answered outside of the middleware


_BY_TYPE = {
    "missing": "request_missing",
    "extra_forbidden": "request_unknown",
    "int_parsing": "request_whole_number",
    "int_type": "request_whole_number",
    "int_from_float": "request_whole_number",
    "int_parsing_size": "request_whole_number",
    "float_parsing": "request_number",
    "float_type": "request_number",
    "finite_number": "request_number",
    "greater_than_equal": "request_too_small",
    "less_than_equal": "request_too_large",
    "string_too_short": "request_missing",
    "string_too_long": "request_too_long",
    "literal_error": "request_choice",
    "json_invalid": "request_json",
    "model_attributes_type": "request_object",
    "model_type": "request_object",
    "dict_type": "request_object",
}


def from_validation(fault: Mapping[str, Any]) -> UserError:
    """One of pydantic's faults as ours."""
    place, context = fault["loc"], fault.get("ctx", {})
    name = ".".join(str(part) for part in place[1:]) or str(place[0])
    code = _BY_TYPE.get(fault["type"], "request_wrong")
    limit = context.get("ge", context.get("le", context.get("max_length")))
    params: dict[str, Any] = {"name": name[:80]}
    if limit is not None:
        params["limit"] = limit
    if code == "request_choice":
        params["choices"] = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    if code == "request_json" and isinstance(place[-1], int):
        params["position"] = place[-1]
    return UserError(code, **params)
