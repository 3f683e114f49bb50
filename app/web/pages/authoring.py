"""A teacher's own lesson as a link: the form that writes it, and the lesson that the address then is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from app.domain.errors import UserError
from app.lessons.link import FIRST_LINE, FIRST_PICTURE, MOST_STEPS, MOST_WRONG, NAMES, SLUG, linked_lesson
from app.web.addresses import encode
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.language import say_fault, say_in
from app.web.pages.course_state import LessonState
from app.web.pages.frame import is_partial, page
from app.web.pages.lesson_page import lesson_answer, lesson_fault
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)


@router.get("/course/own")
async def own(
    request: Request, services: ServicesOf, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf
) -> Response:
    """The lesson of the address, or with ``edit`` (or without a title) the form that writes such an address.

    Stands before the lessons, whose slug is any.
    """
    query = request.query_params
    given = {name: query[name] for name in NAMES if query.get(name)}

    def work(cancelled: Callable[[], bool]) -> Response:
        if query.get("edit") or not given:
            return _form(request, given, lang, "", 200)
        state = LessonState.read(SLUG, query)
        try:
            lesson = linked_lesson(given, explorer.tensors)
            return lesson_answer(request, services.course.lessons, explorer, lesson, state, lang)
        except UserError as error:
            if status_of(error) >= 500:
                raise
            if is_partial(request):
                return lesson_fault(error, lang)
            if state.stack is not None:  # what a pupil changed: nothing for the form to mend
                raise
            return _form(request, given, lang, say_fault(error, say_in(lang)), 422)

    return await jobs.run_cancellable(work, request)


def _form(request: Request, given: dict[str, str], lang: Any, fault: str, status: int) -> Response:
    usual = {"picture": FIRST_PICTURE, "line": FIRST_LINE, "cells": "64"}
    values = {
        "given": {name: given.get(name, usual.get(name, "")) for name in NAMES},
        "fault": fault,
        "steps": range(1, MOST_STEPS + 1),
        "wrongs": range(1, MOST_WRONG + 1),
    }

    def address(code: str) -> str:
        return f"/course/own?{encode({**given, 'edit': '1', 'lang': code})}"

    return page(request, "course/own.html", lang, "course", address, values, status)
