"""The stack as code: three scripts side by side, what differs between them, and which one to take."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from app.code import FRAMEWORKS, Difference, Script, differences, write
from app.domain.errors import UserError
from app.domain.shapes import Shape
from app.engine.reading import LARGEST, plan
from app.engine.trace import reads_whole_photo
from app.explorer import Explorer, Scene
from app.explorer.frameworks import shown
from app.layers.stack import Stack
from app.web.addresses import API, encode
from app.web.api.code import FILE
from app.web.api.receptive_field import PHOTO_CHANNELS
from app.web.deps import LanguageOf, ServicesOf
from app.web.language import say_fault, say_in
from app.web.pages.compared import comparison
from app.web.pages.frame import page
from app.web.pages.scene import LabState
from app.web.pages.which_sources import LOOKED_UP, SOURCES
from app.web.templating import ROOT

router = APIRouter(include_in_schema=False)
MEASURED = ROOT / "models" / "frameworks.json"


@router.get("/code")
async def code(request: Request, lang: LanguageOf, services: ServicesOf) -> Response:
    """The page of a scene; of one that cannot be written it says why."""
    state = LabState.read(request.query_params)
    asked = request.query_params.get("framework", "")
    shown = asked if asked in FRAMEWORKS else FRAMEWORKS[0]

    def address(**changes: str) -> str:
        return f"/code?{state.query(at=None, **{'lang': lang} | changes)}"

    def work() -> Response:
        values: dict[str, Any] = {"state": state, "shown": shown, "address": address, "measured": measured()}
        values |= {"which_sources": SOURCES, "looked_up": LOOKED_UP}
        values |= {"scripts": (), "differences": (), "fault": ""}
        status = 200
        try:
            values |= _written(services.explorer, state)
        except UserError as fault:
            values["fault"], status = say_fault(fault, say_in(lang)), 422

        def language_url(code: str) -> str:
            return f"{address(lang=code)}&framework={shown}"

        return page(request, "code/page.html", lang, "code", language_url, values, status)

    return await services.jobs.run(work, request)


def _written(explorer: Explorer, state: LabState) -> dict[str, Any]:
    stack = explorer.parse(state.stack)
    shape = input_shape(explorer, stack, state)
    scripts: tuple[Script, ...] = tuple(write(stack, framework, shape) for framework in FRAMEWORKS)
    told: tuple[Difference, ...] = differences(stack, shape)
    query = {"stack": stack.text, "height": str(shape[1]), "width": str(shape[2])}
    return {
        "scripts": scripts,
        "differences": told,
        "on_photo": shown(explorer, Scene(state.image, stack.text, state.size, state.fit)),
        "shape": shape,
        "layers": stack.layers,
        "files": {name: FILE.format(framework=name) for name in FRAMEWORKS},
        "sources": {name: f"{API}/code?{encode({**query, 'framework': name})}" for name in FRAMEWORKS},
    }


def input_shape(explorer: Explorer, stack: Stack, state: LabState) -> Shape:
    """What the stack reads of the photo: the whole of it, where the stack begins with a resize."""
    photo = explorer.photo(state.image).shape
    whole = reads_whole_photo(stack)
    reading = plan(*photo, LARGEST, "keep") if whole else plan(*photo, state.size, state.fit)
    return PHOTO_CHANNELS, reading.rows, reading.cols


def measured() -> dict[str, Any] | None:
    """The comparison that was measured, as rows of a table; None where there is none that can be read."""
    try:
        return comparison(json.loads(MEASURED.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
