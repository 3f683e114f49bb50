"""A teacher's own lesson as a link: the form that writes it, and the lesson that the address then is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import UserError
from app.explorer import Explorer
from app.lessons import Lesson
from app.lessons.link import (
    FIRST_LINE,
    FIRST_PICTURE,
    MOST_STEPS,
    MOST_WRONG,
    NAMES,
    SLUG,
    link_query,
    link_words,
    linked_lesson,
)
from app.lessons.linked_question import PACKED
from app.web.addresses import encode
from app.web.control_labels import control_labels
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, Services, ServicesOf
from app.web.lan import qr_svg, room_address
from app.web.language import say_fault, say_in
from app.web.pages.course_state import LessonState
from app.web.pages.frame import is_partial, page
from app.web.pages.lesson_page import Share, lesson_answer, lesson_fault
from app.web.pages.lesson_scene import lab_state
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)
EMPTY_STEPS = 2  # that the form shows behind the filled ones; the others are folded
LONGEST_SCANNED = 1000  # characters: a phone does not read the code of a longer address from a projector


@router.get("/course/own")
async def own(
    request: Request, services: ServicesOf, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf
) -> Response:
    """The lesson of the address, or with ``edit`` (or without a title) the form that writes such an address.

    An address with empty fields, as the form sends it, or with its answers in plain words leads to the short one.
    Stands before the lessons, whose slug is any.
    """
    query = request.query_params

    def work(cancelled: Callable[[], bool]) -> Response:
        words = {name: query[name] for name in NAMES if query.get(name)}
        state = LessonState.read(SLUG, query)
        try:
            words = link_words(query)
            if query.get("edit") or not words:
                return _form(request, words, lang, "", 200)
            lesson = linked_lesson(words, explorer.tensors, control_labels())
            short = link_query(words)
            state = replace(state, settings=_settings(state, short))
            if not is_partial(request) and _is_long(query, short):
                _try_scenes(explorer, lesson, state, lang)
                return RedirectResponse(state.url(), status_code=303)
            share = _share(request, services, short, lang)
            return lesson_answer(request, services.course.lessons, explorer, lesson, state, lang, share)
        except UserError as error:
            if status_of(error) >= 500:
                raise
            if is_partial(request):
                return lesson_fault(error, lang)
            if state.stack is not None:  # what a pupil changed: nothing for the form to mend
                raise
            return _form(request, words, lang, say_fault(error, say_in(lang)), 422)

    return await jobs.run_cancellable(work, request)


def _is_long(query: Mapping[str, str], short: Mapping[str, str]) -> bool:
    """Whether an address says the lesson otherwise than the short one; what asks for a change is led on later."""
    given = {name: query[name] for name in (*NAMES, PACKED) if name in query}
    return given != dict(short) and not {"layer", "theme"} & set(query)


def _settings(state: LessonState, short: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The settings that the lesson's links hand on: the lesson itself, and those of no name of its own."""
    others = (one for one in state.settings if one[0] not in (*NAMES, PACKED))
    return (*short.items(), *others)


def _try_scenes(explorer: Explorer, lesson: Lesson, state: LessonState, lang: str) -> None:
    """Trace every step's scene, so that its author and not a pupil is told what is refused."""
    for scene in (*lesson.scenes, *(step.scene for step in lesson.steps)):
        explorer.trace(lab_state(scene, state.image, lang).scene)


def _share(request: Request, services: Services, short: Mapping[str, str], lang: str) -> Share:
    """The lesson's address as the room types it, and its code where a phone can read it."""
    host = room_address(services.settings) or str(request.base_url).rstrip("/")
    address = host + LessonState(SLUG, settings=tuple(short.items()), lang=lang).url()
    return Share(address, qr_svg(address) if len(address) <= LONGEST_SCANNED else "")


def _form(request: Request, given: Mapping[str, str], lang: Any, fault: str, status: int) -> Response:
    usual = {"picture": FIRST_PICTURE, "line": FIRST_LINE, "cells": "64"}
    filled = [n for n in range(1, MOST_STEPS + 1) if given.get(f"say{n}") or given.get(f"show{n}")]
    open_steps = min(MOST_STEPS, max(filled, default=0) + EMPTY_STEPS)
    values = {
        "given": {name: given.get(name, usual.get(name, "")) for name in NAMES},
        "fault": fault,
        "steps": range(1, open_steps + 1),
        "more_steps": range(open_steps + 1, MOST_STEPS + 1),
        "wrongs": range(1, MOST_WRONG + 1),
    }

    def address(code: str) -> str:
        return f"/course/own?{encode({**given, 'edit': '1', 'lang': code})}"

    return page(request, "course/own.html", lang, "course", address, values, status)
