"""The class for whoever joins it: the way in, the projector's screen, what is asked, and the stream of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.i18n import Language
from app.lessons import Lesson
from app.web.classroom import ROLES, Role, Snapshot
from app.web.deps import LanguageOf, Services, ServicesOf
from app.web.lan import qr_svg, room_address
from app.web.pages.frame import page, part
from app.web.pages.query import one_of, whole

ANSWER = "class-answer"  # the cookie with this browser's own answer, so that it can be changed
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Bar:
    """How often an answer was given: a share of all, and of the most frequent for drawing."""

    text: Mapping[str, str]
    right: bool
    count: int
    share: float


@router.get("/class")
async def join(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """The way in: scripts follow from here; without them the page shows what is asked and leads on."""
    values = class_values(request, services, await services.classroom.look(), lang, "following")
    return page(request, "class/join.html", lang, "class", lambda code: f"/class?lang={code}", values)


@router.get("/class/board")
async def board(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """The projector's screen: the code and the address to join by."""
    values = class_values(request, services, await services.classroom.look(), lang, "boards")
    address = joining_address(request, services)
    values |= {"address": address, "qr": qr_svg(address)}
    return page(request, "class/board.html", lang, "class", lambda code: f"/class/board?lang={code}", values)


@router.get("/class/bar")
async def bar(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """The strip at the foot of every page of a screen that joined."""
    role = _role(request)
    values = class_values(request, services, services.classroom.latest, lang, role)
    return part("class/_bar.html", lang, values)


@router.get("/class/events")
async def events(request: Request, services: ServicesOf) -> Response:
    """Changes of the class as they come; the streams that are open are all that is known of who is there."""
    services.classroom.require_room()
    stream = services.classroom.stream(_role(request))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.post("/class/answer")
async def answer(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """Count an answer to the open question; one that this browser gave before is taken back."""
    async with request.form(max_files=0, max_fields=8) as form:
        poll, option = str(form.get("poll", ""))[:16], whole(str(form.get("option", "")), "option")
    before = chosen(request, poll)
    if before != option:
        await services.classroom.change(lambda: services.classroom.room.vote(poll, option, before))
    there = f"/class?lang={lang}"
    answered: Response = (
        Response(status_code=204) if "hx-request" in request.headers else RedirectResponse(there, 303)
    )
    answered.set_cookie(ANSWER, f"{poll}.{option}", path="/class", httponly=True, samesite="lax")
    return answered


def class_values(
    request: Request, services: Services, found: Snapshot, lang: Language, role: Role
) -> dict[str, Any]:
    """What the class's templates need."""
    asked = asked_lesson(services, found)
    return {
        "found": found,
        "role": role,
        "asked": asked,
        "bars": bars(asked, found) if asked and found.state.stage == "revealed" else (),
        "chosen": chosen(request, found.state.poll),
        "screen": with_language(found.state.address, lang) if found.state.address else "",
        "lesson_shown": found.state.lesson,
    }


def asked_lesson(services: Services, found: Snapshot) -> Lesson | None:
    """The lesson whose question is asked or was answered."""
    lesson = services.course.find(found.state.lesson) if found.state.stage != "none" else None
    return lesson if lesson is not None and lesson.question is not None else None


def bars(lesson: Lesson, found: Snapshot) -> tuple[Bar, ...]:
    """The answers of a question with how often each was given."""
    whole_ = max(1, found.answers)
    options = lesson.question.options if lesson.question else ()
    rows = zip(options, found.counts, strict=False)
    return tuple(Bar(option.text, option.right, count, 100 * count / whole_) for option, count in rows)


def chosen(request: Request, poll: str) -> int | None:
    """What this browser answered to a question."""
    given, _, option = request.cookies.get(ANSWER, "").partition(".")
    return int(option) if poll and given == poll and option.isdecimal() and len(option) < 4 else None


def joining_address(request: Request, services: Services) -> str:
    """The address that the room types: the one set or found, else the one that this page was opened by."""
    return (room_address(services.settings) or str(request.base_url).rstrip("/")) + "/class"


def with_language(address: str, lang: str) -> str:
    """A shown page in a language."""
    return f"{address}{'&' if '?' in address else '?'}lang={lang}"


def _role(request: Request) -> Role:
    given = one_of(request.query_params.get("as", "following"), ROLES)
    return next(role for role in ROLES if role == given)
