"""A worksheet to print, made from the lab's or a lesson's present state: figures, questions, and a solution sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response

from app.engine.cells import Place
from app.engine.trace import Trace
from app.explorer import Explorer
from app.i18n import Language
from app.lessons import Lesson
from app.lessons.model import OWN_PHOTO, Question, Scene
from app.lessons.rounds import draw
from app.web.addresses import Addresses
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.language import Say, say_in
from app.web.pages.cell_view import CellView, cell_view
from app.web.pages.frame import page
from app.web.pages.lab import photo_facts
from app.web.pages.lesson_page import written_number
from app.web.pages.scene import LabState
from app.web.pages.size_formula import typeset
from app.web.pages.view import lab_view

router = APIRouter(include_in_schema=False)
MOST_BY_HAND = 25  # products that a pupil adds up on paper


@dataclass(frozen=True)
class SizeTask:
    """A layer with a window: from which size it makes which, and what its numbers are."""

    stage: int
    kind: str
    rows: int
    cols: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    answer: tuple[int, int]
    formula: str


@dataclass(frozen=True)
class CountTask:
    """A layer with weights: how many it has."""

    stage: int
    kind: str
    channels: int
    maps: int
    kernel: tuple[int, int]
    answer: int


@router.get("/worksheet")
async def show(
    request: Request, services: ServicesOf, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf
) -> Response:
    """The sheet of the state in the address; `lesson` adds a lesson's question with the scene's numbers."""
    query = request.query_params
    state = LabState.read(query)
    lesson = services.course.find(query.get("lesson", ""))

    def address(code: str) -> str:
        own = f"&lesson={lesson.slug}" if lesson else ""
        return f"/worksheet?{replace(state, lang=code).query()}{own}"

    def work() -> Response:
        values = _values(explorer, state, lesson, lang)
        return page(request, "course/worksheet.html", lang, "course", address, values)

    return await jobs.run(work, request)


def _values(explorer: Explorer, state: LabState, lesson: Lesson | None, lang: Language) -> dict[str, Any]:
    say = say_in(lang)
    trace = explorer.trace(state.scene)
    addresses = Addresses.of(state.scene, trace, state.colors, state.scope)
    last = len(trace.stages) - 1
    return {
        "state": state,
        "view": lab_view(
            state, trace, addresses, photo_facts(explorer, state, trace, say), say, whole_maps=True
        ),
        "lesson": lesson,
        "question": _question(lesson, state, trace),
        "sizes": _sizes(trace, say),
        "counts": _counts(trace),
        "field": trace.field(last).size if last else None,
        "by_hand": _by_hand(state, trace, addresses),
    }


def _question(lesson: Lesson | None, state: LabState, trace: Trace) -> Question | None:
    """The lesson's question: with the scene's numbers where the scene is no longer the lesson's own."""
    if lesson is None or lesson.question is None:
        return None
    first: Scene = lesson.scenes[0]
    own = first.image in (OWN_PHOTO, state.image) and (first.stack, first.size) == (state.stack, state.size)
    if own or lesson.question.again is None:
        return lesson.question
    drawn = draw(lesson.question.again, trace, {}, written_number)
    return drawn.question if drawn else lesson.question


def _sizes(trace: Trace, say: Say) -> tuple[SizeTask, ...]:
    found = []
    for stage in range(1, len(trace.stages)):
        formula, layer = trace.formula(stage), trace.layer(stage)
        if formula is None or layer is None or formula.rows.kind != "sliding":
            continue
        rows, cols = formula.rows, formula.cols
        found.append(
            SizeTask(
                stage,
                layer.kind,
                rows.inputs,
                cols.inputs,
                (rows.kernel, cols.kernel),
                (rows.stride, cols.stride),
                (rows.before + rows.after, cols.before + cols.after),
                (rows.dilation, cols.dilation),
                (rows.outputs, cols.outputs),
                typeset(formula.text, say("lab.rows"), say("lab.cols")),
            )
        )
    return tuple(found)


def _counts(trace: Trace) -> tuple[CountTask, ...]:
    found = []
    for stage in range(1, len(trace.stages)):
        formula, layer, before = trace.formula(stage), trace.layer(stage), trace.stages[stage - 1].shape
        if layer is None or formula is None or not (weights := layer.parameter_count(before)):
            continue
        kernel = (formula.rows.kernel, formula.cols.kernel)
        found.append(CountTask(stage, layer.kind, before[0], trace.stages[stage].shape[0], kernel, weights))
    return tuple(found)


def _by_hand(state: LabState, trace: Trace, addresses: Addresses) -> CellView | None:
    """A cell to compute on paper: the pinned one's step, else the middle of the first map that is a small sum."""
    for stage in range(1, len(trace.stages)):
        layer = trace.layer(stage)
        if layer is None or layer.recipe not in ("dot", "max", "mean", "norm") or layer.kind == "gray":
            continue
        _, rows, cols = trace.stages[stage].shape
        at = Place(stage, 0, rows // 2, cols // 2)
        if state.at is not None and state.at.stage == stage:
            at = state.at
        cell = cell_view(replace(state, at=at), trace, addresses)
        sums = cell.sums
        if (
            sums is not None
            and sums.blocks
            and not sums.rest
            and sums.cells * len(sums.blocks) <= MOST_BY_HAND
        ):
            return cell
    return None
