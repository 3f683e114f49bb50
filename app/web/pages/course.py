"""The course's routes: the list of lessons, each lesson with its live demonstration and question, the glossary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import UserError
from app.explorer import Explorer
from app.i18n import Language
from app.i18n.catalogue import load_catalogue
from app.layers import edit
from app.lessons import Lesson
from app.lessons.beliefs import beliefs
from app.lessons.markup import markdown, mathml
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.pages.course_state import PLANS, LessonState, one_plan
from app.web.pages.frame import is_partial, page, part, view_url
from app.web.pages.lesson_scene import belief_url, lab_url, live_view, scene_view
from app.web.pages.lesson_views import lesson_views
from app.web.pages.query import whole
from app.web.templating import words

router = APIRouter(include_in_schema=False)
IN_PLAN: Mapping[str, tuple[str, ...]] = {
    "10": ("kernels", "receptive-field", "whole-network"),
    "45": (
        "image-is-a-tensor", "convolution-and-correlation", "kernels", "stride-padding", "parameter-sharing",
        "three-stages", "pooling-invariance", "whole-network",
    ),
    "90": (
        "convolution-and-correlation", "kernels", "stride-padding", "receptive-field", "sparse-matrix",
        "equivariance", "many-channels", "learning", "whole-network",
    ),
}  # fmt: skip


@router.get("/course")
async def course(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """All lessons, or those of a plan of 10, 45 or 90 minutes."""
    plan = one_plan(request.query_params.get("plan", "all"))
    shown = [
        lesson for lesson in services.course.lessons if plan == "all" or lesson.slug in IN_PLAN.get(plan, ())
    ]
    values = {
        "lessons": shown,
        "plan": plan,
        "plans": PLANS,
        "faults": services.course.faults,
        "state": LessonState,
    }
    return page(
        request, "course/list.html", lang, "course", lambda code: f"/course?plan={plan}&lang={code}", values
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
    query = request.query_params
    state = LessonState.read(slug, query)
    swapped = is_partial(request)

    def work(cancelled: Callable[[], bool]) -> Response:
        if "layer" not in query:
            return _answer(request, services.course.lessons, explorer, found, state, lang, swapped, query)
        changed = replace(state, stack=_edited(explorer, found, state, query), settings=_without_edit(state))
        if not swapped:
            return RedirectResponse(changed.url(), status_code=303)
        after = {**query, "stack": changed.stack or ""}  # a view may follow the first scene
        answer = _answer(request, services.course.lessons, explorer, found, changed, lang, True, after)
        answer.headers["HX-Push-Url"] = changed.url()
        return answer

    return await jobs.run_cancellable(work, request)


def _without_edit(state: LessonState) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in state.settings if not name.startswith("set."))


def _edited(explorer: Explorer, lesson: Lesson, state: LessonState, query: Mapping[str, str]) -> str:
    """The first scene's stack with the parameters that the query sets."""
    given = {name.removeprefix("set."): value for name, value in query.items() if name.startswith("set.")}
    stack = state.stack if state.stack is not None else lesson.scenes[0].stack
    return edit.set_parameters(stack, whole(query.get("layer", ""), "layer"), given, explorer.tensors).text


def _answer(
    request: Request,
    lessons: tuple[Lesson, ...],
    explorer: Explorer,
    lesson: Lesson,
    state: LessonState,
    lang: Language,
    swapped: bool,
    query: Mapping[str, str],
) -> Response:
    first = replace(
        lesson.scenes[0],
        stack=lesson.scenes[0].stack if state.stack is None else state.stack,
        size=state.size or lesson.scenes[0].size,
    )
    options = lesson.question.options
    chosen = options[state.answer] if 0 <= state.answer < len(options) else None
    place = lesson.number - 1
    values: dict[str, Any] = {
        "lesson": lesson,
        "lessons": lessons,
        "state": state,
        "scenes": [
            live_view(explorer, first, state, lang),
            *(scene_view(explorer, scene, state.image, lang) for scene in lesson.scenes[1:]),
        ],
        "chosen": chosen,
        "refuted": scene_view(explorer, chosen.scene, state.image, lang) if chosen and chosen.scene else None,
        "lab": lab_url(lesson.lab, state.image, lang),
        "before": lessons[place - 1] if place else None,
        "after": lessons[place + 1] if place + 1 < len(lessons) else None,
        "markdown": markdown,
        "mathml": mathml,
        "views": [
            (one.name, lesson_views()[one.name](explorer, query, lang, **one.options)) for one in lesson.views
        ],
        "picture": view_url(state.image),
    }
    if swapped:
        return part("course/_lesson.html", lang, {"page": "course", **values})
    values["words"] = words(load_catalogue(), lang)
    return page(request, "course/lesson.html", lang, "course", lambda code: state.url(lang=code), values)
