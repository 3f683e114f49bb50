"""The lab's routes: the page, its edits, the label. Each answers whole or as the part htmx swaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.domain.errors import NotationError
from app.engine.cells import has_place
from app.engine.trace import Trace
from app.explorer import Explorer
from app.i18n import Language
from app.i18n.catalogue import load_catalogue
from app.kernels.registry import KERNELS
from app.layers.registry import parse_stack
from app.store.samples import find_sample
from app.web.addresses import Addresses
from app.web.deps import ExplorerOf, JobsOf, LanguageOf
from app.web.jobs import Jobs
from app.web.language import Say, say_fault, say_in
from app.web.pages.cell import read_step
from app.web.pages.cell_view import cell_view
from app.web.pages.choices import kernel_choices, layer_choices
from app.web.pages.edits import Edited, edited
from app.web.pages.frame import is_partial, page, part, view_url
from app.web.pages.kept_controls import controls_writer
from app.web.pages.presets import PRESETS
from app.web.pages.scene import LabState
from app.web.pages.view import EditFault, Fault, PhotoFacts, lab_view
from app.web.templating import render, words

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """The lab in the state that the address describes."""
    state = LabState.read(request.query_params)
    return await answer(request, explorer, jobs, lang, state)


@router.get("/lab")
async def elsewhere(request: Request) -> Response:
    """The lab stands at the root; whoever guesses its address is led there."""
    query = request.url.query
    return RedirectResponse("/" + (f"?{query}" if query else ""), status_code=308)


@router.get("/edit")
async def change(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """The lab after one edit; the address becomes that of the new stack."""
    state = LabState.read(request.query_params)
    found = await jobs.run(lambda: edited(explorer, state, request.query_params), request)
    if found.changed and not found.refused and not is_partial(request):
        return RedirectResponse(found.state.url(), status_code=303)
    return await answer(request, explorer, jobs, lang, found.state, found)


@router.get("/reads")
async def reads(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """Whether a line reads well, as the part beside it: asked while it is typed, so nothing is traced.

    What may still be unfinished, because its fault is at the end, is answered with nothing (204).
    """
    state, say = LabState.read(request.query_params), say_in(lang)
    try:
        count = len(parse_stack(state.stack, explorer.tensors).layers)
    except NotationError as error:
        if is_unfinished(state.stack, error):
            return Response(status_code=204)
        values = {"fault": _fault(state, error, say), "count": 0}
    else:
        values = {"fault": None, "count": count}
    values |= {"faults": (), "typed": True, "refused": 0}
    return HTMLResponse(render("lab/_state.html", lang, values), headers={"Cache-Control": "no-store"})


@router.get("/label")
async def label(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """What the trained network says of a photo, as the part that stands beside the maps."""
    image = request.query_params.get("image", "")
    network, found = await jobs.run(lambda: explorer.classify(image), request)
    opened = LabState(image=image, stack=network.text, size=512, fit="keep", lang=lang)
    page = render("lab/_label.html", lang, {"answer": found, "network": network, "open_url": opened.url()})
    return HTMLResponse(page, headers={"Cache-Control": "private, max-age=600", "Vary": "Accept-Language"})


def is_unfinished(text: str, error: NotationError) -> bool:
    """Whether a fault may go away by typing on: nothing follows it, or the start of a known word."""
    word = str(error.params.get("name", ""))
    known = str(error.params.get("known", "")).split(", ")
    if error.code in ("unknown_layer", "unknown_kernel", "unknown_parameter"):
        ends = text[error.position :].strip() == word
        return ends and any(name.startswith(word) for name in [*known, *KERNELS])
    return error.position >= len(text.rstrip())


async def answer(
    request: Request,
    explorer: Explorer,
    jobs: Jobs,
    lang: Language,
    state: LabState,
    edit: Edited | None = None,
) -> Response:
    """The lab as a page or part, in the given state; traced and laid out off the event loop.

    A part tells its own address, so that neither an edit's nor a form's stands in the browser; a refused edit
    keeps the one that is there.
    """
    swapped, step = is_partial(request), read_step(request.query_params.get("step", ""))

    def work(cancelled: Callable[[], bool]) -> Response:
        values = laid_out(explorer, state, say_in(lang), step, edit, cancelled)
        values["controls"] = controls_writer(explorer.pictures, lang, values["view"])
        shown, unchanged = values["state"], edit is not None and not edit.changed
        status = 422 if values["view"].fault or unchanged else 200
        if not swapped:
            values |= {
                "choices": layer_choices(say_in(lang)),
                "kernels": kernel_choices(),
                "words": words(load_catalogue(), lang, "lab"),
            }
            return page(
                request, "lab/page.html", lang, "lab", lambda code: shown.url(lang=code), values, status
            )
        answered = part("lab/_lab.html", lang, {"page": "lab", **values}, status)
        replaces = unchanged or request.query_params.get("history") == "replace"
        answered.headers["HX-Replace-Url" if replaces else "HX-Push-Url"] = shown.url()
        return answered

    return await jobs.run_cancellable(work, request)


def laid_out(
    explorer: Explorer,
    state: LabState,
    say: Say,
    step: int | None,
    edit: Edited | None,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """The traced lab as values for its templates; `state` is the one shown, without a pinned cell that is gone."""
    trace, fault = _trace(explorer, state, say, cancelled)
    refused = edit.refused if edit else ()
    faults = tuple(EditFault(say_fault(one.error, say), one.layer, one.field) for one in refused)
    addresses = Addresses.of(state.scene, trace, state.colors, state.scope)
    whole = fault is None and trace.refused is None  # else the cell may be there again once that is mended
    gone = whole and state.at is not None and not has_place(trace, state.at)
    shown = replace(state, at=None) if gone else state
    cell = cell_view(shown, trace, addresses, step)
    facts = photo_facts(explorer, state, trace, say)
    return {
        "presets": PRESETS,
        "networks": tuple(explorer.networks().loaded.values()),
        "state": shown,
        "view": lab_view(state, trace, addresses, facts, say, fault, faults),
        "cell": replace(cell, lost=True) if gone or (edit is not None and edit.lost) else cell,
        "trace": trace,
    }


def photo_facts(explorer: Explorer, state: LabState, trace: Trace, say: Say) -> PhotoFacts:
    """What the page says about the picture and how it is read."""
    card, picture = explorer.sources.describe(state.image), view_url(state.image)
    part, shape = trace.reading.part, trace.stages[0].shape
    reading = say(
        "lab.reading",
        height=card.height,
        width=card.width,
        part_rows=part.rows.size,
        part_cols=part.cols.size,
        rows=shape[1],
        cols=shape[2],
    )
    sample = find_sample(state.image) if card.origin == "sample" else None
    if sample is None:
        alt = state.image if card.origin in ("pattern", "grid") else say("lab.own_photo")
        name = card.origin if card.origin in ("pattern", "grid") else "photo"
        return PhotoFacts(alt=alt, credit="", reading=reading, picture=picture, name=name)
    alt = say(f"samples.{sample.name}")
    return PhotoFacts(alt, f"{alt}. {sample.author}, {sample.licence}.", reading, picture, sample.name)


def _trace(
    explorer: Explorer, state: LabState, say: Say, cancelled: Callable[[], bool]
) -> tuple[Trace, Fault | None]:
    """The trace; where the typed line has a fault, that of the layers before it, and the fault."""
    try:
        return explorer.trace(state.scene, cancelled), None
    except NotationError as error:
        fault = _fault(state, error, say)
    whole = state.stack[: fault.position].rpartition("|")[0]
    try:
        return explorer.trace(replace(state.scene, stack=whole), cancelled), fault
    except NotationError:  # such as a line that is too long altogether
        return explorer.trace(replace(state.scene, stack=""), cancelled), fault


def _fault(state: LabState, error: NotationError, say: Say) -> Fault:
    """The fault's sentence and, for a misspelt word, the line with the nearest known one."""
    wrong, nearest = str(error.params.get("name", "")), str(error.params.get("nearest", ""))
    at = error.position
    if not nearest or not wrong or not state.stack.startswith(wrong, at):
        return Fault(say_fault(error, say), at)
    mended = state.stack[:at] + nearest + state.stack[at + len(wrong) :]
    return Fault(say_fault(error, say), at, nearest, state.url(stack=mended))
