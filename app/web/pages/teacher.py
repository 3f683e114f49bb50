"""The teacher's page: what the class is shown and asked, who is connected, load and errors; one form an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app.domain.errors import UserError
from app.i18n import LANGUAGES, Language
from app.lessons import Lesson
from app.lessons.plans import Plan, plans
from app.store.room import Room
from app.web.addresses import encode
from app.web.classroom import Snapshot, shown_address
from app.web.deps import LanguageOf, Services, ServicesOf
from app.web.lan import qr_svg
from app.web.language import say_fault, say_in
from app.web.pages.classroom import asked_lesson, bars, joining_address, with_language
from app.web.pages.frame import is_partial, page, part
from app.web.pages.query import one_of, whole
from app.web.problems import status_of, wants_html
from app.web.teacher_access import COOKIE, COOKIE_PATH, enter, is_teacher, require_teacher

router = APIRouter(include_in_schema=False)
Given = Mapping[str, str]
VIEWS = ("desk", "presenter")


@dataclass(frozen=True)
class Desk:
    """The page's address: the plan and its step, and whether it is drawn large."""

    plan: str = "45"
    step: int = 0
    view: str = "desk"
    lang: str = ""

    @classmethod
    def read(cls, given: Given) -> Desk:
        """The state that a query or a form asks for."""
        return cls(
            plan=given.get("plan") or "45",
            step=whole(given.get("step") or "0", "step"),
            view=one_of(given.get("view") or "desk", VIEWS),
            lang=given.get("lang", "") if given.get("lang", "") in LANGUAGES else "",
        )

    def pairs(self, **changes: object) -> dict[str, str]:
        """The state as it stands in the address, with changes."""
        usual = {"plan": "45", "step": "0", "view": "desk", "lang": ""}
        now = {name: str(changes.get(name, getattr(self, name))) for name in usual}
        return {name: value for name, value in now.items() if value != usual[name]}

    def url(self, **changes: object) -> str:
        query = encode(self.pairs(**changes))
        return "/teacher" + (f"?{query}" if query else "")

    def language_url(self, code: str) -> str:
        """The page in another language."""
        return self.url(lang=code)


@router.get("/teacher")
async def show(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """The page, or the form that asks for the token."""
    desk = Desk.read(request.query_params)
    if not is_teacher(request, services.settings):
        return _ask_token(request, services, desk, lang, 401)
    values = _values(request, services, await services.classroom.look(), desk, lang)
    kept = {"Cache-Control": "no-store"}
    if is_partial(request):
        return part("teacher/_desk.html", lang, {"page": "teacher", **values})
    return page(request, "teacher/page.html", lang, "teacher", desk.language_url, values, 200, **kept)


@router.post("/teacher/enter")
async def let_in(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """Take the token once; a cookie stands for it from then on. A page that gave a wrong one is asked again."""
    given = await _form(request)
    desk = Desk.read(given)
    answer = RedirectResponse(desk.url(), status_code=303)
    try:
        enter(request, services.settings, given.get("token", ""), answer)
    except UserError as error:
        if not wants_html(request):
            raise
        spoken: Language = next((one for one in LANGUAGES if one == desk.lang), lang)
        fault = say_fault(error, say_in(spoken))
        return _ask_token(request, services, desk, spoken, status_of(error), fault)
    return answer


def _ask_token(
    request: Request, services: Services, desk: Desk, lang: Language, status: int, fault: str = ""
) -> Response:
    values = {"desk": desk, "possible": bool(services.settings.teacher_token), "fault": fault}
    return page(request, "teacher/enter.html", lang, "teacher", desk.language_url, values, status)


@router.post("/teacher/leave")
async def leave(request: Request) -> Response:
    """Forget this browser."""
    answer = RedirectResponse("/teacher", status_code=303)
    answer.delete_cookie(COOKIE, path=COOKIE_PATH)
    return answer


@router.post("/teacher/do")
async def act(request: Request, services: ServicesOf) -> Response:
    """One action of the page or of the strip over a shown page; scripts are told where the page stands then."""
    require_teacher(request, services.settings)
    given = await _form(request)
    name = one_of(given.get("do", ""), tuple(ACTIONS))
    room = services.classroom.room
    await services.classroom.change(lambda: ACTIONS[name](room, services, given))
    there = Desk.read(given).url()
    headers = {"Clear-Site-Data": '"cache"'} if name == "clear" else {}
    if "hx-request" in request.headers:
        return JSONResponse({"address": there}, headers=headers)
    return RedirectResponse(there, status_code=303, headers=headers)


def _show(room: Room, services: Services, given: Given) -> None:
    address = shown_address(given.get("address", ""))
    state = room.state()
    lesson = address.removeprefix("/course/").partition("?")[0]
    stays = state.lesson == lesson
    room.change(
        address=address,
        blank=False,
        code=False,
        **({} if stays else {"lesson": "", "options": 0, "poll": "", "stage": "none"}),
    )


def _ask(room: Room, services: Services, given: Given) -> None:
    lesson = services.course.find(given.get("lesson", ""))
    if lesson is None:
        raise UserError("lesson_unknown", name=given.get("lesson", "")[:40])
    if lesson.question is None:
        raise UserError("class_no_question", lesson=lesson.slug)
    room.ask(lesson.slug, len(lesson.question.options))


def _reveal(room: Room, services: Services, given: Given) -> None:
    if room.state().stage != "open":
        raise UserError("class_question_closed")
    room.change(stage="revealed", blank=False)


def _clear(room: Room, services: Services, given: Given) -> None:
    services.store.clear()
    services.own.store.clear()
    room.change(cleared=room.state().cleared + 1)


def _toggle(name: str) -> Callable[[Room, Services, Given], object]:
    def act(room: Room, services: Services, given: Given) -> None:
        room.change(**{name: not getattr(room.state(), name)})

    return act


ACTIONS: Mapping[str, Callable[[Room, Services, Given], object]] = {
    "show": _show,
    "ask": _ask,
    "reveal": _reveal,
    "close": lambda room, services, given: room.change(lesson="", options=0, poll="", stage="none"),
    "follow": _toggle("follow"),
    "blank": _toggle("blank"),
    "code": _toggle("code"),
    "clear": _clear,
    "end": lambda room, services, given: room.end(),
}


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=16) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _step_of(asked: Lesson, plan: Plan, at: int) -> int:
    """The step whose question is asked; one that no step of the plan asks belongs to the present step."""
    its = [number for number, step in enumerate(plan.steps) if step.ask == asked.slug]
    return at if at in its or not its else its[0]


def _values(
    request: Request, services: Services, found: Snapshot, desk: Desk, lang: Language
) -> dict[str, Any]:
    offered = plans(services.course)
    plan: Plan = next((one for one in offered if one.name == desk.plan), offered[0])
    at = min(desk.step, len(plan.steps) - 1)
    asked: Lesson | None = asked_lesson(services, found)
    address = joining_address(request, services)
    return {
        "desk": desk,
        "plans": offered,
        "plan": plan,
        "at": at,
        "step": plan.steps[at],
        "found": found,
        "asked": asked,
        "asked_at": _step_of(asked, plan, at) if asked else None,
        "bars": bars(asked, found) if asked else (),
        "lessons": services.course.lessons,
        "askable": [lesson for lesson in services.course.lessons if lesson.question is not None],
        "address": address,
        "qr": qr_svg(address),
        "screen": with_language(found.state.address, lang) if found.state.address else "",
        "reachable": not address.startswith(("http://127.0.0.1", "http://localhost")),
    }
