"""One lesson's page: which step is shown, which question is asked, what the chosen answer is told, where links lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import UserError
from app.engine.trace import Trace
from app.explorer import Explorer
from app.explorer.challenges import CHALLENGES
from app.i18n import Language
from app.i18n.catalogue import load_catalogue
from app.i18n.numbers import format_number
from app.layers import edit
from app.lessons import Lesson
from app.lessons.markup import markdown, mathml
from app.lessons.model import Option, Question, Scene, Text
from app.lessons.rounds import draw
from app.web.language import say_in
from app.web.pages.course_state import LessonState
from app.web.pages.frame import is_partial, page, part, view_url
from app.web.pages.lesson_scene import lab_url, live_view, scene_view
from app.web.pages.lesson_views import lesson_views
from app.web.pages.query import whole
from app.web.problems import problem, status_of
from app.web.templating import words


@dataclass(frozen=True)
class Asked:
    """The question on the page, as written or drawn with the scene's numbers.

    A further round may leave nothing to draw, or the same question as written: the scene must change first.
    """

    question: Question
    round: Literal["written", "drawn", "nothing", "same"] = "written"
    chosen: Option | None = None

    @property
    def has_more(self) -> bool:
        return self.question.again is not None and self.round == "written"


@dataclass(frozen=True)
class Share:
    """How a lesson that is its own address is handed on: the address, and its code (empty where none is read)."""

    address: str
    qr: str


def lesson_answer(
    request: Request,
    lessons: tuple[Lesson, ...],
    explorer: Explorer,
    lesson: Lesson,
    state: LessonState,
    lang: Language,
    share: Share | None = None,
) -> Response:
    """The lesson as a page or part; `layer` with `set.<parameter>` in the query changes its live scene first."""
    query: Mapping[str, str] = request.query_params
    swapped = is_partial(request)
    if "layer" not in query:
        values = lesson_values(lessons, explorer, lesson, state, lang, query) | {"share": share}
        return _whole_or_part(request, values, state, lang)
    changed = replace(state, stack=_edited(explorer, lesson, state, query))
    if not swapped:
        return RedirectResponse(changed.url(), status_code=303)
    after = {**query, "stack": changed.stack or ""}  # a view may follow the live scene
    values = lesson_values(lessons, explorer, lesson, changed, lang, after) | {"share": share}
    answer = _whole_or_part(request, values, changed, lang)
    if "history" not in query:
        answer.headers["HX-Push-Url"] = changed.url()
    return answer


def lesson_fault(error: UserError, lang: Language) -> Response:
    """What a page that is open is told: a sentence over its foot; the page and what was typed stay."""
    document = problem(error, say_in(lang))
    answer = part("course/_fault.html", lang, {"problem": document}, status_of(error))
    answer.headers.update({"HX-Retarget": "#lesson-fault", "HX-Reswap": "innerHTML", "HX-Push-Url": "false"})
    return answer


def _whole_or_part(request: Request, values: dict[str, Any], state: LessonState, lang: Language) -> Response:
    if is_partial(request):
        answer = part("course/_lesson.html", lang, {"page": "course", **values})
        if history := request.query_params.get("history"):  # a drag's later steps replace its first one
            answer.headers["HX-Replace-Url" if history == "replace" else "HX-Push-Url"] = state.url()
        return answer
    values["words"] = words(load_catalogue(), lang, "lesson")
    return page(request, "course/lesson.html", lang, "course", lambda code: state.url(lang=code), values)


def lesson_values(
    lessons: tuple[Lesson, ...],
    explorer: Explorer,
    lesson: Lesson,
    state: LessonState,
    lang: Language,
    query: Mapping[str, str],
) -> dict[str, Any]:
    """Everything that a lesson's template lays out."""
    written = written_scene(lesson, state)
    live = live_view(explorer, shown_scene(lesson, state), state, lang)
    asked = question_of(lesson, state, written, live.trace, query)
    chosen = asked.chosen if asked else None
    refuting = refuting_scene(lesson, chosen, live.scene) if chosen and not chosen.right else None
    at = next((place for place, other in enumerate(lessons) if other.slug == lesson.slug), None)
    return {
        "lesson": lesson,
        "lessons": lessons,
        "state": state,
        "step": lesson.steps[min(state.part, len(lesson.steps)) - 1] if lesson.steps else None,
        "scenes": [live, *(scene_view(explorer, scene, state.image, lang) for scene in lesson.scenes[1:])],
        "asked": asked,
        "chosen": chosen,
        "refuted": scene_view(explorer, refuting, state.image, lang) if refuting else None,
        "lab": lab_url(lesson.lab, state.image, lang) if lesson.lab else "",
        "before": lessons[at - 1] if at else None,
        "after": lessons[at + 1] if at is not None and at + 1 < len(lessons) else None,
        "challenges": [one for one in CHALLENGES if one.lesson == lesson.slug],
        "markdown": markdown,
        "mathml": mathml,
        "views": [
            (one.name, lesson_views()[one.name](explorer, query, lang, **one.options)) for one in lesson.views
        ],
        "picture": view_url(state.image),
    }


def written_scene(lesson: Lesson, state: LessonState) -> Scene:
    """The live scene as the lesson has it: the step's, else the first."""
    if lesson.steps:
        return lesson.steps[min(state.part, len(lesson.steps)) - 1].scene
    return lesson.scenes[0]


def shown_scene(lesson: Lesson, state: LessonState) -> Scene:
    """The live scene as the learner has changed it."""
    written = written_scene(lesson, state)
    stack = written.stack if state.stack is None else state.stack
    return replace(written, stack=stack, size=state.size or written.size)


def question_of(
    lesson: Lesson, state: LessonState, written: Scene, trace: Trace, query: Mapping[str, str]
) -> Asked | None:
    """The question as written; in a further round, or once the scene was changed, with the scene's own numbers."""
    question = lesson.question
    if question is None:
        return None
    asked = Asked(question)
    if question.again is not None:
        settings = any(name in query for name in question.again.settings or {})
        changed = state.stack not in (None, written.stack) or state.size not in (0, written.size)
        if state.round > 1 or changed or settings:
            drawn = draw(question.again, trace, query, written_number)
            if drawn is None:
                asked = replace(asked, round="nothing")
            elif not changed and answer_of(drawn.question) == answer_of(question):
                asked = replace(asked, round="same")
            else:
                asked = Asked(drawn.question, "drawn")
    options = asked.question.options
    return replace(asked, chosen=options[state.answer]) if 0 <= state.answer < len(options) else asked


def answer_of(question: Question) -> Text:
    """The right answer as it is written."""
    return next(option.text for option in question.options if option.right)


def written_number(value: float, language: str) -> str:
    """A number as the pages write it in a language."""
    return format_number(value, "es" if language == "es" else "en")


def refuting_scene(lesson: Lesson, chosen: Option, present: Scene) -> Scene:
    """What refutes an answer: its own scene, that of the same belief as written, else the scene on the page."""
    if chosen.scene is not None:
        return chosen.scene
    written = lesson.question.options if lesson.question else ()
    same = next((one.scene for one in written if one.belief == chosen.belief and one.scene), None)
    return same or present


def _edited(explorer: Explorer, lesson: Lesson, state: LessonState, query: Mapping[str, str]) -> str:
    """The live scene's stack with the parameters that the query sets."""
    given = {name.removeprefix("set."): value for name, value in query.items() if name.startswith("set.")}
    stack = state.stack if state.stack is not None else written_scene(lesson, state).stack
    return edit.set_parameters(stack, whole(query.get("layer", ""), "layer"), given, explorer.tensors).text
