"""The course's routes: the list of lessons, the misconceptions, and each lesson."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from app.domain.errors import UserError
from app.lessons.beliefs import beliefs
from app.lessons.plans import plans
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.language import say_fault, say_in
from app.web.pages.course_state import LessonState
from app.web.pages.frame import is_partial, page
from app.web.pages.lesson_page import lesson_answer, lesson_fault
from app.web.pages.lesson_scene import belief_url
from app.web.pages.query import one_of
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
ALL = "all"


@router.get("/course")
async def course(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """All lessons, or those of a teacher's plan with the minutes that it gives to each."""
    offered = {one.name: one for one in plans(services.course)}
    name = one_of(request.query_params.get("plan", ALL), (ALL, *offered), name="plan")
    plan = offered.get(name)
    lessons = services.course.lessons
    if plan is not None:
        lessons = tuple(found for slug in plan.lessons if (found := services.course.find(slug)))
    values = {
        "lessons": lessons,
        "plan": plan,
        "plans": (ALL, *offered),
        "faults": [(fault, say_fault(fault.error, say_in(lang))) for fault in services.course.faults],
        "state": LessonState,
    }
    return page(
        request, "course/list.html", lang, "course", lambda code: f"/course?plan={name}&lang={code}", values
    )


@router.get("/course/misconceptions")
async def misconceptions(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """What is easily believed, with the scene that shows otherwise; stands before the lessons, whose slug is any."""
    rows = [(one, belief_url(one, lang), services.course.find(one.lesson)) for one in beliefs()]
    return page(
        request,
        "course/beliefs.html",
        lang,
        "course",
        lambda code: f"/course/misconceptions?lang={code}",
        {"beliefs": rows},
    )


@router.get("/course/{slug}")
async def lesson(
    request: Request, services: ServicesOf, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf, slug: str
) -> Response:
    """One lesson in the state that the address describes; `layer` with `set.<parameter>` changes the scene."""
    found = services.course.find(slug)
    if found is None:
        raise UserError("lesson_unknown", name=slug[:40])

    def work(cancelled: Callable[[], bool]) -> Response:
        state = LessonState.read(slug, request.query_params)
        return lesson_answer(request, services.course.lessons, explorer, found, state, lang)

    try:
        return await jobs.run_cancellable(work, request)
    except UserError as error:
        if not is_partial(request) or status_of(error) >= 500:
            raise
        return lesson_fault(error, lang)
