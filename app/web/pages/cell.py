"""The card of a pinned cell, as the part that the lab swaps in; without script the lab with it pinned."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.web.addresses import Addresses
from app.web.deps import ExplorerOf, JobsOf, LanguageOf
from app.web.pages.cell_view import CellView, cell_view
from app.web.pages.scene import LabState
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/cell")
async def show(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """Why the cell `at` has its value; `step` chooses the stage of its way back that is explained."""
    query = request.query_params
    state = LabState.read(query)
    if not query.get("at"):
        state = replace(state, at=None)
    if "hx-request" not in request.headers:
        step = query.get("step", "")
        return RedirectResponse(state.url() + (f"&step={step}" if step.isdecimal() else ""), status_code=303)

    def work() -> CellView:
        trace = explorer.trace(state.scene)
        addresses = Addresses.of(state.scene, trace, state.colors, state.scope)
        return cell_view(state, trace, addresses, read_step(query.get("step", "")))

    cell = await jobs.run(work, request)
    return HTMLResponse(render("lab/_cell.html", lang, {"cell": cell, "state": state}))


def read_step(text: str) -> int | None:
    """The stage asked for; anything else is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
