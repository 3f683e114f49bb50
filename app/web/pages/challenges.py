"""The challenges: their list, and each with its form, hints one by one, and what the server's check found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from app.domain.errors import UserError
from app.explorer import Explorer
from app.explorer.challenges import CHALLENGES, Challenge, Verdict, challenge
from app.explorer.challenges.catalogue import HINTS
from app.explorer.challenges.guesses import PICTURE, UNSURE_SAMPLES, answer_of_hidden, number
from app.web.addresses import encode
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.language import Say, say_fault, say_in
from app.web.pages.frame import is_partial, page, part, view_url
from app.web.pages.query import whole
from app.web.pages.scene import LabState

router = APIRouter(include_in_schema=False)
LARGEST_TABLE = 16  # cells a side of an answer that is written out
FIRST_PICTURE = "pattern(edge,size=8)"


@router.get("/course/challenges")
async def all_of_them(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """Every challenge with its task; stands before the lessons, whose slug is any."""
    rows = [(one, services.course.find(one.lesson)) for one in CHALLENGES]
    return page(
        request,
        "course/challenges.html",
        lang,
        "course",
        lambda code: f"/course/challenges?lang={code}",
        {"challenges": rows},
    )


@router.get("/course/challenges/{name}")
async def one_of_them(
    request: Request, services: ServicesOf, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf, name: str
) -> Response:
    """One challenge in the state of the address; it is checked once something of the learner's stands there."""
    found = challenge(name)
    query = dict(request.query_params)

    def work() -> Response:
        values = _values(explorer, found, query, say_in(lang))
        values |= {"task": found, "lesson": services.course.find(found.lesson), "hint_count": HINTS}
        if is_partial(request):
            return part("course/_challenge.html", lang, {"page": "course", **values})

        def elsewhere(code: str) -> str:
            return f"/course/challenges/{quote(name)}?{encode({**query, 'lang': code})}"

        return page(request, "course/challenge.html", lang, "course", elsewhere, values)

    return await jobs.run(work, request)


def _values(explorer: Explorer, task: Challenge, query: Mapping[str, str], say: Say) -> dict[str, Any]:
    given = {name: query.get(name, "").strip() or task.start.get(name, "") for name in task.fields}
    hints = min(whole(query.get("hints") or "0", "hints"), HINTS)
    verdict: Verdict | None = None
    fault = ""
    values: dict[str, Any] = {}
    try:
        if task.name == "hidden_kernel":
            values |= _sent(explorer, given, query)
        if query.get("check"):
            verdict = task.check(explorer, given)
    except UserError as error:
        fault = say_fault(error, say)
    state = {**given, **({"hints": str(hints)} if hints else {}), **_language(query)}
    return {
        "given": given,
        "hints": hints,
        "verdict": verdict,
        "fault": fault,
        "findings": _told(verdict, say),
        "next_hint": f"?{encode({**state, 'hints': str(hints + 1)})}#hints",
        "state": state,
        "lab": _lab_url(task, given, query),
        "photos": UNSURE_SAMPLES,
        "side": PICTURE,
        "picture": view_url(given["image"]) if "image" in given else "",
        "table": None,
        "sent_image": "",
        **values,
    }


def _sent(explorer: Explorer, given: dict[str, str], query: Mapping[str, str]) -> dict[str, Any]:
    """The answer to the picture that was sent, as numbers; it counts as one more."""
    image = query.get("send", "").strip()
    if not image:
        return {}
    which = number(given, "which", 1, 999)
    answered = answer_of_hidden(explorer, which, image)
    if max(answered.shape) > LARGEST_TABLE:
        raise UserError("challenge_picture_large", limit=LARGEST_TABLE)
    if query.get("ask"):
        given["sent"] = str(min(number(given, "sent", 0, 999) + 1, 999))
    return {"table": [[float(value) for value in row] for row in answered], "sent_image": image}


def _told(verdict: Verdict | None, say: Say) -> list[tuple[bool, str]]:
    if verdict is None:
        return []
    return [(one.holds, say(f"challenge_found.{one.code}", **one.numbers)) for one in verdict.findings]


def _language(query: Mapping[str, str]) -> dict[str, str]:
    return {"lang": query["lang"]} if query.get("lang") else {}


def _lab_url(task: Challenge, given: Mapping[str, str], query: Mapping[str, str]) -> str:
    """The lab with the learner's stack; a line that does not read is mended there."""
    if "stack" not in given:
        return ""
    lang = query.get("lang", "")
    return LabState(image=task.image, stack=given["stack"], fit=task.fit, lang=lang).url()
